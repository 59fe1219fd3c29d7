/** @module Agent sockets from upgrade to close: greeting, decoding, dispatch, sending. */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import type { ChangeFeed } from "../ports.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type { ServerIdentity } from "../secrets/identity.ts";
import type { Audit } from "../audit/audit.ts";
import { AgentRunsStore } from "./agent_runs_store.ts";
import { RefusedReports } from "./refused_reports.ts";
import type { DispatchTargets } from "./dispatch.ts";
import type { Hub } from "./hub.ts";
import { type Scheduler, systemScheduler } from "./scheduler.ts";
import { Session } from "./session.ts";

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
  epoch: number;
  /** Timers; the system's unless told. */
  scheduler?: Scheduler;
}

export class AgentSessions {
  #deps: AgentSessionsDeps;
  #runs: AgentRunsStore;
  #refused: RefusedReports;

  constructor(deps: AgentSessionsDeps) {
    this.#deps = deps;
    this.#runs = new AgentRunsStore(deps.db);
    this.#refused = new RefusedReports({ ...deps, runs: this.#runs });
  }

  /** Begins a session for an authenticated host. Events of the socket go to what it returns. */
  open(host: { id: string; name: string }, socket: Socket, ip: string): SocketEvents {
    const { scheduler = systemScheduler, ...deps } = this.#deps;
    return new Session({
      ...deps,
      scheduler,
      runs: this.#runs,
      refused: this.#refused,
      host,
      socket,
      ip,
    });
  }

  /** Writes down when each connected host was last heard from. Called once a minute. */
  recordSeen(): void {
    const { db, hub, hosts } = this.#deps;
    db.transaction(() => {
      for (const [host_id, at_ms] of hub.lastSeenOfAll()) hosts.recordSeen(host_id, at_ms);
    });
  }

  /** Closes every socket because the server stops; agents come back by themselves. */
  shutDown(): void {
    this.recordSeen();
    this.#deps.hub.closeAll(CLOSE.shutting_down);
  }
}
