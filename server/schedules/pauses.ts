/** @module Pausing all schedules of a host until a time. */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Host } from "../protocol/entities.ts";
import type { PauseRequest } from "../protocol/schedule_rest.ts";

const PAUSE_MAX_MS = 366 * 86_400_000;

export interface PausesDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  hosts: Hosts;
}

export class Pauses {
  readonly #deps: PausesDeps;

  constructor(deps: PausesDeps) {
    this.#deps = deps;
  }

  /** @throws {AppError} not_found, invalid_field */
  pause(actor: Actor, host_id: string, { until, reason }: PauseRequest): Host {
    demand(actor, "host.pause");
    const until_ms = Date.parse(until);
    const now_ms = this.#deps.clock.now_ms();
    if (until_ms <= now_ms || until_ms > now_ms + PAUSE_MAX_MS) {
      throw new AppError("invalid_field", "A pause ends in the future, within a year", {
        field: "until",
        hint: "Choose a later time",
      });
    }
    const pause = { until_ms, by: actor.name, reason };
    return this.#set(actor, host_id, { action: "host.pause", pause });
  }

  /** Nothing if there is no pause. @throws {AppError} not_found */
  resume(actor: Actor, host_id: string): Host {
    demand(actor, "host.pause");
    const { hosts, clock } = this.#deps;
    const host = hosts.get(actor, host_id);
    if (host.paused === null) return host;
    // Kept as a pause that is over: the agent makes up for nothing that was due before.
    const pause = { ...host.paused, until_ms: clock.now_ms() };
    return this.#set(actor, host_id, { action: "host.resume", pause });
  }

  #set(
    actor: Actor,
    host_id: string,
    { action, pause }: {
      action: "host.pause" | "host.resume";
      pause: { until_ms: number; by: string; reason: string };
    },
  ): Host {
    const { db, audit, hosts } = this.#deps;
    return db.transaction(() => {
      const { name, paused: before } = hosts.get(actor, host_id);
      hosts.schedules.setPause(host_id, pause);
      hosts.schedules.raise(host_id);
      const host = hosts.get(actor, host_id);
      const payload = { name, before, after: host.paused };
      audit.record(actor, { action, target_kind: "host", target_id: host_id, payload });
      return host;
    });
  }
}
