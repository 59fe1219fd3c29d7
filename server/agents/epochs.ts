/**
 * @module The epoch: raised when this database turns out to be an earlier copy that was put back.
 * Agents refuse what was signed in an epoch before their highest, and start counting commands anew
 * in a higher one. Two things tell of a restore, both without an operator: the mark beside the
 * database, which concerns every host, and an agent that has seen more than the database knows, which
 * concerns that host alone (an agent is hostile input: it must not void the commands of others).
 */
import type { Audit } from "../audit/audit.ts";
import { SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Commands } from "../commands/commands.ts";
import type { Database } from "../db/database.ts";
import { Meta } from "../db/meta.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Log } from "../log.ts";
import type { Hello } from "../protocol/agent_messages.ts";
import { EPOCH_MAX } from "../protocol/limits.ts";
import type { EpochFile, EpochMark } from "./epoch_file.ts";
import { EpochsStore } from "./epochs_store.ts";
import type { Sender } from "./refused_reports.ts";

const AUDIT_EVERY_MS = 10 * 60_000;
/**
 * No hello is believed to be further ahead: a higher epoch of one host raises those of all at the next
 * restore, and one that claims the last there is would leave none.
 */
const AHEAD_MAX = 100;

export interface EpochsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  hosts: Hosts;
  commands: Commands;
  /** Without one only the agents tell. */
  file?: EpochFile | undefined;
}

export class Epochs {
  readonly #deps: EpochsDeps;
  readonly #meta: Meta;
  readonly #store: EpochsStore;
  #starts = 0;
  #begun = false;
  readonly #audited_ms = new Map<string, number>();

  constructor(deps: EpochsDeps) {
    this.#deps = deps;
    this.#meta = new Meta(deps.db);
    this.#store = new EpochsStore(deps.db);
  }

  /** The server's epoch. */
  get epoch(): number {
    return this.#meta.epoch;
  }

  /**
   * Call it once, before anything is signed: raises the epoch if the database is an earlier copy. A
   * full disk keeps no server from starting: it is made up for with the next {@link mark}.
   */
  begin(): void {
    try {
      this.mark();
    } catch (error) {
      this.#deps.log.error("cannot note how far the database is", { error });
    }
  }

  /** Writes down how far the database is. Called once a minute and at the end. */
  mark(): void {
    if (!this.#begun) this.#start();
    const { file, audit } = this.#deps;
    file?.write({ epoch: this.#highest, starts: this.#starts, audit: audit.head() });
  }

  #start(): void {
    const { db, file } = this.#deps;
    const before = file?.read();
    db.transaction(() => {
      const starts = Number(this.#meta.get("starts") ?? "0");
      if (before !== undefined && this.#isBehind(before, starts)) this.#raise(before);
      this.#starts = Math.max(starts, before?.starts ?? 0) + 1;
      this.#meta.set("starts", String(this.#starts));
    });
    this.#begun = true;
  }

  /** In which epoch to speak to a host. */
  of(host_id: string): number {
    return Math.max(this.epoch, this.#store.get(host_id));
  }

  /**
   * After a hello: raises the host's epoch if its agent has seen more than the database knows. False
   * while the agent is in an earlier epoch: what it reports as running, and the commands it has, are
   * to be looked at in its next hello, when it has entered this one and has told what it did.
   */
  greet(sender: Sender, { epoch, command_counter }: Hello): boolean {
    const { commands } = this.#deps;
    const host_id = sender.host.id;
    const now = this.of(host_id);
    const seen = epoch ?? now;
    const is_ahead = seen > now || (seen === now && command_counter > commands.counterOf(host_id));
    if (is_ahead) this.#raiseOf(sender, { from: now, seen, command_counter });
    // One that does not say its epoch never comes back with another.
    return epoch === undefined || (seen === now && !is_ahead);
  }

  /** Above what any host has seen: raising the server's must raise it for each of them. */
  get #highest(): number {
    return Math.max(this.epoch, this.#store.highest());
  }

  #isBehind(before: EpochMark, starts: number): boolean {
    return starts < before.starts || this.#highest < before.epoch ||
      !this.#deps.audit.holds(before.audit);
  }

  #raise(before: EpochMark): void {
    const { clock, log, audit, hosts } = this.#deps;
    const from = this.epoch;
    const epoch = Math.min(Math.max(this.#highest, before.epoch) + 1, EPOCH_MAX);
    this.#meta.set("epoch", String(epoch));
    const now_ms = clock.now_ms();
    for (const { id, status } of hosts.survey(SYSTEM).all) {
      if (status === "pending") continue;
      hosts.agent_notices.note(id, { kind: "server_restored", facts: {}, now_ms });
    }
    audit.record(SYSTEM, {
      action: "server.restored",
      target_kind: "server",
      target_id: null,
      payload: { epoch, epoch_before: from, audit_rows_missing_from: audit.head().seq + 1 },
    });
    log.warn("the database is an earlier copy that was put back: commands since then are void", {
      epoch,
      epoch_before: from,
    });
  }

  #raiseOf(
    sender: Sender,
    { from, seen, command_counter }: { from: number; seen: number; command_counter: number },
  ): void {
    const { db, clock, log, audit, hosts, commands } = this.#deps;
    const { id: host_id, name } = sender.host;
    const believed = Math.min(Math.max(from, seen), from + AHEAD_MAX);
    const epoch = Math.min(believed + 1, EPOCH_MAX);
    const known = commands.counterOf(host_id);
    const facts = { name, epoch, epoch_seen: seen, commands_seen: command_counter, known };
    db.transaction(() => {
      this.#store.put(host_id, epoch);
      const now_ms = clock.now_ms();
      hosts.agent_notices.note(host_id, { kind: "server_restored", facts: {}, now_ms });
      // An agent that claims so again and again gets its epochs, but not the audit log.
      if (now_ms - (this.#audited_ms.get(host_id) ?? 0) < AUDIT_EVERY_MS) return;
      this.#audited_ms.set(host_id, now_ms);
      audit.record({ kind: "agent", id: host_id, name, role: null, ip: sender.ip }, {
        action: "host.ahead_of_server",
        target_kind: "host",
        target_id: host_id,
        payload: facts,
      });
    });
    log.warn("an agent has seen more than the database knows: was a copy put back?", {
      host_id,
      host: name,
      epoch,
    });
  }
}
