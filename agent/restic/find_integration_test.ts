import assert from "node:assert/strict";
import { dirname } from "node:path";
import { findRestic } from "./find.ts";
import { programPath } from "./real_storage.ts";

const NOWHERE = "/nonexistent";

async function withPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", path);
  try {
    return await work();
  } finally {
    Deno.env.set("PATH", before);
  }
}

async function aProgram(folder: string, script: string): Promise<string> {
  const path = `${folder}/restic`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

Deno.test("findRestic() takes the configured path, PATH, then the state folder's bin", async () => {
  const real = programPath("restic");
  const configured = await findRestic({ configured_path: real, state_dir: NOWHERE });
  assert("path" in configured && configured.path === await Deno.realPath(real));
  assert.match(configured.version, /^\d+\.\d+\.\d+/);
  assert.equal(configured.below_floor, false);

  const options = { configured_path: null, state_dir: NOWHERE };
  const on_path = await withPath(`relative:${dirname(real)}`, () => findRestic(options));
  assert.deepEqual(on_path, configured);

  const state_dir = await Deno.makeTempDir();
  await Deno.mkdir(`${state_dir}/bin`);
  await Deno.symlink(await Deno.realPath(real), `${state_dir}/bin/restic`);
  const in_state = await withPath(NOWHERE, () => findRestic({ configured_path: null, state_dir }));
  assert.deepEqual(in_state, configured);
  await Deno.remove(state_dir, { recursive: true });
});

Deno.test("findRestic() says what to install when there is none or what it found is no restic", async () => {
  const options = { configured_path: null, state_dir: NOWHERE };
  const none = await withPath(NOWHERE, () => findRestic(options));
  assert("error" in none);
  assert.match(none.error, /^restic was not found on this machine: install restic 0\./);

  const folder = await Deno.makeTempDir();
  for (const script of ["echo rclone v1.60", "exit 1"]) {
    const configured_path = await aProgram(folder, script);
    const other = await findRestic({ configured_path, state_dir: NOWHERE });
    assert("error" in other && other.error.startsWith(`${configured_path} is no restic that runs`));
  }
  const missing = await findRestic({ configured_path: `${folder}/no`, state_dir: NOWHERE });
  assert("error" in missing);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("findRestic() passes over a restic that is too old when a later one is not", async () => {
  const state_dir = await Deno.makeTempDir();
  await Deno.mkdir(`${state_dir}/bin`);
  await Deno.symlink(await Deno.realPath(programPath("restic")), `${state_dir}/bin/restic`);
  await aProgram(state_dir, 'echo "restic 0.14.0 compiled with go1.19.8 on linux/amd64"');
  const found = await withPath(state_dir, () => findRestic({ configured_path: null, state_dir }));
  assert("path" in found && found.path === await Deno.realPath(programPath("restic")));
  await Deno.remove(state_dir, { recursive: true });
});

Deno.test("findRestic() marks a restic below the floor, which may still back up", async () => {
  const folder = await Deno.makeTempDir();
  const script = 'echo "restic 0.14.0 compiled with go1.19.8 on linux/amd64"';
  const configured_path = await aProgram(folder, script);
  const old = await findRestic({ configured_path, state_dir: NOWHERE });
  assert.deepEqual(old, {
    path: await Deno.realPath(configured_path),
    version: "0.14.0",
    below_floor: true,
  });
  await Deno.remove(folder, { recursive: true });
});
