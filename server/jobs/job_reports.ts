/** @module What agents say about their jobs. Hostile input: the host comes from the credential. */
import { Buffer } from "node:buffer";
import { SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type {
  JobFinished,
  JobProgress,
  JobStarted,
  LogStreamMessage,
} from "../protocol/agent_messages.ts";
import type { LogLine } from "../protocol/entities.ts";
import { JOB_LOG_QUOTA_BYTES, LOG_LINE_OVERHEAD_BYTES } from "../protocol/limits.ts";
import type { JobAdoption } from "./job_adoption.ts";
import type { JobLogsStore } from "./job_logs_store.ts";
import type { JobNewsBoard } from "./job_news.ts";
import { judge, within, withoutSkew } from "./job_outcome.ts";
import type { JobQueue } from "./job_queue.ts";
import { nextStatus } from "./job_state.ts";
import type { JobStream } from "./job_stream.ts";
import type { JobTransitions } from "./job_transitions.ts";
import type { JobRow, JobsStore } from "./jobs_store.ts";

export type JobReport = JobStarted | JobProgress | LogStreamMessage | JobFinished;

export interface JobReportsDeps {
  db: Database;
  clock: Clock;
  hosts: Hosts;
  stream: JobStream;
  store: JobsStore;
  logs: JobLogsStore;
  news: JobNewsBoard;
  queue: JobQueue;
  adoption: JobAdoption;
  transitions: JobTransitions;
}

/** Beyond the quota there is still room for what the agent says of the log itself. */
const EVENTS_BYTES = 64 * 1024;

export class JobReports {
  readonly #deps: JobReportsDeps;

  constructor(deps: JobReportsDeps) {
    this.#deps = deps;
  }

  /** Applies a message of this host. False, and nothing changed, if the job is not the host's. */
  apply(host_id: string, message: JobReport): boolean {
    const { db, store, adoption } = this.#deps;
    return db.transaction(() => {
      const is_lost = message.type === "job.started" || message.type === "job.finished";
      const row = store.byId(message.job_id) ??
        (is_lost ? adoption.adopt(host_id, message) : undefined);
      if (row === undefined || row.host_id !== host_id) return false;
      this.#apply(row, message);
      return true;
    });
  }

  #apply(row: JobRow, message: JobReport): void {
    switch (message.type) {
      case "job.started":
        return this.#started(row, message);
      case "job.progress":
        return this.#progress(row, message);
      case "log.stream":
        return this.#logged(row, message);
      case "job.finished":
        return this.#finished(row, message);
    }
  }

  #started(row: JobRow, message: JobStarted): void {
    const { db, clock, stream, news, queue, transitions } = this.#deps;
    // Withdrawn here while its command was on the wire: the agent has to hear of it.
    if (row.status === "cancelled") return queue.issueCancel(row);
    if (nextStatus(row.status, { type: "started" }) === row.status) return;
    const now_ms = clock.now_ms();
    transitions.started(
      row,
      within(this.#ourTime(row, message.started_at), row.dispatched_at_ms ?? 0, now_ms),
    );
    db.afterCommit(() => {
      news.moved(row.id, now_ms);
      const { type, job_id, started_at } = message;
      stream.publish(row.id, { type, job_id, kind: row.kind, started_at });
    });
  }

  #progress(row: JobRow, message: JobProgress): void {
    if (row.status !== "running") return; // The end, or the start, will come as a report.
    const { db, clock, stream, news } = this.#deps;
    db.afterCommit(() => {
      news.progress(message, clock.now_ms());
      stream.publish(row.id, message);
    });
  }

  #logged(row: JobRow, message: LogStreamMessage): void {
    if (row.log_removed_at_ms !== null) return;
    const { db, clock, stream, store, news } = this.#deps;
    const { added, bytes, dropped } = this.#keepLines(row, message.lines);
    if (dropped.length > 0) {
      const marker = this.#markDropped(row, dropped);
      if (marker !== undefined) added.push(marker);
    }
    if (added.length === 0 && dropped.length === 0) return;
    store.addLogged(row.id, {
      lines: added.length,
      bytes,
      dropped_lines: dropped.length,
      dropped_from: dropped[0]?.seq ?? null,
    });
    db.afterCommit(() => {
      if (row.status === "running") news.moved(row.id, clock.now_ms());
      if (added.length === 0) return;
      const lines = added.toSorted((one, other) => one.seq - other.seq);
      stream.publish(row.id, { type: "log.stream", job_id: row.id, lines });
    });
  }

  /** Once a line was dropped all later ones are, but for the agent's own remarks. */
  #keepLines(row: JobRow, lines: LogLine[]) {
    const { logs } = this.#deps;
    const added: LogLine[] = [];
    const dropped: LogLine[] = [];
    let bytes = 0;
    const seqs = lines.map((line) => line.seq);
    const known = logs.known(row.id, Math.min(...seqs), Math.max(...seqs));
    for (const line of lines) {
      if (known.has(line.seq)) continue;
      known.add(line.seq);
      const is_event = line.stream === "event";
      const size = byteLength(line.payload) + LOG_LINE_OVERHEAD_BYTES;
      const room = JOB_LOG_QUOTA_BYTES + (is_event ? EVENTS_BYTES : 0) - row.log_bytes - bytes;
      const is_over = size > room ||
        (!is_event && (row.log_dropped_lines > 0 || dropped.length > 0));
      if (is_over) {
        dropped.push(line);
      } else {
        added.push(line);
        bytes += size;
      }
    }
    logs.insert(row.id, added);
    return { added, bytes, dropped };
  }

  /** One line stands for all that were dropped, with their number. It is answered when it is new. */
  #markDropped(row: JobRow, dropped: LogLine[]): LogLine | undefined {
    const { logs } = this.#deps;
    const count = row.log_dropped_lines + dropped.length;
    const payload = `[${count} log lines were dropped from here on: the log reached its limit of ` +
      `${JOB_LOG_QUOTA_BYTES / 1024 / 1024} MiB]`;
    if (row.log_dropped_from !== null) {
      logs.setPayload(row.id, row.log_dropped_from, payload);
      return undefined;
    }
    const marker: LogLine = { ...dropped[0]!, stream: "event", payload };
    logs.insert(row.id, [marker]);
    return marker;
  }

  #finished(row: JobRow, message: JobFinished): void {
    if (nextStatus(row.status, { type: "ended", status: message.status }) === row.status) return;
    const { db, clock, queue, transitions } = this.#deps;
    const now_ms = clock.now_ms();
    const earliest_ms = row.dispatched_at_ms ?? row.queued_at_ms;
    const started_at_ms = row.started_at_ms ??
      (message.started_at === null
        ? null
        : within(this.#ourTime(row, message.started_at), earliest_ms, now_ms));
    const finished_at = this.#ourTime(row, message.finished_at);
    const finished_at_ms = within(finished_at, started_at_ms ?? earliest_ms, now_ms);
    transitions.ended(row, judge(row.kind, message), { started_at_ms, finished_at_ms });
    db.afterCommit(() => queue.dispatchHost(row.host_id));
  }

  /** A host whose clock is three hours behind did not finish before it began. */
  #ourTime(row: JobRow, at: string): string {
    return withoutSkew(at, this.#deps.hosts.get(SYSTEM, row.host_id).clock_skew_seconds);
  }
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
