/** @module What agents hold for acknowledged is kept; logs have no unmarked gap and no double line. */
import type { JobFinished, LogStreamMessage } from "../../server/protocol/agent_messages.ts";
import type { Job, LogLine } from "../../server/protocol/entities.ts";
import { groupBy, type History } from "./history.ts";
import { isFinal } from "./job_rules.ts";

/** In place of what had to give way: the agent's and the server's own words. */
const MARKER = /^\[\d+ (more )?log lines were dropped/;

/** Nothing that was acknowledged is missing. */
export function* keepsAcknowledged(history: History): Iterable<string> {
  const jobs = new Map(history.jobs.map((job) => [job.id, job]));
  const logs = new Map(history.logs.map(({ job_id, lines }) => [job_id, bySeq(lines)]));
  const listed = new Map(history.listed.map((one) => [one.host_id, new Set(one.snapshot_ids)]));
  const last_listing = new Map<string, Set<string>>();
  for (const { host_id, message } of history.acknowledged) {
    switch (message.type) {
      case "job.scheduled":
        if (!jobs.has(message.job_id)) {
          yield `job ${message.job_id} of a schedule was acknowledged and is missing`;
        }
        break;
      case "job.started":
        if ((jobs.get(message.job_id)?.started_at ?? null) === null) {
          yield* unlessWithdrawn(jobs.get(message.job_id), `the start of job ${message.job_id}`);
        }
        break;
      case "job.finished":
        yield* missingEnd(jobs.get(message.job_id), message);
        break;
      case "log.stream":
        yield* missingLines(logs.get(message.job_id), jobs.get(message.job_id), message);
        break;
      case "snapshots.report":
        last_listing.set(host_id, new Set(message.snapshots.map((snapshot) => snapshot.id)));
        break;
    }
  }
  for (const [host_id, ids] of last_listing) {
    for (const id of ids) {
      if (!listed.get(host_id)?.has(id)) yield `snapshot ${id} was acknowledged and is not listed`;
    }
  }
}

/** Stored and live logs: numbered from 1 on, each number once, what is left out marked. */
export function* numbersLogs(history: History): Iterable<string> {
  const jobs = new Map(history.jobs.map((job) => [job.id, job]));
  for (const { job_id, lines } of history.logs) {
    yield* gaps(`the log of job ${job_id}`, lines.map((line) => line.seq), {
      after: 0,
      marked: (at) => MARKER.test(lines[at]?.payload ?? ""),
    });
    const counted = jobs.get(job_id)?.log_lines;
    if (counted !== undefined && counted !== lines.length) {
      yield `job ${job_id} counts ${counted} log lines and has ${lines.length}`;
    }
  }
  const stored = new Map(history.logs.map(({ job_id, lines }) => [job_id, bySeq(lines)]));
  for (const shown of history.shown_lines) {
    const lines = stored.get(shown.job_id);
    yield* gaps(`job ${shown.job_id} on ${shown.view}`, shown.seqs, {
      after: shown.after_seq,
      marked: (at) => shown.gap_allowed || MARKER.test(lines?.get(shown.seqs[at]!)?.payload ?? ""),
    });
    for (const seq of lines === undefined ? [] : shown.seqs) {
      if (!lines!.has(seq)) yield `line ${seq} of job ${shown.job_id} was shown and is gone`;
    }
  }
}

function* missingEnd(
  job: Job | undefined,
  said: JobFinished | { job_id: string; status: undefined },
): Iterable<string> {
  const what = `the end of job ${said.job_id}`;
  if (job === undefined || !isFinal(job.status)) {
    yield `${what} was acknowledged and is missing`;
    return;
  }
  if (said.status === undefined) return;
  if (job.status !== said.status) {
    yield* unlessWithdrawn(job, `${what} (${said.status}, kept is ${job.status})`);
  } else if (job.stats?.snapshot_id !== said.stats?.snapshot_id) {
    yield `${what} was acknowledged with snapshot ${said.stats?.snapshot_id}, kept is ` +
      `${job.stats?.snapshot_id}`;
  }
}

/** A job that was withdrawn while its command was on the wire has its end already. */
function* unlessWithdrawn(job: Job | undefined, what: string): Iterable<string> {
  if (job?.status === "cancelled" && job.cancel_requested_at !== null) return;
  yield `${what} was acknowledged and is missing`;
}

function* missingLines(
  kept: Map<number, LogLine> | undefined,
  job: Job | undefined,
  { job_id, lines }: LogStreamMessage,
): Iterable<string> {
  if (kept === undefined || job?.log_truncated) return;
  for (const line of lines) {
    if (kept.get(line.seq)?.payload !== line.payload) {
      yield `line ${line.seq} of job ${job_id} was acknowledged and is ` +
        (kept.has(line.seq) ? "another one" : "missing");
    }
  }
}

function* gaps(
  what: string,
  seqs: number[],
  { after, marked }: { after: number; marked(at: number): boolean },
): Iterable<string> {
  let last = after;
  for (const [at, seq] of seqs.entries()) {
    if (seq <= last) yield `${what}: line ${seq} after line ${last}`;
    else if (seq !== last + 1 && !marked(at)) yield `${what}: nothing between ${last} and ${seq}`;
    last = seq;
  }
}

function bySeq(lines: LogLine[]): Map<number, LogLine> {
  return new Map(lines.map((line) => [line.seq, line]));
}

/** The acknowledged reports that are in twice, by host, run and number. */
export function* acknowledgedOnce({ acknowledged }: History): Iterable<string> {
  const keyed = acknowledged.flatMap(({ host_id, message }) =>
    "report" in message ? [`${host_id} ${message.report.run_id} ${message.report.seq}`] : []
  );
  for (const [key, same] of groupBy(keyed, (text) => text)) {
    if (same.length > 1) yield `report ${key} stands for ${same.length} things`;
  }
}
