/** @module Hosts: what they are, their default backup set, goal and tags. */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { hashToken } from "../ids.ts";
import { iso } from "../clock.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { Hello } from "../protocol/agent_messages.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type {
  AgentState,
  BackupSet,
  BackupState,
  FinalJobStatus,
  Host,
  HostOs,
  Obstacle,
} from "../protocol/entities.ts";
import type { EditHostRequest, ListHostsQuery } from "../protocol/rest.ts";
import { backupState, withPause, worstFirst } from "./backup_state.ts";
import {
  type AgentDescription,
  type HostFacts,
  type HostRecord,
  HostsStore,
} from "./hosts_store.ts";
import { AgentNotices } from "./agent_notices.ts";
import { livenessOf, withNotices } from "./liveness.ts";
import { parseHostQuery } from "./host_query.ts";
import { HostSchedules } from "./host_schedules.ts";
import { covers } from "./backup_set.ts";
import { obstacleOf, withObstacle } from "./obstacle.ts";

export interface HostsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  link: AgentLink;
  changes: ChangeFeed;
}

export interface NewHost {
  id: string;
  name: string;
  os: HostOs;
  tags: string[];
  backup_set: BackupSet;
}

/** A host as far as figures about the whole fleet need it. */
export interface SurveyedHost
  extends Pick<HostFacts, "os" | "tags" | "agent_hostname" | "error_class" | "repository_server"> {
  id: string;
  name: string;
  /** When it was enrolled, and its last backups. */
  agent: { enrolled_at_ms: number | null };
  backup: { last_backup_at_ms: number | null; last_good_backup_at_ms: number | null };
  status: AgentState;
  backup_state: BackupState;
  obstacle: Obstacle | null;
  snapshot_count: number;
  repo_size_bytes: number | null;
  last_seen_at_ms: number | null;
}

/** All hosts, and those that a query names: none, with the reason, if it cannot be read. */
export interface Survey {
  all: SurveyedHost[];
  matching: SurveyedHost[];
  problem?: string;
}

export class Hosts {
  #deps: HostsDeps;
  #store: HostsStore;
  /** What is odd about the agents of some hosts. */
  readonly agent_notices: AgentNotices;
  /** Versions and pauses of the hosts' schedules. */
  readonly schedules: HostSchedules;

  constructor(deps: HostsDeps) {
    this.#deps = deps;
    this.#store = new HostsStore(deps.db);
    this.agent_notices = new AgentNotices(deps.db);
    this.schedules = new HostSchedules(deps);
  }

  /**
   * Worst first (ui/DESIGN.md §1.2), then by name. Two statements however many hosts.
   * @throws {AppError} invalid_field for a query that cannot be read
   */
  list(actor: Actor, query: ListHostsQuery): { items: Host[]; total: number } {
    const { matching, problem } = this.survey(actor, query);
    if (problem !== undefined) throw new AppError("invalid_field", problem, { field: "q" });
    const page = matching.slice(query.offset, query.offset + query.limit);
    return { items: this.byIds(actor, page.map((host) => host.id)), total: matching.length };
  }

