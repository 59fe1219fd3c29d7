import type { DatabaseSync } from "node:sqlite";
import type { CommandRun } from "../server/protocol/server_messages.ts";

/** A job that this agent accepted. Its arguments hold no secret. */
export interface HeldJob {
  id: string;
  /** As the server named it; perhaps one that this agent does not know. */
  kind: CommandRun["kind"];
  args: CommandRun["args"];
  expires_at_ms: number;
  started_at_ms: number | null;
  /** The highest sequence number of its log so far. */
  log_lines: number;
}

interface Row {
  id: string;
  kind: string;
  args: string;
  expires_at_ms: number;
  started_at_ms: number | null;
  log_lines: number;
}

const FINISHED_KEPT_MS = 30 * 86_400_000;

/** Jobs from acceptance to their end. Finished ones are kept a month, so that none runs twice. */
export class HeldJobsStore {
  readonly #accept;
  readonly #byId;
  readonly #byStatus;
  readonly #start;
  readonly #setLogLines;
  readonly #finish;
  readonly #forget;
  readonly #noteSchedule;
  readonly #forgetSchedules;
  readonly #openOfSchedule;
  readonly #scheduleOf;
  readonly #keepEnd;
  readonly #end;
  readonly #newestEnds;
  readonly #forgetEnds;
  constructor(db: DatabaseSync) {
    this.#accept = db.prepare(
      "INSERT INTO jobs (id, kind, args, expires_at_ms, status, accepted_at_ms) " +
        "VALUES (?, ?, ?, ?, 'pending', ?) ON CONFLICT (id) DO NOTHING",
    );
    this.#byId = db.prepare("SELECT * FROM jobs WHERE id = ?");
    this.#byStatus = db.prepare("SELECT * FROM jobs WHERE status = ? ORDER BY rowid LIMIT 64");
    this.#start = db.prepare(
      "UPDATE jobs SET status = 'running', started_at_ms = ? WHERE id = ? AND status = 'pending'",
    );
    this.#setLogLines = db.prepare("UPDATE jobs SET log_lines = ? WHERE id = ?");
    this.#finish = db.prepare("UPDATE jobs SET status = 'finished', args = '{}' WHERE id = ?");
    this.#forget = db.prepare("DELETE FROM jobs WHERE status = 'finished' AND accepted_at_ms < ?");
    this.#noteSchedule = db.prepare(
      "INSERT INTO scheduled_jobs (job_id, schedule_id) VALUES (?, ?)",
    );
    this.#forgetSchedules = db.prepare(
      "DELETE FROM scheduled_jobs WHERE job_id NOT IN (SELECT id FROM jobs)",
    );
    this.#openOfSchedule = db.prepare(
      `SELECT 1 FROM scheduled_jobs s JOIN jobs j ON j.id = s.job_id
       WHERE s.schedule_id = ? AND j.status <> 'finished'`,
    );
    this.#scheduleOf = db.prepare(
      "SELECT schedule_id FROM scheduled_jobs WHERE job_id = ?",
    );
    this.#keepEnd = db.prepare(
      "INSERT INTO job_ends (job_id, body, ended_at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#end = db.prepare("SELECT body FROM job_ends WHERE job_id = ?");
    this.#newestEnds = db.prepare(
      `SELECT job_id, body FROM (
         SELECT rowid, job_id, body FROM job_ends ORDER BY rowid DESC LIMIT ?) ORDER BY rowid`,
    );
    this.#forgetEnds = db.prepare("DELETE FROM job_ends WHERE ended_at_ms < ?");
  }
  /** Notes which schedule a job is of. */
  noteSchedule(job_id: string, schedule_id: string): void {
    this.#forgetSchedules.run();
    this.#noteSchedule.run(job_id, schedule_id);
  }
  /** True while a job of the schedule waits or runs. */
  hasOpenOf(schedule_id: string): boolean {
    return this.#openOfSchedule.get(schedule_id) !== undefined;
  }
  /** The schedule that made this job; undefined if the server ordered it. */
  scheduleOf(job_id: string): string | undefined {
    return (this.#scheduleOf.get(job_id) as { schedule_id: string } | undefined)?.schedule_id;
  }
  /** Returns false if the job was accepted before. */
  accept(
    command: Pick<CommandRun, "job_id" | "kind" | "args" | "expires_at">,
    now_ms: number,
  ): boolean {
    this.#forget.run(now_ms - FINISHED_KEPT_MS);
    const expires_at_ms = Date.parse(command.expires_at);
    const args = JSON.stringify(command.args);
    return this.#accept.run(command.job_id, command.kind, args, expires_at_ms, now_ms).changes ===
      1;
  }
  byId(id: string): HeldJob & { status: string } | undefined {
    const row = this.#byId.get(id) as unknown as Row & { status: string } | undefined;
    return row === undefined ? undefined : { ...toJob(row), status: row.status };
  }
  /** Oldest first, at most 64. */
  pending(): HeldJob[] {
    return (this.#byStatus.all("pending") as unknown as Row[]).map(toJob);
  }
  running(): HeldJob[] {
    return (this.#byStatus.all("running") as unknown as Row[]).map(toJob);
  }
  start(id: string, now_ms: number): void {
    this.#start.run(now_ms, id);
  }
  setLogLines(id: string, log_lines: number): void {
    this.#setLogLines.run(log_lines, id);
  }
  finish(id: string): void {
    this.#finish.run(id);
  }
  /** Keeps how a job ended, as JSON: a server that lost it may ask for the job again. */
  keepEnd(job_id: string, body: string, now_ms: number): void {
    this.#keepEnd.run(job_id, body, now_ms);
    this.#forgetEnds.run(now_ms - FINISHED_KEPT_MS);
  }
  /** What {@link keepEnd} kept of a job. */
  end(job_id: string): string | undefined {
    return (this.#end.get(job_id) as { body: string } | undefined)?.body;
  }
  /** The ends of the jobs that ended last, oldest first. */
  newestEnds(limit: number): { job_id: string; body: string }[] {
    return this.#newestEnds.all(limit) as unknown as { job_id: string; body: string }[];
  }
}

function toJob(row: Row): HeldJob {
  return {
    id: row.id,
    kind: row.kind as HeldJob["kind"],
    args: JSON.parse(row.args) as HeldJob["args"],
    expires_at_ms: row.expires_at_ms,
    started_at_ms: row.started_at_ms,
    log_lines: row.log_lines,
  };
}
