import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Canaries } from "./canaries.ts";

const SECRET = 'Canary-<7>&"9/+ä zebra';

Deno.test("Canaries.search() finds a secret in every form and at every offset", () => {
  const canaries = new Canaries();
  canaries.add("password", SECRET);
  const around = (text: string) => `before ${text} after`;
  const hidden: [string, string][] = [
    ["raw", around(SECRET)],
    ["hex", Buffer.from(around(SECRET)).toString("hex")],
    ["upper hex", Buffer.from(around(SECRET)).toString("hex").toUpperCase()],
    ["url", around(encodeURIComponent(SECRET))],
    ["form", around(new URLSearchParams({ q: SECRET }).toString())],
    ["json", JSON.stringify({ a: [SECRET] })],
    [
      "html",
      `<p title="${
        SECRET.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
      }">`,
    ],
  ];
  for (let before = 0; before < 6; before++) {
    const bytes = Buffer.from("x".repeat(before) + SECRET + "yy");
    hidden.push([`base64 after ${before}`, bytes.toString("base64")]);
    hidden.push([`base64url after ${before}`, bytes.toString("base64url")]);
  }
  for (const [form, text] of hidden) {
    assert.ok(canaries.search("here", text).length > 0, form);
    assert.deepEqual(canaries.search("here", text, ["password"]), [], `${form}, allowed`);
  }
  assert.deepEqual(canaries.search("here", around("Canary-<8>")), []);
});
