import assert from "node:assert/strict";
import { join } from "node:path";
import { inspect } from "node:util";
import { FakeClock } from "../clock.ts";
import { Meta } from "../db/meta.ts";
import { openDatabase } from "../db/open.ts";
import { createLog, silentLog } from "../log.ts";
import { importPublicKey, verifyText } from "../protocol/signing.ts";
import { loadIdentity } from "./identity.ts";
import { checkMasterKey } from "./key_check.ts";
import { loadMasterKey } from "./key_file.ts";
import { Sealer } from "./seal.ts";
import { Secret } from "./secret.ts";

const PLACE = { table: "credentials", row: "r1", column: "secret_sealed" };

function aSealer(): Sealer {
  return new Sealer(crypto.getRandomValues(new Uint8Array(32)));
}

async function withFolder(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("Secret prints as *** whichever way it is turned into text", () => {
  const secret = new Secret("swordfish");
  const lines: string[] = [];
  createLog("debug", (line) => lines.push(line)).info("m", { secret, nested: [{ secret }] });
  const texts = [
    `${secret}`,
    "" + secret,
    String(secret),
    JSON.stringify({ secret }),
    Deno.inspect({ secret }),
    inspect({ secret }),
    ...lines,
  ];
  for (const text of texts) {
    assert.ok(text.includes("***"), text);
    assert.ok(!text.includes("swordfish"), text);
  }
  assert.equal(secret.reveal(), "swordfish");
});

Deno.test("Sealer.open() gives back what seal() was given, and two envelopes never look alike", async () => {
  const sealer = aSealer();
  const text = "correct horse, ünïcode and\nnewline";
  const one = await sealer.seal(new Secret(text), PLACE);
  const two = await sealer.seal(new Secret(text), PLACE);
  assert.notEqual(one, two);
  assert.match(one, /^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/);
  assert.equal((await sealer.open(one, PLACE)).reveal(), text);
});

Deno.test("Sealer.open() refuses an envelope with any character changed", async () => {
  const sealer = aSealer();
  const envelope = await sealer.seal(new Secret("swordfish"), PLACE);
  for (let at = 0; at < envelope.length; at++) {
    // The last character of base64url carries unused bits, so a far letter is taken.
    const other = envelope[at] === "A" ? "z" : "A";
    const altered = envelope.slice(0, at) + other + envelope.slice(at + 1);
    await assert.rejects(sealer.open(altered, PLACE), (error: Error) => {
      assert.ok(!error.message.includes("swordfish"));
      return true;
    }, `character ${at} of ${altered}`);
  }
});

Deno.test("Sealer.open() refuses an envelope moved to another row, column or table, or another key's", async () => {
  const sealer = aSealer();
  const envelope = await sealer.seal(new Secret("swordfish"), PLACE);
  await assert.rejects(sealer.open(envelope, { ...PLACE, row: "r2" }), /altered or moved/);
  await assert.rejects(sealer.open(envelope, { ...PLACE, column: "other" }), /altered or moved/);
  await assert.rejects(sealer.open(envelope, { ...PLACE, table: "other" }), /altered or moved/);
  await assert.rejects(aSealer().open(envelope, PLACE), /made with another key/);
  await assert.rejects(sealer.open("", PLACE), /not an envelope/);
});

Deno.test("Sealer.derive() gives one key per purpose", async () => {
  const sealer = aSealer();
  assert.deepEqual(await sealer.derive("csrf"), await sealer.derive("csrf"));
  assert.notDeepEqual(await sealer.derive("csrf"), await sealer.derive("other"));
});

Deno.test("loadMasterKey() makes a 0600 file once and reads it afterwards", async () => {
  await withFolder((folder) => {
    const path = join(folder, "secret.key");
    const made = loadMasterKey(path, true);
    assert.equal(made.length, 32);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    assert.deepEqual(loadMasterKey(path, false), made);
  });
});

Deno.test("loadMasterKey() refuses a missing key over a database, a readable one and a short one", async () => {
  await withFolder((folder) => {
    const path = join(folder, "secret.key");
    assert.throws(() => loadMasterKey(path, false), /is missing, and the database needs it/);
    Deno.writeFileSync(path, new Uint8Array(32), { mode: 0o600 });
    Deno.chmodSync(path, 0o640);
    assert.throws(() => loadMasterKey(path, true), /mode 0640.*chmod 600/);
    Deno.chmodSync(path, 0o604);
    assert.throws(() => loadMasterKey(path, true), /chmod 600/);
    Deno.writeFileSync(path, new Uint8Array(31));
    Deno.chmodSync(path, 0o600);
    assert.throws(() => loadMasterKey(path, true), /31 bytes instead of 32/);
  });
});

Deno.test("loadIdentity() keeps one key whose signatures verify", async () => {
  await withFolder(async (folder) => {
    const made = await loadIdentity(folder, true);
    assert.equal(Deno.statSync(join(folder, "identity.key")).mode! & 0o777, 0o600);
    const again = await loadIdentity(folder, false);
    assert.equal(again.fingerprint, made.fingerprint);
    assert.match(made.fingerprint, /^SHA256:[\w-]{43}$/);
    const key = await importPublicKey(made.public_key);
    assert.ok(await verifyText(key, "hello", await again.sign("hello")));
    assert.ok(!await verifyText(key, "hellp", await again.sign("hello")));
  });
});

Deno.test("loadIdentity() refuses a missing key over a database, a readable and a damaged one", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(loadIdentity(folder, false), /agents trust only that key/);
    const path = join(folder, "identity.key");
    Deno.writeFileSync(path, new Uint8Array(48), { mode: 0o600 });
    await assert.rejects(loadIdentity(folder, true), /is damaged/);
    Deno.chmodSync(path, 0o644);
    await assert.rejects(loadIdentity(folder, true), /chmod 600/);
  });
});

Deno.test("checkMasterKey() accepts the key of the first start and refuses another", async () => {
  const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
  const meta = new Meta(db);
  const sealer = aSealer();
  await checkMasterKey(meta, sealer);
  await checkMasterKey(meta, sealer);
  await assert.rejects(checkMasterKey(meta, aSealer()), /not the one this database was made with/);
});
