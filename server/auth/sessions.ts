/** @module Browser sessions. The cookie's token is random; only its SHA-256 is stored. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Audit } from "../audit/audit.ts";
import type { Database } from "../db/database.ts";
import { storageFaultOf } from "../db/storage_fault.ts";
import { type Clock, iso } from "../clock.ts";
import { AppError } from "../errors.ts";
import { hashToken, mintId, mintToken } from "../ids.ts";
import type { User } from "../protocol/entities.ts";
import type { AccountSession } from "../protocol/rest.ts";
import { deviceOf } from "./device.ts";
import type { Actor } from "./permissions.ts";
import { HeldSessions } from "./held_sessions.ts";
import { KnownAddresses } from "./known_addresses.ts";
import { placeOf } from "./rate_limits.ts";
import { type FoundSession, type SessionRow, SessionsStore } from "./sessions_store.ts";
import { toUser } from "./users_store.ts";

export interface Session {
  id: string;
  user: User;
  created_at_ms: number;
  expires_at_ms: number;
}

export interface SessionsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  /** From Sealer.derive("csrf"). */
  csrf_key: Uint8Array<ArrayBuffer>;
}

const HOUR_MS = 3600 * 1000;
/**
 * A fleet's dashboard stands open on a wall or in a tab all day and is looked at, not clicked. Half
 * an hour would sign it out all the time and teach people short passwords; twelve hours end with
 * the working day. Its stream and polls count as use; the absolute limit of a week ends it anyway.
 */
const IDLE_MAX_MS = 12 * HOUR_MS;
const LIFE_MAX_MS = 7 * 24 * HOUR_MS;
/** The idle limit slides in steps of this, so that a read is not a write each time. */
const TOUCH_EVERY_MS = 60 * 1000;
const PER_USER_MAX = 10;
const USER_AGENT_MAX_CHARS = 300;

