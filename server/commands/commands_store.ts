import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

/** A command as it is kept: its body is the JSON text without id, counter and expiry. */
export interface StoredCommand {
  id: string;
  counter: number;
  body: string;
  expires_at_ms: number;
}

/** SQL of commands. Also owns the counter in `hosts.command_counter`. */
export class CommandsStore {
  #next_counter: StatementSync;
  #counter: StatementSync;
  #insert: StatementSync;
  #waiting: StatementSync;
  #acknowledge: StatementSync;
  #of_another: StatementSync;
  #delivered_of_job: StatementSync;
  #count_of_job: StatementSync;
  #withdraw: StatementSync;
  #remove_expired: StatementSync;

  constructor(db: Database) {
    this.#next_counter = db.prepare(
      `UPDATE hosts SET command_counter = command_counter + 1 WHERE id = :host_id
       RETURNING command_counter AS counter`,
    );
    this.#counter = db.prepare(
      "SELECT command_counter AS counter FROM hosts WHERE id = :host_id",
    );
    this.#insert = db.prepare(
      `INSERT INTO commands (id, host_id, counter, type, job_id, body, issued_at_ms, expires_at_ms)
       VALUES (:id, :host_id, :counter, :type, :job_id, :body, :issued_at_ms, :expires_at_ms)`,
    );
    this.#waiting = db.prepare(
      `SELECT id, counter, body, expires_at_ms FROM commands
       WHERE host_id = :host_id AND acked_at_ms IS NULL AND expires_at_ms > :now_ms
         AND counter > :after_counter
       ORDER BY counter LIMIT :limit`,
    );
    this.#acknowledge = db.prepare(
      `UPDATE commands SET acked_at_ms = :now_ms
       WHERE id = :id AND host_id = :host_id AND acked_at_ms IS NULL`,
    );
    this.#of_another = db.prepare(
      `SELECT 1 FROM commands JOIN json_each(:ids) AS wanted ON wanted.value = commands.id
       WHERE host_id <> :host_id LIMIT 1`,
    );
    this.#delivered_of_job = db.prepare(
      "SELECT 1 FROM commands WHERE job_id = :job_id AND acked_at_ms IS NOT NULL LIMIT 1",
    );
    this.#count_of_job = db.prepare(
      "SELECT count(*) AS n FROM commands WHERE job_id = :job_id AND type = :type",
    );
    this.#withdraw = db.prepare(
      "DELETE FROM commands WHERE job_id = :job_id AND acked_at_ms IS NULL",
    );
    this.#remove_expired = db.prepare(
      `DELETE FROM commands WHERE id IN (
         SELECT id FROM commands WHERE expires_at_ms < :before_ms LIMIT :limit)`,
    );
  }

  /** Raises the host's counter and answers it; undefined if there is no such host. */
  nextCounter(host_id: string): number | undefined {
    return this.#next_counter.get({ host_id })?.counter as number | undefined;
  }

  /** The counter of the host's newest command; 0 if it never had one, or is gone. */
  counter(host_id: string): number {
    return Number(this.#counter.get({ host_id })?.counter ?? 0);
  }

  insert(
    row: StoredCommand & {
      host_id: string;
      type: string;
      job_id: string | null;
      issued_at_ms: number;
    },
  ): void {
    this.#insert.run({ ...row });
  }

  waiting(
    host_id: string,
    options: { after_counter: number; limit: number; now_ms: number },
  ): StoredCommand[] {
    return this.#waiting.all({ host_id, ...options }).map((row) => ({
      id: row.id as string,
      counter: row.counter as number,
      body: row.body as string,
      expires_at_ms: row.expires_at_ms as number,
    }));
  }

  acknowledge(host_id: string, id: string, now_ms: number): void {
    this.#acknowledge.run({ host_id, id, now_ms });
  }

  /** True if one of these is another host's. */
  anyOfAnother(host_id: string, ids: string[]): boolean {
    return this.#of_another.get({ host_id, ids: JSON.stringify(ids) }) !== undefined;
  }

  anyDelivered(job_id: string): boolean {
    return this.#delivered_of_job.get({ job_id }) !== undefined;
  }

  countOfJob(job_id: string, type: string): number {
    return this.#count_of_job.get({ job_id, type })!.n as number;
  }

  /** Removes at most `limit` commands that expired before; answers how many. */
  removeExpired(before_ms: number, limit: number): number {
    return Number(this.#remove_expired.run({ before_ms, limit }).changes);
  }

  /** Deletes the job's undelivered commands; answers how many. */
  withdraw(job_id: string): number {
    return Number(this.#withdraw.run({ job_id }).changes);
  }
}
