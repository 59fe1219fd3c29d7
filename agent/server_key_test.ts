import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { KeyChange } from "../server/protocol/server_messages.ts";
import { keyChangeStatement, signText, toBase64 } from "../server/protocol/signing.ts";
import { createAgentLog } from "./log.ts";
import { Orders } from "./orders.ts";
import { ServerKey } from "./server_key.ts";
import { AgentState } from "./state.ts";
import { HOST_ID, TestServer } from "./test_server.ts";
import { systemTiming } from "./timing.ts";

const MADE_AT = "2026-11-12T08:42:05.000Z";
const quiet = createAgentLog("text", () => {});

interface Key {
  base64: string;
  private_key: CryptoKey;
}

async function newKey(): Promise<Key> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { publicKey, privateKey } = pair as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return { base64: toBase64(raw), private_key: privateKey };
}

async function change(from: Key, to: Key, signer = from): Promise<KeyChange> {
  const facts = { from: from.base64, to: to.base64, made_at: MADE_AT };
  return { ...facts, signature: await signText(signer.private_key, keyChangeStatement(facts)) };
}

/** An agent that was enrolled with this key, and what it has written down. */
function enrolledWith(key: Key, changes: KeyChange[] = []) {
  const saved: KeyChange[][] = [];
  const server_key = new ServerKey({
    enrolled: key.base64,
    changes,
    save: (all) => Promise.resolve(void saved.push(all)),
    log: quiet,
  });
  const obeys = async (by: Key) =>
    await server_key.verify("an order", await signText(by.private_key, "an order"));
  return { server_key, saved, obeys };
}

Deno.test("an agent follows its server through every change that it missed, and keeps them", async () => {
  const [first, second, third] = [await newKey(), await newKey(), await newKey()];
  const chain = [await change(first, second), await change(second, third)];
  const agent = enrolledWith(first);
  assert.equal(await agent.obeys(third), false);
  agent.server_key.follow(chain);
  assert.deepEqual([await agent.obeys(third), await agent.obeys(first)], [true, false]);
  assert.deepEqual(agent.saved, [chain]);
  agent.server_key.follow(chain);
  assert.equal(await agent.obeys(third), true);
  assert.equal(agent.saved.length, 1, "what is known is not written again");

  const restarted = enrolledWith(first, chain);
  assert.equal(await restarted.obeys(third), true);
});

Deno.test("an agent stays with its key when a change is not signed by it, or comes from another", async () => {
  const [first, second, stranger] = [await newKey(), await newKey(), await newKey()];
  const good = await change(first, second);
  const bad: Record<string, KeyChange[]> = {
    "signed by the new key itself": [await change(first, second, second)],
    "signed by a stranger": [await change(first, stranger, stranger)],
    "of another server": [await change(stranger, second)],
    "to another key": [{ ...good, to: stranger.base64 }],
    "of another time": [{ ...good, made_at: "2026-11-13T00:00:00.000Z" }],
    "without a signature": [{ ...good, signature: "" }],
    "to no key": [{ ...good, to: "AAAA" }],
  };
  for (const [what, changes] of Object.entries(bad)) {
    const agent = enrolledWith(first);
    agent.server_key.follow(changes);
    assert.deepEqual([await agent.obeys(first), agent.saved.length], [true, 0], what);
    const edited = enrolledWith(first, changes);
    assert.equal(await edited.obeys(first), true, `kept: ${what}`);
  }
});

Deno.test("an old key that was given up cannot take an agent back", async () => {
  const [first, second, third] = [await newKey(), await newKey(), await newKey()];
  const agent = enrolledWith(first, [await change(first, second)]);
  agent.server_key.follow([await change(first, third)]);
  assert.deepEqual([await agent.obeys(second), await agent.obeys(third)], [true, false]);
});

Deno.test("1,000 random alterations of signed frames are all refused", async () => {
  const server = await TestServer.start();
  const dir = await Deno.makeTempDir();
  const state = new AgentState(join(dir, "state.db"), "test");
  const obeyed: string[] = [];
  const orders = new Orders(
    {
      host_id: HOST_ID,
      server_key: new ServerKey({
        enrolled: server.public_key,
        changes: [],
        save: () => Promise.resolve(),
        log: quiet,
      }),
      state,
      timing: systemTiming(),
      log: quiet,
      actions: {
        accept: ({ job_id }) => void obeyed.push(job_id),
        refuseExpired: ({ job_id }) => void obeyed.push(job_id),
        cancel: ({ job_id }) => void obeyed.push(job_id),
        repeat: () => {},
        enterEpoch: () => {},
        configure: () => Promise.resolve(true),
        schedule: () => Promise.resolve(undefined),
        acknowledge: () => void obeyed.push("ack"),
      },
    } as ConstructorParameters<typeof Orders>[0],
  );
  try {
    const frame = JSON.parse(await server.frame([server.run(), server.config()]));
    const alteration = fc.record({
      field: fc.constantFrom("payload" as const, "signature" as const),
      kind: fc.constantFrom("replace" as const, "insert" as const, "remove" as const),
      at: fc.nat(),
      char: fc.integer({ min: 32, max: 126 }),
    });
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(alteration, async ({ field, kind, at, char }) => {
        const text: string = frame[field];
        const place = at % text.length;
        const put = kind === "remove" ? "" : String.fromCharCode(char);
        const rest = text.slice(kind === "insert" ? place : place + 1);
        const altered = text.slice(0, place) + put + rest;
        // The last digits of base64 hold bits that no byte has: another letter may say the same.
        fc.pre(altered !== text && (field === "payload" || !sameBytes(altered, text)));
        tried++;
        assert.equal(await orders.receive({ ...frame, [field]: altered }), "forged");
      }),
      { numRuns: 1000 },
    );
    assert.ok(tried >= 1000);
    assert.deepEqual(obeyed, []);
    assert.notEqual(await orders.receive(frame), "forged", "unaltered it is obeyed");
    assert.equal(obeyed.length, 1);
  } finally {
    state[Symbol.dispose]();
    await server.stop();
    await Deno.remove(dir, { recursive: true });
  }
});

function sameBytes(a: string, b: string): boolean {
  try {
    return atob(a) === atob(b);
  } catch {
    return false;
  }
}