export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #store: SessionsStore;
  readonly #held = new HeldSessions();
  readonly #known = new KnownAddresses();
  constructor(deps: SessionsDeps) {
    this.#deps = deps;
    this.#store = new SessionsStore(deps.db);
  }

  /** A new session with a new token; the user's eleventh ends the one used longest ago. */
  start(user: User, from: { ip: string; user_agent: string }): { token: string; session: Session } {
    const now_ms = this.#deps.clock.now_ms();
    const token = mintToken("rms");
    const id = mintId(now_ms);
    const expires_at_ms = now_ms + LIFE_MAX_MS;
    const { db } = this.#deps;
    db.transaction(() => {
      const expired = this.#store.deleteExpired(now_ms, now_ms - IDLE_MAX_MS);
      this.#store.insert({
        token_hash: hashToken(token),
        id,
        user_id: user.id,
        created_at_ms: now_ms,
        last_used_at_ms: now_ms,
        expires_at_ms,
        ip: from.ip,
        user_agent: from.user_agent.slice(0, USER_AGENT_MAX_CHARS),
      });
      const surplus = this.#store.deleteSurplus(user.id, PER_USER_MAX);
      db.afterCommit(() => this.#held.end([...expired, ...surplus]));
      this.#record(actorOf(user, from.ip), "session.start", id);
    });
    this.#known.add(user.username, from.ip);
    return { token, session: { id, user, created_at_ms: now_ms, expires_at_ms } };
  }

  /** True if this account has signed in from there: since the server's start, or in a session that is kept. */
  knows(username: string, ip: string): boolean {
    return this.#known.has(username, ip) ||
      this.#store.addressesOf(username).some((known) => placeOf(known) === placeOf(ip));
  }

  /** Removes sessions that are over. There are at most ten of a user. */
  *keepHouse(): Generator<void> {
    const { db, clock } = this.#deps;
    const now_ms = clock.now_ms();
    db.transaction(() => {
      const expired = this.#store.deleteExpired(now_ms, now_ms - IDLE_MAX_MS);
      db.afterCommit(() => this.#held.end(expired));
    });
    yield;
  }

  /** The live session of a cookie's token, or undefined. Slides its idle limit. */
  find(token: string): Session | undefined {
    const token_hash = hashToken(token);
    const row = this.#store.find(token_hash);
    if (row === undefined) return undefined;
    return this.#use(row) ? toSession(row) : undefined;
  }

  /**
   * Holds something open that outlives its request: `end` is called once when the session is over,
   * at once if it is already. Returns how to let go of it.
   */
  hold(session_id: string, end: () => void): () => void {
    const letGo = this.#held.hold(session_id, end);
    this.#recheck(session_id);
    return letGo;
  }

  /** Ends what sessions that are over hold open; for the others it counts as use. Called every 20 s. */
  recheckHeld(): void {
    for (const id of this.#held.ids()) this.#recheck(id);
  }

  #recheck(session_id: string): void {
    const row = this.#store.byId(session_id);
    if (row === undefined || !this.#use(row)) this.#held.end([session_id]);
  }

  /** Slides the idle limit; false if the session is over, and then it is gone. */
  #use(row: SessionRow): boolean {
    const now_ms = this.#deps.clock.now_ms();
    // Used "in the future": the clock was set back, and nobody knows for how long it is idle.
    const idle_ms = Math.abs(now_ms - row.last_used_at_ms);
    if (row.expires_at_ms <= now_ms || idle_ms >= IDLE_MAX_MS) {
      this.#ifTheDiskLets(() => this.#store.delete(row.token_hash));
      this.#held.end([row.id]);
      return false;
    }
    if (idle_ms >= TOUCH_EVERY_MS) {
      this.#ifTheDiskLets(() => this.#store.touch(row.token_hash, now_ms));
    }
    return true;
  }

  /** Whoever is signed in can still read while the disk is full, and sees that it is. */
  #ifTheDiskLets(write: () => void): void {
    try {
      this.#deps.db.transaction(write);
    } catch (error) {
      if (storageFaultOf(error) === undefined) throw error;
    }
  }

  /** Ends the session of a cookie's token; an unknown one changes nothing. */
  end(token: string, ip: string): void {
    const token_hash = hashToken(token);
    const { db } = this.#deps;
    db.transaction(() => {
      const row = this.#store.find(token_hash);
      if (row === undefined) return;
      this.#endRow(row, actorOf(toSession(row).user, ip));
    });
  }

  /** Where the user of this session is signed in: this one first, then the last used. */
  listOwn(session: Session): AccountSession[] {
    const rows = this.#liveOf(session.user.id);
    const order = (row: SessionRow) => row.id === session.id ? 0 : 1;
    return rows.toSorted((a, b) => order(a) - order(b)).map((row) => ({
      id: row.id,
      is_current: row.id === session.id,
      ...deviceOf(row.user_agent),
      ip: row.ip,
      created_at: iso(row.created_at_ms),
      last_used_at: iso(row.last_used_at_ms),
      expires_at: iso(row.expires_at_ms),
    }));
  }

  /** Ends a session of one's own, and at once what it holds open. @throws {AppError} not_found */
  endOwn(session: Session, id: string, ip: string): void {
    const { db } = this.#deps;
    db.transaction(() => {
      const row = this.#liveOf(session.user.id).find((live) => live.id === id);
      if (row === undefined) {
        throw new AppError("not_found", "You have no such session", {
          hint: "It may have ended already",
        });
      }
      this.#endRow(row, actorOf(session.user, ip));
    });
  }

  /** Ends all sessions of this user but this one; answers how many. */
  endOthers(session: Session, ip: string): number {
    const { db } = this.#deps;
    return db.transaction(() => {
      const others = this.#liveOf(session.user.id).filter((row) => row.id !== session.id);
      for (const row of others) this.#endRow(row, actorOf(session.user, ip));
      return others.length;
    });
  }

  /** True while nothing has ended it, for work that outlasts the request's own check. */
  isLive(session: Session): boolean {
    return this.#liveOf(session.user.id).some((row) => row.id === session.id);
  }

  #liveOf(user_id: string): SessionRow[] {
    const now_ms = this.#deps.clock.now_ms();
    return this.#store.ofUser(user_id, now_ms, now_ms - IDLE_MAX_MS);
  }

  #endRow(row: SessionRow, actor: Actor): void {
    this.#store.delete(row.token_hash);
    this.#deps.db.afterCommit(() => this.#held.end([row.id]));
    this.#record(actor, "session.end", row.id);
  }

  /** A token bound to this session, for forms (`_csrf`) and the `x-csrf-token` header. */
  csrfToken(session: Session): string {
    return createHmac("sha256", this.#deps.csrf_key).update(session.id).digest("base64url");
  }

  /** Compares in constant time. */
  csrfMatches(session: Session, token: string): boolean {
    const expected = new TextEncoder().encode(this.csrfToken(session));
    const given = new TextEncoder().encode(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #record(actor: Actor, action: string, session_id: string): void {
    this.#deps.audit.record(actor, { action, target_kind: "session", target_id: session_id });
  }
}

/** The actor that a signed-in user is. */
export function actorOf(user: User, ip: string): Actor {
  return { kind: "user", id: user.id, name: user.username, role: user.role, ip };
}

function toSession(row: FoundSession): Session {
  return {
    id: row.id,
    user: toUser({ ...row, id: row.user_id, created_at_ms: row.user_created_at_ms }),
    created_at_ms: row.created_at_ms,
    expires_at_ms: row.expires_at_ms,
  };
}
