/** @module The checker is checked: each doctored history must be reported, the true one must not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { AuditEntry, Host, Job, LogLine } from "../../server/protocol/entities.ts";
import type { JobFinished } from "../../server/protocol/agent_messages.ts";
import { judge } from "./checker.ts";
import { emptyHistory, type History } from "./history.ts";

const HOST = "host-1";
const SNAPSHOT = "a".repeat(64);
const T = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, "0")}.000Z`;

const DONE = {
  id: "job-1",
  host_id: HOST,
  kind: "backup",
  status: "succeeded",
  dispatched_at: T(1),
  started_at: T(2),
  finished_at: T(9),
  cancel_requested_at: null,
  log_lines: 3,
  log_truncated: false,
  stats: { snapshot_id: SNAPSHOT },
} as Job;

const FINISHED = {
  type: "job.finished",
  report: { run_id: "run", seq: 3 },
  job_id: "job-1",
  status: "succeeded",
  stats: { snapshot_id: SNAPSHOT },
} as JobFinished;

const line = (seq: number, payload = `line ${seq}`): LogLine => ({
  seq,
  ts: T(3),
  stream: "stdout",
  payload,
});

const at = (status: Job["status"], seconds: number): Job => ({
  ...DONE,
  status,
  dispatched_at: seconds >= 1 ? T(1) : null,
  started_at: seconds >= 2 ? T(2) : null,
  finished_at: seconds >= 9 ? T(9) : null,
  log_lines: seconds >= 3 ? 3 : 0,
});

/** One backup from its start to its end, as everybody saw it. */
function aTrueHistory(): History {
  const shown = [at("queued", 0), at("dispatched", 1), at("running", 2), DONE];
  return {
    ...emptyHistory(),
    accepted: [{ job_id: "job-1", host_id: HOST, asked: 1 }],
    shown_jobs: shown.map((job, n) => ({ view: "socket 1", asked: undefined, got: 10 + n, job })),
    shown_lines: [
      { view: "socket 1", job_id: "job-1", after_seq: 0, seqs: [1, 2, 3], gap_allowed: false },
      { view: "socket 2", job_id: "job-1", after_seq: 2, seqs: [3], gap_allowed: false },
    ],
    shown_hosts: [{
      view: "page",
      got: 20,
      host_id: HOST,
      backup_state: "good",
      last_good_backup_at: T(9),
    }],
    acknowledged: [
      {
        host_id: HOST,
        message: {
          type: "log.stream",
          report: { run_id: "run", seq: 2 },
          job_id: "job-1",
          lines: [line(1), line(2), line(3)],
        },
      },
      { host_id: HOST, message: FINISHED },
    ],
    runs: [{ host_id: HOST, job_id: "job-1" }],
    made: [{ host_id: HOST, snapshot_id: SNAPSHOT, tick: 12 }],
    jobs: [DONE],
    hosts: [{ id: HOST } as Host],
    logs: [{ job_id: "job-1", lines: [line(1), line(2), line(3)] }],
    listed: [{ host_id: HOST, snapshot_ids: [SNAPSHOT] }],
    repositories: [{ host_id: HOST, snapshots: [{ id: SNAPSHOT, tags: [] }], problems: [] }],
    audit: chained(["user.add", "job.start", "command.issue"]),
  };
}

/** Rows as the documentation of the chain has them: SHA-256 over the hash before and the sorted row. */
function chained(actions: string[]): AuditEntry[] {
  let before = "0".repeat(64);
  return actions.map((action, n) => {
    const ts_ms = Date.parse(T(n));
    const text = `{"action":"${action}","actor":"system","actor_name":null,"ip":null,` +
      `"payload":"{\\"a\\":[1],\\"b\\":2}","seq":${n + 1},"target_id":"job-1",` +
      `"target_kind":"job","ts_ms":${ts_ms},"user_id":null}`;
    before = createHash("sha256").update(before).update(text).digest("hex");
    return {
      ...{ seq: n + 1, ts: T(n), actor: "system", user_id: null, actor_name: null, ip: null },
      ...{ action, target_kind: "job", target_id: "job-1", payload: { b: 2, a: [1] } },
      hash: before,
    } as AuditEntry;
  });
}

function finds(name: string, rule: string, doctor: (history: History) => void): void {
  Deno.test(`The checker reports ${name}`, () => {
    const history = aTrueHistory();
    doctor(history);
    const rules = judge(history).map((finding) => finding.rule);
    assert.ok(rules.includes(rule), `found by ${JSON.stringify(rules)}`);
  });
}

function changed(history: History, change: Partial<Job>): void {
  history.jobs = [{ ...DONE, ...change }];
}

Deno.test("The checker finds nothing in a true history, and nothing in none", () => {
  assert.deepEqual(judge(aTrueHistory()), []);
  assert.deepEqual(judge(emptyHistory()), []);
});

Deno.test("The checker allows what is marked: dropped lines, a resync, a withdrawn job", () => {
  const history = aTrueHistory();
  history.logs[0]!.lines = [line(1), line(3, "[1 log lines were dropped here: too long]")];
  changed(history, { log_lines: 2 });
  history.shown_jobs = [];
  history.acknowledged = history.acknowledged.slice(1);
  history.shown_lines = [
    { view: "socket 1", job_id: "job-1", after_seq: 0, seqs: [1, 3], gap_allowed: false },
    { view: "socket 2", job_id: "job-1", after_seq: 0, seqs: [3], gap_allowed: true },
  ];
  assert.deepEqual(judge(history), []);
  changed(history, { status: "cancelled", cancel_requested_at: T(3), log_lines: 2 });
  history.shown_hosts = [];
  assert.deepEqual(judge(history), []);
});

