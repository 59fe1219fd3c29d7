import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { createRedact } from "./redact.ts";
import type { RepositoryAccess } from "./restic.ts";

function anAccess(changes: Partial<RepositoryAccess> = {}): RepositoryAccess {
  return {
    url: "http://127.0.0.1:8000/web-01/",
    rest_username: "web-01",
    rest_password: "r3st-Passw0rd",
    password: "rep0-Passw0rd",
    ...changes,
  };
}

const secret = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 })
  .filter((text) => !text.includes("*"));

Deno.test("redact() leaves no secret, raw, URL-encoded, JSON-escaped or as basic authentication", () => {
  fc.assert(fc.property(
    secret,
    secret,
    fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 6 }),
    (password, rest_password, between) => {
      const redact = createRedact(anAccess({ password, rest_password }));
      const forms = [password, rest_password].flatMap((text) => [
        text,
        encodeURIComponent(text),
        JSON.stringify(text).slice(1, -1),
      ]);
      forms.push(Buffer.from(`web-01:${rest_password}`).toString("base64"));
      for (const form of forms) {
        const cleaned = redact(between.join(form));
        for (const text of [password, rest_password]) assert(!cleaned.includes(text), cleaned);
        if (between.length > 1) assert(!cleaned.includes(form) || form === "", cleaned);
      }
    },
  ));
});

Deno.test("redact() masks the password in a URL of which it knows nothing", () => {
  const redact = createRedact(anAccess());
  assert.equal(
    redact("open rest:https://u:p@ss@storage.example:8000/u/ failed"),
    "open rest:https://u:***@storage.example:8000/u/ failed",
  );
});

Deno.test("redact() leaves a text without secrets as it is", () => {
  const redact = createRedact(anAccess({ rest_username: null, rest_password: null }));
  const text = "Head http://127.0.0.1:8000/web-01/config: mail to a@b, 10:20";
  assert.equal(redact(text), text);
  assert.equal(createRedact(anAccess({ password: "", rest_password: "" }))(text), text);
});

Deno.test("redact() masks a password that stands in restic's error as Go escapes it", () => {
  const redact = createRedact(anAccess({ rest_password: "p$s+w=d/1" }));
  assert.equal(redact('Head "http://p$s+w=d%2F1"'), 'Head "http://***"');
});
