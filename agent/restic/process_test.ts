import assert from "node:assert/strict";
import { type ProcessOptions, runProcess } from "./process.ts";

function shell(script: string, changes: Partial<ProcessOptions> = {}): ProcessOptions {
  return {
    program: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    signal: new AbortController().signal,
    kill_after_seconds: 30,
    onStdout() {},
    onStderr() {},
    ...changes,
  };
}

Deno.test("runProcess() reads both streams whole, however much each has", async () => {
  let stdout = 0;
  let stderr = 0;
  const end = await runProcess(
    shell("head -c 3000000 /dev/zero >&2; head -c 5000000 /dev/zero; exit 7", {
      onStdout: (chunk) => void (stdout += chunk.length),
      onStderr: (chunk) => void (stderr += chunk.length),
    }),
  );
  assert.deepEqual([stdout, stderr], [5_000_000, 3_000_000]);
  assert.deepEqual(end, { exit_code: 7, signal: null, was_killed: false });
});

Deno.test("runProcess() gives the child an empty stdin and no other environment", async () => {
  let output = "";
  await runProcess(shell("cat; env", {
    env: { ONLY: "this", PATH: "/usr/bin:/bin" },
    onStdout: (chunk) => void (output += new TextDecoder().decode(chunk)),
  }));
  const names = output.trim().split("\n").map((line) => line.split("=")[0]).sort();
  assert.deepEqual(names.filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name ?? "")), [
    "ONLY",
    "PATH",
  ]);
});

Deno.test("runProcess() sends SIGINT on a cancel, and lets the child end by itself", async () => {
  const controller = new AbortController();
  const end = await runProcess(shell('trap "exit 130" INT; echo up; while :; do sleep 0.05; done', {
    signal: controller.signal,
    onStdout: () => controller.abort(),
  }));
  assert.deepEqual(end, { exit_code: 130, signal: null, was_killed: false });
});

Deno.test("runProcess() kills a child that does not heed the cancel in time", async () => {
  const controller = new AbortController();
  const end = await runProcess(shell('trap "" INT; echo up; exec sleep 600', {
    signal: controller.signal,
    kill_after_seconds: 0.2,
    onStdout: () => controller.abort(),
  }));
  assert.deepEqual(end, { exit_code: null, signal: "SIGKILL", was_killed: true });
});

Deno.test("runProcess() ends the child when a reader throws", async () => {
  let pid = 0;
  const running = runProcess(shell("echo up; exec sleep 600", {
    onStarted: (started) => void (pid = started),
    onStdout: () => {
      throw new Error("the reader is broken");
    },
  }));
  await assert.rejects(running, /the reader is broken/);
  assert.throws(() => Deno.statSync(`/proc/${pid}`), Deno.errors.NotFound);
});

Deno.test("runProcess() rejects when there is no such program", async () => {
  await assert.rejects(
    runProcess(shell("", { program: "/nonexistent/restic" })),
    Deno.errors.NotFound,
  );
});