finds("a second end", "every job ends once", (history) => {
  history.shown_jobs.push({
    view: "socket 2",
    asked: undefined,
    got: 30,
    job: { ...DONE, status: "interrupted" },
  });
});
finds("an end at another time", "every job ends once", (history) => {
  changed(history, { finished_at: T(10) });
});
finds("a job without an end", "every job ends once", (history) => {
  changed(history, { status: "running", finished_at: null });
});
finds("a job that was answered for and is gone", "every job ends once", (history) => {
  history.jobs = [];
});
finds("a step back on one socket", "no step that is not allowed", (history) => {
  history.shown_jobs.splice(3, 0, {
    view: "socket 1",
    asked: undefined,
    got: 13,
    job: at("dispatched", 1),
  });
});
finds("a step back between two views", "no step that is not allowed", (history) => {
  history.shown_jobs.push({ view: "rest", asked: 14, got: 15, job: at("dispatched", 1) });
});
finds("a job that left its end", "no step that is not allowed", (history) => {
  history.shown_jobs.push({ view: "rest", asked: 40, got: 41, job: at("running", 2) });
});
finds("a start that changed", "no step that is not allowed", (history) => {
  history.shown_jobs[3]!.job = { ...DONE, started_at: T(5) };
});
finds("an end without its time", "no step that is not allowed", (history) => {
  history.shown_jobs[3]!.job = { ...DONE, finished_at: null };
});
finds("progress after the end", "no step that is not allowed", (history) => {
  history.late_progress.push({ view: "socket 1", job_id: "job-1" });
});
finds("a job that ran twice", "nothing runs twice", (history) => {
  history.runs.push({ host_id: HOST, job_id: "job-1" });
});
finds("a success that never ran", "nothing runs twice", (history) => {
  history.runs = [];
});
finds("an acknowledged end that is missing", "nothing acknowledged is missing", (history) => {
  changed(history, { status: "interrupted", stats: null });
});
finds("an acknowledged line that is missing", "nothing acknowledged is missing", (history) => {
  history.logs[0]!.lines.pop();
});
finds("an acknowledged line that was altered", "nothing acknowledged is missing", (history) => {
  history.logs[0]!.lines[1] = line(2, "another");
});
finds("an acknowledged listing that is missing", "nothing acknowledged is missing", (history) => {
  history.acknowledged.push({
    host_id: HOST,
    message: {
      ...{ type: "snapshots.report", report: { run_id: "run", seq: 4 }, listing_id: "l" },
      ...{ page: 1, pages: 1 },
      snapshots: [{ id: "b".repeat(64) }],
    } as never,
  });
});
finds("a report number used twice", "a report stands for one thing", (history) => {
  history.acknowledged.push({ host_id: HOST, message: FINISHED });
});
finds("a gap in a log", "logs are numbered", (history) => {
  history.logs[0]!.lines.splice(1, 1);
});
finds("a line that is there twice", "logs are numbered", (history) => {
  history.logs[0]!.lines.splice(1, 0, line(1));
});
finds("a gap on a socket", "logs are numbered", (history) => {
  history.shown_lines[0]!.seqs = [1, 3];
});
finds("a line that came twice on a socket", "logs are numbered", (history) => {
  history.shown_lines[1]!.seqs = [2, 3];
});
finds("a shown line that is gone", "logs are numbered", (history) => {
  history.shown_lines[0]!.seqs = [1, 2, 3, 4];
});
finds("a wrong count of lines", "logs are numbered", (history) => {
  changed(history, { log_lines: 4 });
});
finds("a false green: no snapshot", "success has its snapshot", (history) => {
  history.repositories[0]!.snapshots = [];
});
finds("a false green: no snapshot named", "success has its snapshot", (history) => {
  changed(history, { stats: {} });
});
finds("two jobs with one snapshot", "success has its snapshot", (history) => {
  history.jobs.push({ ...DONE, id: "job-2" });
});
finds("a damaged repository", "success has its snapshot", (history) => {
  history.repositories[0]!.problems.push("restic check: pack 1a2b is damaged");
});
finds("a listed snapshot that does not exist", "listed snapshots exist", (history) => {
  history.listed[0]!.snapshot_ids.push("c".repeat(64));
});
finds("a host called backed up before its snapshot", "no false green", (history) => {
  history.shown_hosts[0]!.got = 11;
});
finds("a host called backed up without a job", "no false green", (history) => {
  history.shown_hosts[0]!.last_good_backup_at = T(8);
});
finds("an altered audit row", "the audit chain holds", (history) => {
  history.audit[1]!.payload = { b: 3, a: [1] };
});
finds("a missing audit row", "the audit chain holds", (history) => {
  history.audit.splice(1, 1);
});
finds("an audit row that was hashed anew", "the audit chain holds", (history) => {
  history.audit[1] = chained(["user.add", "job.cancel"])[1]!;
});
finds("a start without its audit row", "every start is audited", (history) => {
  history.audit = chained(["user.add"]);
});
