import assert from "node:assert/strict";
import { classify, type Ending } from "./classify.ts";
import { gather, noFindings } from "./findings.ts";
import { parseLine } from "./output.ts";

const SUMMARY = `{"message_type":"summary","snapshot_id":"${"ab".repeat(32)}","files_new":1}`;

function anEnding(
  changes: Partial<Ending> & { stdout?: string[]; stderr?: string[] } = {},
): Ending {
  const { stdout = [], stderr = [], ...rest } = changes;
  const findings = noFindings();
  for (const line of stdout) gather(findings, "stdout", parseLine(line));
  for (const line of stderr) gather(findings, "stderr", parseLine(line));
  return {
    operation: "backup",
    exit_code: 0,
    signal: null,
    cancel_requested: false,
    deadline_seconds: null,
    findings,
    ...rest,
  };
}

Deno.test("classify() calls a missing path a warning although restic exits 0", () => {
  const result = classify(
    anEnding({ stdout: [SUMMARY], stderr: ["/srv/gone does not exist, skipping"] }),
  );
  assert.equal(result.status, "warning");
  assert.equal(result.error_class, "path_missing");
  assert.match(result.error ?? "", /^\/srv\/gone does not exist on this host\. /);
});

Deno.test("classify() calls any file error a warning although restic exits 0", () => {
  const stderr = ['{"message_type":"error","error":{"message":"no"},"item":"/a"}'];
  const result = classify(anEnding({ stdout: [SUMMARY], stderr }));
  assert.deepEqual([result.status, result.error_class], ["warning", "files_unreadable"]);
});

Deno.test("classify() trusts no exit code 0 without a snapshot", () => {
  for (const stdout of [[], ['{"message_type":"summary","files_new":1}']]) {
    assert.equal(classify(anEnding({ stdout })).error_class, "bad_output");
  }
});

Deno.test("classify() takes no summary from stderr, where a file name could forge one", () => {
  assert.equal(classify(anEnding({ stderr: [SUMMARY] })).status, "failed");
});

Deno.test("classify() reads nothing into the name of a missing path", () => {
  const result = classify(anEnding({
    exit_code: 1,
    stderr: ["/wrong password or no key found does not exist, skipping"],
  }));
  assert.equal(result.error_class, "unknown");
});

Deno.test("classify() calls an exit code that nobody knows a failure", () => {
  for (const exit_code of [4, 13, 99, 255]) {
    const result = classify(anEnding({ exit_code, stdout: [SUMMARY] }));
    assert.deepEqual([result.status, result.error_class], ["failed", "unknown"]);
  }
});

Deno.test("classify() puts a cancel before the deadline, the signal and the exit code", () => {
  const ended = { cancel_requested: true, deadline_seconds: 60, signal: "SIGKILL" };
  assert.equal(classify(anEnding({ ...ended, exit_code: null })).status, "cancelled");
  assert.equal(
    classify(anEnding({ deadline_seconds: 60, exit_code: 130 })).error_class,
    "deadline",
  );
  assert.equal(
    classify(anEnding({ exit_code: null, signal: "SIGKILL" })).error_class,
    "restic_crashed",
  );
});

Deno.test("classify() says so when a cancel came after the snapshot was saved", () => {
  const result = classify(anEnding({ cancel_requested: true, stdout: [SUMMARY] }));
  assert.equal(result.error, "The cancel came too late: snapshot abababab was saved.");
});

Deno.test("classify() tells an interruption from a lock that could not be refreshed", () => {
  assert.equal(classify(anEnding({ exit_code: 130 })).error_class, "restic_crashed");
  const stderr = ["Fatal: failed to refresh lock in time"];
  assert.equal(classify(anEnding({ exit_code: 130, stderr })).error_class, "network");
});

const FAILURES: [error_class: string, message: string][] = [
  ["append_only_refusal", "Save(<data/1>) failed: unexpected HTTP response (403): 403 Forbidden"],
  ["no_space", "unexpected HTTP response (507): 507 Insufficient Storage"],
  ["no_space", "write /tmp/restic-temp-pack-1: no space left on device"],
  ["repository_damaged", "Fatal: repository contains errors"],
  ["network", "dial tcp: lookup nas: no such host"],
  ["network", "tls: failed to verify certificate: x509: certificate signed by unknown authority"],
];

Deno.test("classify() knows restic's reasons by their words, in JSON and in text", () => {
  for (const [error_class, message] of FAILURES) {
    const json = JSON.stringify({ message_type: "exit_error", code: 1, message });
    for (const line of [message, json]) {
      assert.equal(classify(anEnding({ exit_code: 1, stderr: [line] })).error_class, error_class);
    }
  }
});

Deno.test("classify() names the process that holds the lock", () => {
  const message =
    "unable to create lock in backend: repository is already locked exclusively by PID 32 on vm by root";
  const result = classify(anEnding({ exit_code: 11, stderr: [message] }));
  assert.equal(
    result.error,
    "The repository is locked by another restic (process 32 on vm). " +
      "Nothing was backed up; earlier snapshots are unchanged.",
  );
});
