import assert from "node:assert/strict";
import { findLeftRuns } from "./left_runs.ts";

/** A run's folder and its process, which runs the script for sure: it has printed a line. */
async function aRun(folder: string, script: string, pid?: number): Promise<Deno.ChildProcess> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/password`, "secret");
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", RESTIC_REPOSITORY_FILE: `${folder}/repository` },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await Deno.writeTextFile(`${folder}/pid`, `${pid ?? child.pid}\n`);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

const exists = (path: string) => Deno.lstat(path).then(() => true, () => false);

Deno.test("findLeftRuns() asks the runs of its own folder to end, and kills who will not", async () => {
  const work = await Deno.makeTempDir();
  await Deno.writeTextFile(`${work}/kept`, "not a run's");
  const polite = await aRun(`${work}/restic-run-a`, "echo; exec sleep 60");
  const deaf = await aRun(`${work}/restic-run-b`, "trap '' INT; echo; while :; do sleep 1; done");
  const left = await findLeftRuns(work);
  assert.equal(left.count, 2);
  await left.end({ patience_seconds: 0.2 });
  assert.equal((await polite.status).signal, "SIGINT");
  assert.equal((await deaf.status).signal, "SIGKILL");
  assert.deepEqual([...Deno.readDirSync(work)].map(({ name }) => name), ["kept"]);
  await Deno.remove(work, { recursive: true });
});

Deno.test("findLeftRuns() leaves a process alone that only has the process id of a run", async () => {
  const work = await Deno.makeTempDir();
  const stranger = await aRun(`${work}/elsewhere`, "echo; exec sleep 60");
  const ended = await aRun(`${work}/restic-run-a`, "echo", stranger.pid);
  await ended.status;
  await (await findLeftRuns(work)).end({ patience_seconds: 0.2 });
  assert.equal(await exists(`${work}/restic-run-a`), false);
  assert.equal(await exists(`/proc/${stranger.pid}/environ`), true);
  stranger.kill("SIGKILL");
  assert.equal((await stranger.status).signal, "SIGKILL");
  await Deno.remove(work, { recursive: true });
});

Deno.test("findLeftRuns() leaves alone a run that began after it looked", async () => {
  const work = await Deno.makeTempDir();
  const left = await findLeftRuns(work);
  const child = await aRun(`${work}/restic-run-new`, "echo; exec sleep 60");
  await left.end({ patience_seconds: 0.1 });
  assert.equal(await exists(`${work}/restic-run-new/password`), true);
  child.kill("SIGKILL");
  assert.equal((await child.status).signal, "SIGKILL");
  await Deno.remove(work, { recursive: true });
});

Deno.test("findLeftRuns() finds nothing where no agent ever ran", async () => {
  const left = await findLeftRuns("/nonexistent/work");
  assert.equal(left.count, 0);
  await left.end({ patience_seconds: 0.1 });
});