  /** What counting and ordering the whole fleet takes, worst first. One statement, thin rows. */
  survey(
    actor: Actor,
    query: Pick<ListHostsQuery, "tag" | "status" | "state" | "q"> = {},
  ): Survey {
    demand(actor, "host.read");
    const now_ms = this.#deps.clock.now_ms();
    const all: SurveyedHost[] = worstFirst(
      this.#store.survey().map((host) => ({
        ...host,
        ...this.#states(host),
        last_seen_at_ms: this.#heard(host.id, host.agent.last_seen_at_ms),
      })),
    );
    const { tests, problem } = parseHostQuery(query.q ?? "");
    if (problem !== undefined) return { all, matching: [], problem };
    const matching = all.filter((host) =>
      (!query.tag || host.tags.includes(query.tag)) &&
      (query.status === undefined || host.status === query.status) &&
      (query.state === undefined || host.backup_state === query.state) &&
      tests.every((test) => test(host, now_ms))
    );
    return { all, matching };
  }

  /** The hosts that a text names, by name, host name or tag, the closest first. Two statements. */
  find(actor: Actor, text: string, limit: number): { items: Host[]; total: number } {
    demand(actor, "host.read");
    const { ids, total } = this.#store.find(text.trim().toLowerCase(), limit);
    return { items: this.byIds(actor, ids), total };
  }

  /** Those that have been without a good backup for longest. Two statements. */
  longestWithout(actor: Actor, limit: number): Host[] {
    demand(actor, "host.read");
    return this.byIds(actor, this.#store.longestWithout(limit));
  }

  /** Those of these hosts that exist, in that order. */
  byIds(actor: Actor, host_ids: readonly string[]): Host[] {
    demand(actor, "host.read");
    return this.#store.byIds(host_ids).map((record) => this.#complete(record));
  }

  /** @throws {AppError} not_found */
  get(actor: Actor, host_id: string): Host {
    demand(actor, "host.read");
    return this.#complete(this.#record(host_id));
  }

  /** Name, tags and goal need admin; the backup set alone operator. @throws {AppError} not_found, name_taken */
  edit(actor: Actor, host_id: string, edit: EditHostRequest): Host {
    const only_backup_set = Object.keys(edit).every((field) => field === "backup_set");
    demand(actor, only_backup_set ? "backup_set.edit" : "host.edit");
    const { db, clock, audit, changes, link } = this.#deps;
    return db.transaction(() => {
      const { host } = this.#record(host_id);
      if (edit.name !== undefined) this.demandNameFree(edit.name, host_id);
      const after = { ...host, ...defined(edit) };
      this.#store.edit(after);
      const pins = [...new Set(after.cert_pins)];
      if (this.#store.setCertPins(host_id, pins)) db.afterCommit(() => link.wake(host_id));
      if (host.last_good_backup_at !== null && !covers(host.backup_set, after.backup_set)) {
        this.#store.setGrew(host_id, clock.now_ms());
      }
      if (JSON.stringify(host.backup_set) !== JSON.stringify(after.backup_set)) {
        this.schedules.defaultSetChanged(host_id, after.backup_set);
      }
      audit.record(actor, {
        action: "host.edit",
        target_kind: "host",
        target_id: host_id,
        payload: { name: host.name, changed: defined(edit) },
      });
      db.afterCommit(() => changes.publish({ host_id }));
      return this.get(actor, host_id);
    });
  }

  /** Revokes, closes the socket at once, deletes; audit rows and the repository's data stay. */
  remove(actor: Actor, host_id: string): void {
    demand(actor, "host.remove");
    const { db, audit, link, changes } = this.#deps;
    db.transaction(() => {
      const { host } = this.#record(host_id);
      this.#store.remove(host_id);
      this.agent_notices.forget(host_id);
      audit.record(actor, {
        action: "host.remove",
        target_kind: "host",
        target_id: host_id,
        payload: { name: host.name },
      });
      db.afterCommit(() => {
        link.disconnect(host_id, CLOSE.host_removed);
        changes.publish({ host_id });
      });
    });
  }

  /** Makes the row of a pending host. Call it in the transaction that adds it. */
  create(host: NewHost): void {
    this.demandNameFree(host.name);
    this.#store.insert({ ...host, created_at_ms: this.#deps.clock.now_ms() });
  }

  /** Points a host at its repository, in the transaction that makes both. */
  assignRepository(host_id: string, repository_id: string): void {
    this.#store.edit({ ...this.#record(host_id).host, repository_id });
  }

  /** @throws {AppError} name_taken if another host has this name, in whatever case */
  demandNameFree(name: string, except_id?: string): void {
    const holder = this.#store.idOfName(name);
    if (holder === undefined || holder === except_id) return;
    throw new AppError("name_taken", `There is already a host called ${name}`, {
      field: "name",
      hint: "Choose another name, or remove the old host first",
    });
  }

  /** Gives a host a new bearer; the old one stops working. Call it in the transaction of enrolment. */
  enrol(
    host_id: string,
    bearer: string,
    agent: AgentDescription & { cert_pins?: string[] | undefined },
  ): void {
    const now_ms = this.#deps.clock.now_ms();
    this.agent_notices.clear(host_id, "duplicate_identity");
    this.agent_notices.clear(host_id, "protocol_refused");
    const { cert_pins, ...description } = agent;
    this.#store.enrol(host_id, { ...description, bearer_hash: hashToken(bearer), now_ms });
    if (cert_pins !== undefined) this.#store.setCertPins(host_id, cert_pins);
  }

  /** The host of an agent's bearer, or undefined. */
  byBearer(bearer: string): { id: string; name: string } | undefined {
    return this.#store.byBearer(hashToken(bearer));
  }

  /** For messages and audit rows. @throws {AppError} not_found */
  nameOf(host_id: string): string {
    return this.#record(host_id).host.name;
  }

  /** Records what an agent said of itself when it connected. False if the host is gone. */
  recordHello(host_id: string, hello: Hello): boolean {
    const now_ms = this.#deps.clock.now_ms();
    const known = this.#store.hello(host_id, {
      os: hello.os,
      os_version: hello.os_version,
      arch: hello.arch,
      agent_hostname: hello.hostname,
      agent_version: hello.agent_version,
      protocol_version: hello.protocol_version,
      restic_version: hello.restic_version,
      restic_error: hello.restic_error,
      clock_skew_ms: Date.parse(hello.time) - now_ms,
      config_version: hello.config_version,
      problems: hello.problems ?? [],
      now_ms,
    });
    this.schedules.recordHello(host_id, hello);
    this.agent_notices.clear(host_id, "protocol_refused");
    this.#deps.changes.publish({ host_id });
    return known;
  }

  /** Records when the host was last heard from; called on disconnect and once a minute. */
  recordSeen(host_id: string, at_ms: number): void {
    this.#store.seen(host_id, at_ms, this.#deps.clock.now_ms());
  }

  /** Records by how much the agent's clock is ahead of the server's. */
  recordClock(host_id: string, skew_ms: number): void {
    this.#store.clock(host_id, skew_ms);
    this.#deps.changes.publish({ host_id });
  }

  recordConfigApplied(host_id: string, config_version: number): void {
    this.#store.configApplied(host_id, config_version);
    this.#deps.changes.publish({ host_id });
  }

  /** Which job runs on the host now, or null. Call it in the transaction of that job's change. */
  recordCurrentJob(host_id: string, job_id: string | null): void {
    this.#store.currentJob(host_id, job_id);
  }

  /**
   * Records how a backup ended, in the order in which the server hears of them. A cancelled run
   * changes nothing. A time in the future (the agent's clock is wrong) counts as now.
   */
  recordBackupEnded(
    host_id: string,
    run: { job_id: string; status: FinalJobStatus; finished_at_ms: number },
  ): void {
    if (run.status === "cancelled") return;
    const at_ms = Math.min(run.finished_at_ms, this.#deps.clock.now_ms());
    this.#store.backupEnded(host_id, { job_id: run.job_id, status: run.status, at_ms });
  }

  #record(host_id: string): HostRecord {
    const record = this.#store.byId(host_id);
    if (record === undefined) throw new AppError("not_found", "There is no such host");
    return record;
  }

  #complete({ host, ...facts }: HostRecord): Host {
    const heard_at_ms = this.#heard(host.id, facts.agent.last_seen_at_ms);
    const last_seen_at = heard_at_ms === null ? null : iso(heard_at_ms);
    const is_paused = (facts.schedules.paused_until_ms ?? 0) > this.#deps.clock.now_ms();
    const paused = is_paused ? host.paused : null;
    return { ...host, ...this.#states({ id: host.id, ...facts }), last_seen_at, paused };
  }

  /** The two states of a host and what is in its way, worked out here and nowhere else. */
  #states(
    { id, agent, backup, readiness, schedules }: Pick<
      HostFacts,
      "id" | "agent" | "backup" | "readiness" | "schedules"
    >,
  ) {
    const now_ms = this.#deps.clock.now_ms();
    const last_seen_at_ms = this.#heard(id, agent.last_seen_at_ms);
    const connected = this.#deps.link.connected(id);
    const notices = this.agent_notices;
    const identity_conflict = notices.conflict(id, now_ms);
    const obstacle = obstacleOf(readiness, identity_conflict?.present);
    const liveness = livenessOf({ ...agent, schedules, last_seen_at_ms, connected }, now_ms);
    const told = notices.reasons(id, now_ms);
    return {
      ...withNotices(liveness, { told, is_knocking: notices.isKnocking(id, now_ms) }),
      backup_state: withPause(
        withObstacle(backupState(backup, now_ms), obstacle),
        schedules.paused_until_ms,
        now_ms,
      ),
      obstacle,
      identity_conflict,
    };
  }

  /** The later of what was written down and what the socket heard since, in milliseconds. */
  #heard(host_id: string, written_at_ms: number | null): number | null {
    const heard_at_ms = this.#deps.link.lastSeen(host_id);
    if (heard_at_ms === undefined) return written_at_ms;
    // Written "in the future": the server's clock was set back since.
    const is_believed = written_at_ms !== null && written_at_ms <= this.#deps.clock.now_ms();
    return is_believed ? Math.max(written_at_ms, heard_at_ms) : heard_at_ms;
  }
}

/** Without fields that are present but undefined. */
function defined(
  edit: EditHostRequest,
): { [K in keyof EditHostRequest]: NonNullable<EditHostRequest[K]> } {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
}
