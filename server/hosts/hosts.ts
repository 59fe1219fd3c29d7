/** @module Hosts: what they are, their default backup set, goal and tags. */
import type { Actor } from "../auth/permissions.ts";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { Hello } from "../protocol/agent_messages.ts";
import type { Host } from "../protocol/entities.ts";
import type { EditHostRequest, ListHostsQuery } from "../protocol/rest.ts";

export interface HostsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  link: AgentLink;
  changes: ChangeFeed;
}

export class Hosts {
  constructor(_deps: HostsDeps) {}
  /** Worst first (ui/DESIGN.md §1.2), then by name. At most two statements however many hosts. */
  list(_actor: Actor, _query: ListHostsQuery): { items: Host[]; total: number } {
    throw new Error("not written yet");
  }
  /** @throws {AppError} not_found */
  get(_actor: Actor, _host_id: string): Host {
    throw new Error("not written yet");
  }
  /** Name, tags and goal need admin; the backup set alone operator. */
  edit(_actor: Actor, _host_id: string, _edit: EditHostRequest): Host {
    throw new Error("not written yet");
  }
  /** Revokes, closes the socket at once, deletes; audit rows and the repository's data stay. */
  remove(_actor: Actor, _host_id: string): void {
    throw new Error("not written yet");
  }
  /** The host of an agent's bearer, or undefined. */
  byBearer(_bearer: string): { id: string; name: string } | undefined {
    throw new Error("not written yet");
  }
  /** Records what an agent said of itself when it connected. */
  recordHello(_host_id: string, _hello: Hello): void {
    throw new Error("not written yet");
  }
  /** Records when the host was last heard from; called on disconnect and once a minute. */
  recordSeen(_host_id: string, _at_ms: number): void {
    throw new Error("not written yet");
  }
  recordConfigApplied(_host_id: string, _config_version: number): void {
    throw new Error("not written yet");
  }
}
