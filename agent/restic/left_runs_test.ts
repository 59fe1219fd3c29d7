import assert from "node:assert/strict";
import { findLeftRuns } from "./left_runs.ts";

function spawn(script: string, repository_file: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", script],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", RESTIC_REPOSITORY_FILE: repository_file },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

/** A process that is certain to run its own program: it has printed a line. */
async function started(child: Deno.ChildProcess): Promise<Deno.ChildProcess> {
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  return child;
}

async function end(child: Deno.ChildProcess): Promise<string | null> {
  await child.stdout.cancel();
  return (await child.status).signal;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

Deno.test("findLeftRuns() finds the runs of its own folder, asks them to end, and kills who will not", async () => {
  const dir = await Deno.makeTempDir();
  const work = `${dir}/work`;
  await Deno.mkdir(`${work}/restic-run-a`, { recursive: true });
  await Deno.writeTextFile(`${work}/restic-run-a/password`, "secret");
  await Deno.writeTextFile(`${work}/kept`, "not a run's");
  const polite = await started(spawn("echo; exec sleep 60", `${work}/restic-run-a/repository`));
  const deaf = await started(
    spawn("trap '' INT; echo; while :; do sleep 1; done", `${work}/restic-run-b/repository`),
  );
  const foreign = await started(
    spawn("echo; exec sleep 60", `${dir}/other/restic-run-c/repository`),
  );
  try {
    const left = await findLeftRuns(work);
    assert.ok(left.process_count >= 2, "the polite one and the deaf one, with its sleep");
    await left.end({ patience_seconds: 0.2 });
    assert.equal(await end(polite), "SIGINT");
    assert.equal(await end(deaf), "SIGKILL");
    assert.equal(await exists(`/proc/${foreign.pid}/environ`), true);
    assert.equal(await exists(`${work}/restic-run-a`), false);
    assert.equal(await exists(`${work}/kept`), true);
  } finally {
    foreign.kill("SIGKILL");
    await end(foreign);
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("findLeftRuns() leaves alone a run that began after it looked", async () => {
  const dir = await Deno.makeTempDir();
  const left = await findLeftRuns(dir);
  await Deno.mkdir(`${dir}/restic-run-new`);
  const child = await started(spawn("echo; exec sleep 60", `${dir}/restic-run-new/repository`));
  await left.end({ patience_seconds: 0.1 });
  assert.equal(await exists(`${dir}/restic-run-new`), true);
  child.kill("SIGKILL");
  assert.equal(await end(child), "SIGKILL");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("findLeftRuns() finds nothing where no agent ever ran", async () => {
  const left = await findLeftRuns("/nonexistent/work");
  assert.equal(left.process_count, 0);
  await left.end({ patience_seconds: 0.1 });
});
