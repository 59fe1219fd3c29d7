import assert from "node:assert/strict";
import { join } from "node:path";
import { changeIdentity, loadIdentity } from "./secrets/identity.ts";
import { keyChangesPath } from "./secrets/key_changes.ts";
import { StartError } from "./start_error.ts";

async function inFolder(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("changeIdentity() makes a new key with the whole chain of those before it", () =>
  inFolder(async (dir) => {
    const first = await loadIdentity(dir, true);
    const second = await changeIdentity(dir, first, 1_800_000_000_000);
    const third = await changeIdentity(dir, second, 1_800_000_001_000);
    const loaded = await loadIdentity(dir, false);
    assert.equal(loaded.fingerprint, third.fingerprint);
    assert.equal(new Set([first, second, third].map(({ fingerprint }) => fingerprint)).size, 3);
    assert.equal(loaded.key_changes.length, 2);
    assert.equal(loaded.key_changes[0]!.to, loaded.key_changes[1]!.from);
    assert.equal(Deno.statSync(join(dir, "identity.key")).mode! & 0o777, 0o600);
  }));

Deno.test("a change that was cut off is finished at the next start", () =>
  inFolder(async (dir) => {
    const first = await loadIdentity(dir, true);
    const old = await Deno.readFile(join(dir, "identity.key"));
    const second = await changeIdentity(dir, first, 1_800_000_000_000);
    await Deno.rename(join(dir, "identity.key"), join(dir, "identity.key.next"));
    await Deno.writeFile(join(dir, "identity.key"), old, { mode: 0o600 });
    assert.equal((await loadIdentity(dir, false)).fingerprint, second.fingerprint);
    assert.equal((await loadIdentity(dir, false)).fingerprint, second.fingerprint);
  }));

Deno.test("an identity key older than its changes is refused, as agents refuse it", () =>
  inFolder(async (dir) => {
    const first = await loadIdentity(dir, true);
    const old = await Deno.readFile(join(dir, "identity.key"));
    await changeIdentity(dir, first, 1_800_000_000_000);
    await Deno.writeFile(join(dir, "identity.key"), old, { mode: 0o600 });
    await assert.rejects(loadIdentity(dir, false), /put back the newest copy/);
  }));

Deno.test("altered key changes are refused at the start", () =>
  inFolder(async (dir) => {
    await changeIdentity(dir, await loadIdentity(dir, true), 1_800_000_000_000);
    const text = await Deno.readTextFile(keyChangesPath(dir));
    for (const altered of ["{}", "nothing", text.replace("2027", "2028")]) {
      await Deno.writeTextFile(keyChangesPath(dir), altered);
      await assert.rejects(loadIdentity(dir, false), StartError);
    }
  }));
