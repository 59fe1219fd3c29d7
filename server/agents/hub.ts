/** @module The live sockets of the agents. In memory; everything durable is elsewhere. */
import type { AgentLink } from "../ports.ts";
import type { Machine } from "../hosts/agent_notices.ts";
import { CLOSE } from "../protocol/close_codes.ts";

/** One agent socket, as the hub sees it. Implemented by agents/session.ts. */
export interface AgentConnection {
  /** The agent's random id of its start; empty until it said hello. */
  run_id: string;
  /** Which machine it runs on, as it says itself, and the address that it came from. */
  machine: Machine;
  /** Calls back once with whether the agent answers a ping in time. */
  ping(answer: (alive: boolean) => void): void;
  /** Sends what waits: config if newer than sent, then commands in order. */
  flush(): void;
  close(code: number): void;
}

export class Hub implements AgentLink {
  /** Every open socket of a host, also those that have not said hello yet. */
  #open = new Map<string, Set<AgentConnection>>();
  #greeted = new Map<string, AgentConnection>();
  #last_seen_ms = new Map<string, number>();

  /** Knows a socket from its upgrade on, so that removing a host closes it at once. */
  add(host_id: string, connection: AgentConnection): void {
    const sockets = this.#open.get(host_id) ?? new Set();
    sockets.add(connection);
    this.#open.set(host_id, sockets);
  }

  /**
   * Makes a socket the host's own, once agents/identity_claims.ts decided that it is. An older one
   * is closed: it is the same agent's, or nobody is there any more.
   */
  greet(host_id: string, connection: AgentConnection): void {
    const older = this.#greeted.get(host_id);
    this.#greeted.set(host_id, connection);
    if (older !== undefined && older !== connection) older.close(CLOSE.replaced);
  }

  /** The socket that is the host's own now. */
  greeted(host_id: string): AgentConnection | undefined {
    return this.#greeted.get(host_id);
  }

  /** Forgets a closed socket. True if it was the host's greeted one. */
  remove(host_id: string, connection: AgentConnection): boolean {
    const sockets = this.#open.get(host_id);
    sockets?.delete(connection);
    if (sockets?.size === 0) this.#open.delete(host_id);
    if (this.#greeted.get(host_id) !== connection) return false;
    this.#greeted.delete(host_id);
    return true;
  }

  /** Notes a frame from this host, in ms since the epoch. */
  heard(host_id: string, at_ms: number): void {
    this.#last_seen_ms.set(host_id, at_ms);
  }

  /** When each host was last heard from since the start, in ms; for writing down once a minute. */
  lastSeenOfAll(): IterableIterator<[string, number]> {
    return this.#last_seen_ms.entries();
  }

  connected(host_id: string): boolean {
    return this.#greeted.has(host_id);
  }

  lastSeen(host_id: string): number | undefined {
    return this.#last_seen_ms.get(host_id);
  }

  wake(host_id: string): void {
    this.#greeted.get(host_id)?.flush();
  }

  disconnect(host_id: string, close_code: number): void {
    for (const connection of [...this.#open.get(host_id) ?? []]) connection.close(close_code);
    if (close_code === CLOSE.host_removed) this.#last_seen_ms.delete(host_id);
  }

  /** Closes every socket, as when the server stops. */
  closeAll(close_code: number): void {
    for (const host_id of [...this.#open.keys()]) this.disconnect(host_id, close_code);
  }
}
