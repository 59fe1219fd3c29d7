/**
 * @module Jobs that an agent's schedule started by itself: the server hears of them when they are
 * there already, also a month later. Hostile input: the host comes from the credential.
 */
import type { Audit } from "../audit/audit.ts";
import { SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Log } from "../log.ts";
import type { JobScheduled } from "../protocol/agent_messages.ts";
import type { Host } from "../protocol/entities.ts";
import { COMMAND_TTL_SECONDS, SCHEDULES_MAX } from "../protocol/limits.ts";
import type { Schedules } from "../schedules/schedules.ts";
import { within, withoutSkew } from "./job_outcome.ts";
import type { JobTransitions } from "./job_transitions.ts";
import type { JobsStore } from "./jobs_store.ts";

export interface JobsOfSchedulesDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  hosts: Hosts;
  schedules: Schedules;
  store: JobsStore;
  transitions: JobTransitions;
}

const REMOVED = "a removed schedule";
/** Each schedule has one open job at most; these are twice as many as a host may have schedules. */
const OPEN_MAX = 2 * SCHEDULES_MAX;
const AUDIT_EVERY_MS = 10 * 60_000;

/** What became of the message. All but `applied` changed nothing. */
export type Scheduled = "applied" | "foreign" | "too_many";

export class JobsOfSchedules {
  readonly #deps: JobsOfSchedulesDeps;
  /** By host: when a second run of one due time was last audited. */
  readonly #audited_ms = new Map<string, number>();

  constructor(deps: JobsOfSchedulesDeps) {
    this.#deps = deps;
  }

  /**
   * Makes the row of a job, once. `foreign`: the job or its schedule is another host's, or the host
   * has no repository.
   */
  scheduled(host_id: string, message: JobScheduled): Scheduled {
    const { db, hosts, schedules, store, transitions } = this.#deps;
    const { job_id, schedule_id } = message;
    return db.transaction(() => {
      const known = store.byId(job_id);
      if (known !== undefined) return known.host_id === host_id ? "applied" : "foreign";
      const schedule = schedules.find(schedule_id);
      if (schedule !== undefined && schedule.host_id !== host_id) return "foreign";
      const host = hosts.get(SYSTEM, host_id);
      if (host.repository_id === null) return "foreign";
      if (store.openOfHost(host_id).length >= OPEN_MAX) return "too_many";
      const times = this.#times(host, message);
      const name = schedule?.name ?? REMOVED;
      this.#noteTwin(host, message, { name, due_at_ms: times.due_at_ms });
      store.insert({
        id: job_id,
        host_id,
        repository_id: host.repository_id,
        kind: message.kind,
        actor_kind: "schedule",
        actor_id: schedule_id,
        actor_name: name,
        schedule_id,
        is_catch_up: message.is_catch_up,
        options: { backup_set: message.backup_set, bandwidth: message.bandwidth },
        ...times,
      });
      store.setDispatched(job_id, times.queued_at_ms);
      hosts.recordCurrentJob(host_id, job_id);
      transitions.announce(job_id);
      return "applied";
    });
  }

  /** A wrong clock must neither hide a gap nor keep a job for ever. */
  #times(host: Host, { scheduled_at, due_at, expires_at }: JobScheduled) {
    const now_ms = this.#deps.clock.now_ms();
    const enrolled_ms = host.enrolled_at === null ? 0 : Date.parse(host.enrolled_at);
    const ourTime = (at: string) => withoutSkew(at, host.clock_skew_seconds);
    const queued_at_ms = within(ourTime(scheduled_at), enrolled_ms, now_ms);
    return {
      queued_at_ms,
      due_at_ms: within(due_at, 0, now_ms),
      expires_at_ms: within(
        ourTime(expires_at),
        queued_at_ms,
        queued_at_ms + COMMAND_TTL_SECONDS * 1000,
      ),
    };
  }

  /** Each due run has one job: a second one is a fault, in the agent or of its disk. */
  #noteTwin(
    host: Host,
    { job_id, schedule_id, due_at }: JobScheduled,
    { name, due_at_ms }: { name: string; due_at_ms: number },
  ): void {
    const { store, clock, log, audit } = this.#deps;
    const first_job_id = store.runOf(schedule_id, due_at_ms);
    if (first_job_id === undefined) return;
    const now_ms = clock.now_ms();
    if (now_ms - (this.#audited_ms.get(host.id) ?? -Infinity) < AUDIT_EVERY_MS) return;
    this.#audited_ms.set(host.id, now_ms);
    const facts = { schedule_id, due_at, first_job_id, second_job_id: job_id };
    log.warn("a schedule ran twice for one due time", { host_id: host.id, ...facts });
    audit.record({ kind: "agent", id: host.id, name: host.name, role: null, ip: null }, {
      action: "schedule.ran_twice",
      target_kind: "schedule",
      target_id: schedule_id,
      payload: { name, host_id: host.id, host_name: host.name, ...facts },
    });
  }
}
