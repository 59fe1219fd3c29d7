/**
 * @module What is odd about the agent of a host, kept over restarts. Few hosts have any, so all are
 * held in memory and reading them costs no statement.
 */
import type { Database } from "../db/database.ts";
import type { IdentityConflict } from "../protocol/entities.ts";
import { MIN_AGENT_PROTOCOL_VERSION, PROTOCOL_VERSION } from "../protocol/version.ts";
import { iso } from "../clock.ts";
import { AgentNoticesStore } from "./agent_notices_store.ts";

/** A machine as the server sees it. */
export type Machine = IdentityConflict["holder"];

/** What each kind tells. */
export interface NoticeFacts {
  /** A second machine came with the identity of one that was connected and alive. */
  duplicate_identity: {
    holder: Machine;
    other: Machine;
    other_run_id: string;
    /** The first was gone, and the second has its place: told for a while, nothing to repair. */
    settled?: boolean;
  };
  /** The agent speaks a protocol that this server does not. */
  protocol_refused: { protocol_version: number };
  /** The agent had seen more than this database knows: it is a copy that was put back. */
  server_restored: Record<never, never>;
}

export type NoticeKind = keyof NoticeFacts;

export type AgentNotice = {
  [K in NoticeKind]: { kind: K; since_ms: number; last_at_ms: number; facts: NoticeFacts[K] };
}[NoticeKind];

/** The second machine tries once a minute; after ten misses it counts as gone. */
const PRESENT_MS = 10 * 60_000;
/** What is over is told for a day, so that whoever looks once a day hears of it. */
const TOLD_MS = 24 * 3_600_000;

type Notices = { [K in NoticeKind]?: Extract<AgentNotice, { kind: K }> };

export class AgentNotices {
  readonly #db: Database;
  readonly #store: AgentNoticesStore;
  readonly #by_host = new Map<string, Notices>();

  constructor(db: Database) {
    this.#db = db;
    this.#store = new AgentNoticesStore(db);
    for (const { host_id, notice } of this.#store.all()) this.#hold(host_id, notice);
  }

  of(host_id: string): Notices {
    return this.#by_host.get(host_id) ?? {};
  }

  /** Notes it as of now. True if it is news: there was none, or the one before is long over. */
  note<K extends NoticeKind>(
    host_id: string,
    { kind, facts, now_ms }: { kind: K; facts: NoticeFacts[K]; now_ms: number },
  ): boolean {
    const before = this.of(host_id)[kind];
    const is_over = kind === "duplicate_identity" && this.#isSettled(host_id);
    const is_news = before === undefined || is_over ||
      Math.abs(now_ms - before.last_at_ms) > PRESENT_MS;
    const since_ms = is_news ? now_ms : before.since_ms;
    this.#keep(host_id, { kind, since_ms, last_at_ms: now_ms, facts } as AgentNotice);
    return is_news;
  }

  /** The second machine has taken the place of the first, which was gone. */
  settleConflict(host_id: string, facts: NoticeFacts["duplicate_identity"]): void {
    const before = this.of(host_id).duplicate_identity;
    if (before !== undefined) {
      this.#keep(host_id, { ...before, facts: { ...facts, settled: true } });
    }
  }

  /** Forgets one kind. False if there was none. */
  clear(host_id: string, kind: NoticeKind): boolean {
    if (this.of(host_id)[kind] === undefined) return false;
    this.#db.transaction(() => {
      this.#store.remove(host_id, kind);
      this.#db.afterCommit(() => {
        const { [kind]: _, ...others } = this.of(host_id);
        this.#by_host.set(host_id, others);
      });
    });
    return true;
  }

  /** Forgets a host that was removed; its rows go with it. */
  forget(host_id: string): void {
    this.#db.afterCommit(() => this.#by_host.delete(host_id));
  }

  /** Two machines with one identity, now or until lately. */
  conflict(host_id: string, now_ms: number): IdentityConflict | null {
    const notice = this.of(host_id).duplicate_identity;
    if (notice === undefined) return null;
    const age_ms = Math.abs(now_ms - notice.last_at_ms);
    if (age_ms > TOLD_MS) return null;
    const { holder, other, settled } = notice.facts;
    return {
      ...{ holder, other, present: settled !== true && age_ms <= PRESENT_MS },
      ...{ since: iso(notice.since_ms), last_at: iso(notice.last_at_ms) },
    };
  }

  /** Why the host is degraded, in sentences that say what to do. */
  reasons(host_id: string, now_ms: number): string[] {
    const { protocol_refused, server_restored } = this.of(host_id);
    const reasons: string[] = [];
    if (protocol_refused !== undefined) reasons.push(refusedSentence(protocol_refused.facts));
    if (server_restored !== undefined && now_ms - server_restored.last_at_ms <= TOLD_MS) {
      reasons.push(RESTORED);
    }
    return reasons;
  }

  /** True while the agent tries to connect and is refused for its protocol. */
  isKnocking(host_id: string, now_ms: number): boolean {
    const notice = this.of(host_id).protocol_refused;
    return notice !== undefined && Math.abs(now_ms - notice.last_at_ms) <= PRESENT_MS;
  }

  #isSettled(host_id: string): boolean {
    return this.of(host_id).duplicate_identity?.facts.settled === true;
  }

  #keep(host_id: string, notice: AgentNotice): void {
    this.#db.transaction(() => {
      this.#store.put(host_id, notice);
      this.#db.afterCommit(() => this.#hold(host_id, notice));
    });
  }

  #hold(host_id: string, notice: AgentNotice): void {
    this.#by_host.set(host_id, { ...this.of(host_id), [notice.kind]: notice });
  }
}

const RESTORED = "The server's database is an earlier copy that was put back: what this host did " +
  "since then is reported again as far as its agent still has it. Compare its snapshots and jobs";

function refusedSentence({ protocol_version }: NoticeFacts["protocol_refused"]): string {
  return protocol_version < MIN_AGENT_PROTOCOL_VERSION
    ? `The agent is too old and is refused: it speaks protocol ${protocol_version}, and this ` +
      `server needs at least ${MIN_AGENT_PROTOCOL_VERSION}. Update the agent on the host; ` +
      "nothing is backed up from here before"
    : `The agent is newer than this server and is refused: it speaks protocol ` +
      `${protocol_version}, and this server knows up to ${PROTOCOL_VERSION}. Update the server; ` +
      "nothing is backed up from here before";
}
