import assert from "node:assert/strict";
import { type Classification, classify, type Ending } from "./classify.ts";
import { CheckMeter, saysNoErrors } from "./check_output.ts";
import type { OperationName } from "./command.ts";
import { type Findings, gather, noFindings } from "./findings.ts";
import { LineSplitter } from "./lines.ts";
import { type OutputEvent, parseLine } from "./output.ts";

const VERSIONS = ["0.14.0", "0.16.5", "0.17.3", "0.18.0", "0.19.1"];
const TESTDATA = new URL("./testdata/", import.meta.url);
const STILL_RETRYING = 124;

interface Sample {
  version: string;
  name: string;
  exit_code: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
}

type Expected = [status: Classification["status"], error_class: Classification["error_class"]];

const SUCCESS: Expected = ["succeeded", null];
const DAMAGED: Expected = ["failed", "repository_damaged"];
const EXPECTED: Record<string, { operation: OperationName; result: Expected }> = {
  backup1: { operation: "backup", result: ["warning", "files_unreadable"] },
  // Only the first lines were recorded: a run whose summary is lost is not trusted.
  backup1v: { operation: "backup", result: ["failed", "bad_output"] },
  backup2: { operation: "backup", result: ["warning", "files_unreadable"] },
  backup_allmissing: { operation: "backup", result: ["failed", "all_paths_missing"] },
  // A dry run names a snapshot that does not exist.
  backup_dry: { operation: "backup", result: ["failed", "bad_output"] },
  backup_missing: { operation: "backup", result: ["warning", "path_missing"] },
  backup_skip: { operation: "backup", result: SUCCESS },
  backup_skip2: { operation: "backup", result: SUCCESS },
  backup_status: { operation: "backup", result: SUCCESS },
  badflag: { operation: "snapshots", result: ["failed", "unknown"] },
  check: { operation: "check", result: SUCCESS },
  check_damaged_readdata: { operation: "check", result: DAMAGED },
  check_data: { operation: "check", result: SUCCESS },
  check_missing_pack: { operation: "check", result: DAMAGED },
  check_nolock: { operation: "check", result: SUCCESS },
  check_text_damaged: { operation: "check", result: DAMAGED },
  check_text_index: { operation: "check", result: DAMAGED },
  check_text_interrupted: { operation: "check", result: ["failed", "restic_crashed"] },
  check_text_locked: { operation: "check", result: ["failed", "repository_locked"] },
  check_text_missing_pack: { operation: "check", result: DAMAGED },
  check_text_read: { operation: "check", result: SUCCESS },
  cat_config: { operation: "cat config", result: SUCCESS },
  cat_lock: { operation: "cat lock", result: SUCCESS },
  conn_refused: { operation: "snapshots", result: ["failed", "network"] },
  http_401: { operation: "snapshots", result: ["failed", "http_unauthorized"] },
  http_norepo: { operation: "snapshots", result: ["failed", "repository_missing"] },
  init: { operation: "init", result: SUCCESS },
  init_again: { operation: "init", result: ["failed", "repository_exists"] },
  list_locks_live: { operation: "list locks", result: SUCCESS },
  locked_backup: { operation: "backup", result: ["failed", "repository_locked"] },
  locked_snapshots: { operation: "snapshots", result: ["failed", "repository_locked"] },
  locked_snapshots_nolock: { operation: "snapshots", result: SUCCESS },
  norepo_catconfig: { operation: "cat config", result: ["failed", "repository_missing"] },
  snapshots: { operation: "snapshots", result: SUCCESS },
  snapshots_badid: { operation: "snapshots", result: SUCCESS },
  snapshots_empty: { operation: "snapshots", result: SUCCESS },
  snapshots_latest: { operation: "snapshots", result: SUCCESS },
  stats: { operation: "stats", result: SUCCESS },
  stats_one: { operation: "stats", result: SUCCESS },
  stats_raw: { operation: "stats", result: SUCCESS },
  unlock: { operation: "unlock", result: SUCCESS },
  unlock_stale: { operation: "unlock", result: SUCCESS },
  version: { operation: "cat config", result: SUCCESS },
  wrongpw: { operation: "snapshots", result: ["failed", "wrong_password"] },
};

function expectedOf({ name, version, exit_code }: Sample): Expected {
  if (name.startsWith("backup_skip") && version < "0.17") return ["failed", "unknown"];
  if (exit_code === STILL_RETRYING) return ["failed", "deadline"];
  const row = EXPECTED[name];
  assert(row, `${name} has no expectation`);
  return row.result;
}

function readSamples(): Sample[] {
  return VERSIONS.flatMap((version) => {
    const folder = new URL(`${version}/`, TESTDATA);
    const exit_codes = readExitCodes(folder);
    const names = new Set(
      [...Deno.readDirSync(folder)].map((file) => file.name.replace(/\.(jsonl|stderr|txt)$/, "")),
    );
    names.delete("_exit_codes");
    return [...names].sort().map((name) => {
      const exit_code = exit_codes.get(name);
      assert(exit_code !== undefined, `${version}/${name} has no exit code`);
      return {
        version,
        name,
        exit_code,
        stdout: readOrEmpty(new URL(`${name}.jsonl`, folder)),
        stderr: readOrEmpty(new URL(`${name}.stderr`, folder)),
      };
    });
  });
}

function readExitCodes(folder: URL): Map<string, number> {
  const text = Deno.readTextFileSync(new URL("_exit_codes.txt", folder));
  const rows = text.trim().split("\n").map((line) => line.split(/\s+/));
  return new Map(rows.map(([name, code]) => [name ?? "", Number(code)]));
}

