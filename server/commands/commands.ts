/**
 * @module Commands to agents: stored before they are sent, in order, until acknowledged. A command
 * never holds a secret; config is rebuilt when sent (repositories.configFor).
 */
import type { Audit } from "../audit/audit.ts";
import { SYSTEM } from "../auth/permissions.ts";
import { type Clock, iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { CommandCancel, CommandRun } from "../protocol/server_messages.ts";
import { CommandsStore } from "./commands_store.ts";

export type Command = CommandRun | CommandCancel;
type Issued = "id" | "counter" | "expires_at";
export type NewCommand = Omit<CommandRun, Issued> | Omit<CommandCancel, Issued>;

/** As long as agents remember the commands that they have seen. */
const KEPT_AFTER_EXPIRY_MS = 30 * 86_400_000;
const STEP_ROWS = 500;

export class Commands {
  #db: Database;
  #clock: Clock;
  #audit: Audit;
  #store: CommandsStore;

  constructor({ db, clock, audit }: { db: Database; clock: Clock; audit: Audit }) {
    this.#db = db;
    this.#clock = clock;
    this.#audit = audit;
    this.#store = new CommandsStore(db);
  }

  /** Removes what expired a month before, one short step per value. */
  *keepHouse(now_ms: number): Generator<void> {
    const before_ms = now_ms - KEPT_AFTER_EXPIRY_MS;
    while (this.#store.removeExpired(before_ms, STEP_ROWS) === STEP_ROWS) yield;
  }

  /**
   * Stores and audits a command with the host's next counter. Call it in the transaction of its
   * cause, whose own row says who wanted it.
   * @throws {AppError} not_found if the host is gone
   * @throws {Error} outside a transaction
   */
  issue(host_id: string, command: NewCommand, expires_at_ms: number): Command {
    if (!this.#db.inTransaction) {
      throw new Error("A command is issued in the transaction of its cause");
    }
    const counter = this.#store.nextCounter(host_id);
    if (counter === undefined) throw new AppError("not_found", "There is no such host");
    const now_ms = this.#clock.now_ms();
    const id = mintId(now_ms);
    this.#store.insert({
      id,
      host_id,
      counter,
      type: command.type,
      job_id: command.job_id,
      body: JSON.stringify(command),
      issued_at_ms: now_ms,
      expires_at_ms,
    });
    this.#audit.record(SYSTEM, {
      action: "command.issue",
      target_kind: "host",
      target_id: host_id,
      payload: { type: command.type, command_id: id, counter, job_id: command.job_id },
    });
    return { ...command, id, counter, expires_at: iso(expires_at_ms) };
  }

  /** The counter of the host's newest command; 0 if it never had one. */
  counterOf(host_id: string): number {
    return this.#store.counter(host_id);
  }

  /** Not yet acknowledged and not expired, by counter, those above `after_counter`. */
  waiting(host_id: string, limit: number, after_counter = 0): Command[] {
    const now_ms = this.#clock.now_ms();
    return this.#store.waiting(host_id, { after_counter, limit, now_ms }).map((row) => ({
      ...JSON.parse(row.body) as NewCommand,
      id: row.id,
      counter: row.counter,
      expires_at: iso(row.expires_at_ms),
    }));
  }

  /** Marks commands of this host as delivered, others not. False if one is another host's. */
  acknowledge(host_id: string, command_ids: string[]): boolean {
    const now_ms = this.#clock.now_ms();
    return this.#db.transaction(() => {
      for (const id of command_ids) this.#store.acknowledge(host_id, id, now_ms);
      return !this.#store.anyOfAnother(host_id, command_ids);
    });
  }

  /** How many cancels of a job were issued and are kept. */
  cancelsOf(job_id: string): number {
    return this.#store.countOfJob(job_id, "command.cancel");
  }

  /**
   * Withdraws the commands of a job if none was acknowledged yet. Returns false if one was: then the
   * agent has the job and must be told to cancel. A withdrawn command may still be on the wire, so
   * a job that was dispatched is not over before its agent said so.
   */
  withdraw(job_id: string): boolean {
    return this.#db.transaction(() => {
      if (this.#store.anyDelivered(job_id)) return false;
      this.#store.withdraw(job_id);
      return true;
    });
  }
}
