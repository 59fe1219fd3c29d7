/** @module What agents say about their jobs. Hostile input: the host comes from the credential. */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type {
  JobFinished,
  JobProgress,
  JobStarted,
  LogStreamMessage,
} from "../protocol/agent_messages.ts";
import { JOB_LOG_QUOTA_BYTES } from "../protocol/limits.ts";
import type { JobLogsStore } from "./job_logs_store.ts";
import type { JobNewsBoard } from "./job_news.ts";
import { judge, within } from "./job_outcome.ts";
import type { JobQueue } from "./job_queue.ts";
import { nextStatus } from "./job_state.ts";
import type { JobStream } from "./job_stream.ts";
import type { JobTransitions } from "./job_transitions.ts";
import type { JobRow, JobsStore } from "./jobs_store.ts";

export type JobReport = JobStarted | JobProgress | LogStreamMessage | JobFinished;

export interface JobReportsDeps {
  db: Database;
  clock: Clock;
  stream: JobStream;
  store: JobsStore;
  logs: JobLogsStore;
  news: JobNewsBoard;
  queue: JobQueue;
  transitions: JobTransitions;
}

const UTF8 = new TextEncoder();

export class JobReports {
  readonly #deps: JobReportsDeps;

  constructor(deps: JobReportsDeps) {
    this.#deps = deps;
  }

  /** Applies a message of this host. False, and nothing changed, if the job is not the host's. */
  apply(host_id: string, message: JobReport): boolean {
    const row = this.#deps.store.byId(message.job_id);
    if (row === undefined || row.host_id !== host_id) return false;
    this.#deps.db.transaction(() => {
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
    });
    return true;
  }

  #started(row: JobRow, message: JobStarted): void {
    const { db, clock, stream, news, queue, transitions } = this.#deps;
    // Withdrawn here while its command was on the wire: the agent has to hear of it.
    if (row.status === "cancelled") return queue.issueCancel(row);
    if (nextStatus(row.status, { type: "started" }) === row.status) return;
    const now_ms = clock.now_ms();
    transitions.started(row, within(message.started_at, row.dispatched_at_ms ?? 0, now_ms));
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
    const { db, clock, stream, store, logs, news } = this.#deps;
    let bytes = 0;
    let truncated = false;
    const added = message.lines.filter((line) => {
      const size = UTF8.encode(line.payload).length;
      if (row.log_bytes + bytes + size > JOB_LOG_QUOTA_BYTES) {
        truncated = true;
        return false;
      }
      if (!logs.insert(row.id, line)) return false;
      bytes += size;
      return true;
    });
    if (added.length > 0 || (truncated && !row.log_truncated)) {
      store.addLogged(row.id, { lines: added.length, bytes, truncated });
    }
    if (added.length === 0) return;
    db.afterCommit(() => {
      if (row.status === "running") news.moved(row.id, clock.now_ms());
      stream.publish(row.id, { type: "log.stream", job_id: row.id, lines: added });
    });
  }

  #finished(row: JobRow, message: JobFinished): void {
    if (nextStatus(row.status, { type: "ended", status: message.status }) === row.status) return;
    const { db, clock, queue, transitions } = this.#deps;
    const now_ms = clock.now_ms();
    const earliest_ms = row.dispatched_at_ms ?? row.queued_at_ms;
    const started_at_ms = row.started_at_ms ??
      (message.started_at === null ? null : within(message.started_at, earliest_ms, now_ms));
    const finished_at_ms = within(message.finished_at, started_at_ms ?? earliest_ms, now_ms);
    transitions.ended(row, judge(row.kind, message), { started_at_ms, finished_at_ms });
    db.afterCommit(() => queue.dispatchHost(row.host_id));
  }
}