function readOrEmpty(url: URL): Uint8Array {
  try {
    return Deno.readFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

function eventsOf(...chunks: Uint8Array[]): OutputEvent[] {
  const events: OutputEvent[] = [];
  const splitter = new LineSplitter((line) => events.push(parseLine(line)));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return events;
}

function findingsOf(stdout: Uint8Array, stderr: Uint8Array): Findings {
  const findings = noFindings();
  for (const event of eventsOf(stdout)) gather(findings, "stdout", event);
  for (const event of eventsOf(stderr)) gather(findings, "stderr", event);
  return findings;
}

function endingOf(sample: Sample, findings: Findings): Ending {
  return {
    operation: EXPECTED[sample.name]?.operation ?? "cat config",
    exit_code: sample.exit_code,
    signal: null,
    cancel_requested: false,
    deadline_seconds: sample.exit_code === STILL_RETRYING ? 60 : null,
    findings,
  };
}

for (const version of VERSIONS) {
  const samples = readSamples().filter((sample) => sample.version === version);

  Deno.test(`classify() names the outcome of every recorded run of restic ${version}`, () => {
    for (const sample of samples) {
      const ending = endingOf(sample, findingsOf(sample.stdout, sample.stderr));
      const { status, error_class, error } = classify(ending);
      assert.deepEqual([status, error_class], expectedOf(sample), sample.name);
      assert.equal(error === null, status === "succeeded", sample.name);
    }
  });

  Deno.test(`parseLine() finds the same events in restic ${version}'s output cut in two at every byte`, () => {
    for (const sample of samples) {
      for (const bytes of [sample.stdout, sample.stderr]) {
        const whole = JSON.stringify(eventsOf(bytes));
        for (let at = 0; at <= bytes.length; at++) {
          const halves = eventsOf(bytes.subarray(0, at), bytes.subarray(at));
          assert.equal(JSON.stringify(halves), whole, `${sample.name} at ${at}`);
        }
      }
    }
  });

  Deno.test(`classify() never calls a backup of restic ${version} good before its summary is whole`, () => {
    for (const sample of samples.filter(({ name }) => EXPECTED[name]?.operation === "backup")) {
      const whole_at = endOfSummary(sample.stdout);
      for (let length = 0; length <= sample.stdout.length; length++) {
        const findings = findingsOf(sample.stdout.subarray(0, length), sample.stderr);
        for (const exit_code of [0, 3]) {
          const { status } = classify({ ...endingOf(sample, findings), exit_code });
          const good = status === "succeeded" || status === "warning";
          if (good) assert(length >= whole_at, `${sample.name} cut at ${length} is ${status}`);
        }
      }
      for (let length = 0; length <= sample.stderr.length; length++) {
        const findings = findingsOf(new Uint8Array(), sample.stderr.subarray(0, length));
        assert.equal(classify({ ...endingOf(sample, findings), exit_code: 0 }).status, "failed");
      }
    }
  });
}

Deno.test("classify() calls a check good only once restic has said that it found no errors", () => {
  for (const sample of readSamples().filter(({ name }) => EXPECTED[name]?.operation === "check")) {
    const { stdout, stderr } = sample;
    const good_at = sample.exit_code === 0 ? endOfGoodWord(stdout) : Infinity;
    for (let length = 0; length <= stdout.length; length++) {
      const findings = findingsOf(stdout.subarray(0, length), stderr);
      const { status } = classify({ ...endingOf(sample, findings), exit_code: 0 });
      if (status === "succeeded") assert(length >= good_at, `${sample.name} cut at ${length}`);
    }
    for (let length = 0; length <= stderr.length; length++) {
      const findings = findingsOf(stdout, stderr.subarray(0, length));
      const { status } = classify({ ...endingOf(sample, findings), exit_code: 1 });
      assert.equal(status, "failed", `${sample.name} cut at ${length}`);
    }
  }
});

Deno.test("CheckMeter follows the recorded checks through their phases to their last counter", () => {
  for (const sample of readSamples().filter(({ name }) => EXPECTED[name]?.operation === "check")) {
    const meter = new CheckMeter();
    const lines = new TextDecoder().decode(sample.stdout).split("\n");
    const seen = lines.map((line) => meter.read(line)).filter((one) => one !== undefined);
    if (!lines.includes("load indexes")) continue;
    assert.equal(seen[0]?.phase, "loading_index", sample.name);
    for (const { percent_done, eta_seconds } of seen) {
      assert(percent_done >= 0 && percent_done <= 1 && (eta_seconds ?? 0) >= 0);
    }
    const whole = sample.exit_code === 0 || /damaged|missing/.test(sample.name);
    if (!whole || sample.name === "check_text_index") continue;
    assert(meter.counted.snapshots_checked! > 0, sample.name);
    const reads = /damaged|data|read/.test(sample.name);
    assert.equal(meter.counted.packs_read !== undefined, reads, sample.name);
  }
});

Deno.test("the recorded runs cover five versions with at least 30 operations each", () => {
  const samples = readSamples();
  for (const version of VERSIONS) {
    assert(samples.filter((sample) => sample.version === version).length >= 30, version);
  }
});

function endOfGoodWord(stdout: Uint8Array): number {
  const text = new TextDecoder().decode(stdout);
  const line = text.split("\n").find((line) => saysNoErrors(line) || line.includes("num_errors"));
  assert(line !== undefined);
  return text.indexOf(line) + line.length;
}

function endOfSummary(stdout: Uint8Array): number {
  const text = new TextDecoder().decode(stdout);
  const line = text.split("\n").find((line) => line.includes('"message_type":"summary"'));
  if (line === undefined) return Infinity;
  return new TextEncoder().encode(text.slice(0, text.indexOf(line) + line.length)).length;
}
