/** @module Agent sockets from upgrade to close: greeting, decoding, dispatch, sending. */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { ChangeFeed } from "../ports.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type { ServerIdentity } from "../secrets/identity.ts";
import type { Audit } from "../audit/audit.ts";
import { AgentRunsStore } from "./agent_runs_store.ts";
import { RefusedReports, type Sender } from "./refused_reports.ts";
import type { DispatchTargets } from "./dispatch.ts";
import type { Hub } from "./hub.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";
import type { Epochs } from "./epochs.ts";
import { IdentityClaims } from "./identity_claims.ts";
import { Session } from "./session.ts";
import { Turns } from "./turns.ts";
import { type Violation, Violations } from "./violations.ts";

/** The part of a WebSocket that a session needs; the door in server/fresh/websocket.ts makes it. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes handed to send() that are not on the wire yet. */
  readonly buffered_bytes: number;
}

export interface SocketEvents {
  message(text: string): void;
  closed(code: number): void;
}

export interface AgentSessionsDeps extends DispatchTargets {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  hub: Hub;
  identity: ServerIdentity;
  changes: ChangeFeed;
  base_url: string;
  epochs: Epochs;
  /** Timers; the system's unless told. */
  scheduler?: Scheduler;
  /** Measures how long work takes; performance.now() unless told. */
  time_ms?: (() => number) | undefined;
}

/** An honest agent has one, and another for a moment when its line broke. */
const SOCKETS_PER_HOST_MAX = 8;

export class AgentSessions {
  #deps: AgentSessionsDeps;
  #runs: AgentRunsStore;
  #refused: RefusedReports;
  #violations: Violations;
  #claims: IdentityClaims;
  readonly #turns: Turns;
  /** By host: its sockets that are not closed on either side. */
  #sockets = new Map<string, number>();

  constructor(deps: AgentSessionsDeps) {
    this.#deps = deps;
    this.#runs = new AgentRunsStore(deps.db);
    this.#refused = new RefusedReports({ ...deps, runs: this.#runs });
    this.#violations = new Violations(deps);
    this.#claims = new IdentityClaims(deps);
    const { db, scheduler = systemScheduler, time_ms } = deps;
    this.#turns = new Turns({
      scheduler,
      together: (work) => db.transaction(work),
      time_ms,
    });
  }

  /** Begins a session for an authenticated host. Events of the socket go to what it returns. */
  open(host: { id: string; name: string }, socket: Socket, ip: string): SocketEvents {
    const { scheduler = systemScheduler, time_ms: _, ...deps } = this.#deps;
    return new Session({
      ...deps,
      scheduler,
      runs: this.#runs,
      refused: this.#refused,
      violations: this.#violations,
      claims: this.#claims,
      turns: this.#turns,
      host,
      socket,
      ip,
    });
  }

  /** Counts what was refused before it got to a session. */
  violated(sender: Sender, violation: Violation): void {
    this.#violations.record(sender, violation);
  }

  /**
   * Counts a socket of a host until the function it answers is called. False, and not counted, if
   * the host has too many: the socket is to be closed.
   */
  count(host: { id: string; name: string }, ip: string): (() => void) | false {
    const open = this.#sockets.get(host.id) ?? 0;
    if (open >= SOCKETS_PER_HOST_MAX) {
      this.violated({ host, ip }, "too_many_sockets");
      return false;
    }
    this.#sockets.set(host.id, open + 1);
    return () => {
      const left = this.#sockets.get(host.id)! - 1;
      if (left === 0) this.#sockets.delete(host.id);
      else this.#sockets.set(host.id, left);
    };
  }

  /** Removes old reports that were set aside, one short step per value. */
  keepHouse(now_ms: number): Generator<void> {
    return this.#refused.keepHouse(now_ms);
  }

  /** Writes down when each connected host was last heard from. Called once a minute. */
  recordSeen(): void {
    const { db, hub, hosts } = this.#deps;
    db.transaction(() => {
      for (const [host_id, at_ms] of hub.lastSeenOfAll()) hosts.recordSeen(host_id, at_ms);
    });
  }

  /** Writes down how often each agent broke the protocol. Called once a minute. */
  tellViolations(): void {
    this.#violations.flush();
  }

  /** Closes every socket because the server stops; agents come back by themselves. */
  shutDown(): void {
    // First: what follows may find a full disk.
    this.#deps.hub.closeAll(CLOSE.shutting_down);
    this.recordSeen();
    this.#violations.flushAll();
  }
}
