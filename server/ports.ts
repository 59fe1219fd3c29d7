/** @module What lower modules need of higher ones. Declared here, filled in by main.ts. */

/** The live sockets, as the nouns see them. Implemented by agents/hub.ts. */
export interface AgentLink {
  /** True while an agent's socket for this host is open and greeted. */
  connected(host_id: string): boolean;
  /** Milliseconds since the epoch of the last frame from this host since the server started. */
  lastSeen(host_id: string): number | undefined;
  /** Sends what waits for this host: commands not yet acknowledged, and a newer config. */
  wake(host_id: string): void;
  /** Closes the host's socket at once with one of protocol/close_codes.ts. */
  disconnect(host_id: string, close_code: number): void;
}

/** Tells open pages that something changed. Implemented by fleet/fleet_events.ts. */
export interface ChangeFeed {
  publish(change: { host_id?: string; job_id?: string }): void;
}
