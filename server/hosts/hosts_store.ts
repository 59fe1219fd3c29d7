import type { StatementSync } from "node:sqlite";
import { isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type {
  BackupSet,
  ErrorClass,
  FinalJobStatus,
  Host,
  ProbeState,
} from "../protocol/entities.ts";
import type { AgentFacts } from "./liveness.ts";
import type { BackupFacts } from "./backup_state.ts";
import {
  SCHEDULE_FACTS,
  type ScheduleFacts,
  toScheduleFacts,
  toShownSchedules,
} from "./host_schedules_store.ts";
import type { ObstacleFacts } from "./obstacle.ts";

type Row = Record<string, unknown>;

/** What the table knows of a host; its two states are worked out from the facts. */
export interface HostRecord {
  host: Omit<
    Host,
    "status" | "degraded_reasons" | "backup_state" | "obstacle" | "identity_conflict"
  >;
  agent: Omit<AgentFacts, "connected">;
  backup: BackupFacts;
  readiness: ObstacleFacts;
  schedules: ScheduleFacts;
}

/** What it takes to count, filter and order all hosts: one thin row each. */
export interface HostFacts {
  id: string;
  name: string;
  snapshot_count: number;
  repo_size_bytes: number | null;
  os: string;
  tags: string[];
  agent_hostname: string | null;
  /** Of the last backup, where it did not plainly succeed. */
  error_class: ErrorClass | null;
  /** The server that the repository is on, with its port where that is not the usual one. */
  repository_server: string | null;
  agent: Omit<AgentFacts, "connected">;
  backup: BackupFacts;
  readiness: ObstacleFacts;
  schedules: ScheduleFacts;
}

/** What an agent says of itself, at enrolment or in its hello. */
export interface AgentDescription {
  os: string;
  os_version: string;
  arch: string;
  agent_hostname: string;
  agent_version: string;
  protocol_version: number;
}

const REPOSITORY_FACTS = `r.initialised_at_ms AS repository_initialised_at_ms, r.probe_state,
  r.replaced_at_ms, r.last_check_status,
  coalesce(json_array_length(h.backup_set, '$.paths'), 0) AS path_count`;
const FROM_HOSTS = "FROM hosts h LEFT JOIN repositories r ON r.id = h.repository_id";
const SELECT_HOST = `SELECT h.*, ${REPOSITORY_FACTS}, ${SCHEDULE_FACTS} ${FROM_HOSTS}`;

const DESCRIBE = `os = :os, os_version = :os_version, arch = :arch,
  agent_hostname = :agent_hostname, agent_version = :agent_version,
  protocol_version = :protocol_version`;

const AGENT_FACTS = `enrolled_at_ms, last_seen_at_ms, agent_version, restic_version, restic_error,
  clock_skew_ms, config_version, applied_config_version, agent_problems`;
const BACKUP_FACTS =
  "last_backup_status, last_backup_at_ms, last_good_backup_at_ms, goal_seconds, backup_set_grown_at_ms";

/** SQL of hosts. */
export class HostsStore {
  #survey: StatementSync;
  #by_ids: StatementSync;
  #by_id: StatementSync;
  #id_of_name: StatementSync;
  #by_bearer: StatementSync;
  #insert: StatementSync;
  #edit: StatementSync;
  #remove_repository: StatementSync;
  #remove_credential: StatementSync;
  #remove: StatementSync;
  #enrol: StatementSync;
  #hello: StatementSync;
  #seen: StatementSync;
  #clock: StatementSync;
  #config_applied: StatementSync;
  #current_job: StatementSync;
  #set_cert_pins: StatementSync;
  #set_grew: StatementSync;
  #backup_ended: StatementSync;

  constructor(db: Database) {
    this.#survey = db.prepare(
      `SELECT h.id, h.name, h.snapshot_count, repo_size_bytes, ${AGENT_FACTS}, ${BACKUP_FACTS},
         ${REPOSITORY_FACTS}, ${SCHEDULE_FACTS}, h.os, h.tags, h.agent_hostname, r.url,
         j.error_class
       ${FROM_HOSTS} LEFT JOIN jobs j
         ON j.id = h.last_backup_job_id AND h.last_backup_status <> 'succeeded'`,
    );
    this.#by_ids = db.prepare(
      `${SELECT_HOST} JOIN json_each(:ids) AS wanted ON wanted.value = h.id ORDER BY wanted.key`,
    );
    this.#by_id = db.prepare(`${SELECT_HOST} WHERE h.id = :id`);
    this.#id_of_name = db.prepare("SELECT id FROM hosts WHERE name = :name");
    this.#by_bearer = db.prepare("SELECT id, name FROM hosts WHERE bearer_hash = :bearer_hash");
    this.#insert = db.prepare(
      `INSERT INTO hosts (id, name, os, tags, backup_set, created_at_ms)
       VALUES (:id, :name, :os, :tags, :backup_set, :created_at_ms)`,
    );
    this.#edit = db.prepare(
      `UPDATE hosts SET name = :name, tags = :tags, backup_set = :backup_set,
         goal_seconds = :goal_seconds, repository_id = :repository_id WHERE id = :id`,
    );
    this.#set_cert_pins = db.prepare(
      `UPDATE hosts SET cert_pins = :cert_pins, config_version = config_version + 1
       WHERE id = :id AND cert_pins <> :cert_pins`,
    );
    this.#remove_repository = db.prepare(
      "DELETE FROM repositories WHERE host_id = :id RETURNING credential_id, password_secret_id",
    );
    this.#remove_credential = db.prepare("DELETE FROM credentials WHERE id = :id");
    this.#remove = db.prepare("DELETE FROM hosts WHERE id = :id");
    this.#enrol = db.prepare(
      `UPDATE hosts SET ${DESCRIBE}, bearer_hash = :bearer_hash, enrolled_at_ms = :now_ms,
         last_seen_at_ms = :now_ms, connected_at_ms = NULL, applied_config_version = 0,
         applied_schedule_version = NULL
       WHERE id = :id`,
    );
    this.#hello = db.prepare(
      `UPDATE hosts SET ${DESCRIBE}, restic_version = :restic_version,
         restic_error = :restic_error, agent_problems = :agent_problems, clock_skew_ms = :clock_skew_ms,
         applied_config_version = min(:config_version, config_version),
         connected_at_ms = :now_ms, last_seen_at_ms = :now_ms
       WHERE id = :id`,
    );
    this.#seen = db.prepare(
      `UPDATE hosts SET last_seen_at_ms = :at_ms
       WHERE id = :id AND (coalesce(last_seen_at_ms, 0) < :at_ms OR last_seen_at_ms > :now_ms)`,
    );
    this.#clock = db.prepare("UPDATE hosts SET clock_skew_ms = :skew_ms WHERE id = :id");
    this.#config_applied = db.prepare(
      `UPDATE hosts SET applied_config_version = :version
       WHERE id = :id AND :version <= config_version`,
    );
    this.#current_job = db.prepare("UPDATE hosts SET current_job_id = :job_id WHERE id = :id");
    this.#set_grew = db.prepare(
      "UPDATE hosts SET backup_set_grown_at_ms = :at_ms WHERE id = :id",
    );
    this.#backup_ended = db.prepare(
      `UPDATE hosts SET last_backup_at_ms = :at_ms, last_backup_status = :status,
         last_backup_job_id = :job_id,
         last_good_backup_at_ms = CASE WHEN :status = 'succeeded' THEN :at_ms
           ELSE last_good_backup_at_ms END,
         backup_set_grown_at_ms = CASE WHEN :status = 'succeeded' THEN NULL
           ELSE backup_set_grown_at_ms END
       WHERE id = :id`,
    );
  }

  /** Every host. */
  survey(): HostFacts[] {
    return this.#survey.all().map((row) => ({
      id: row.id as string,
      name: row.name as string,
      snapshot_count: row.snapshot_count as number,
      repo_size_bytes: row.repo_size_bytes as number | null,
      os: row.os as string,
      tags: JSON.parse(row.tags as string),
      agent_hostname: row.agent_hostname as string | null,
      error_class: row.error_class as ErrorClass | null,
      repository_server: /^https?:\/\/([^/?#]+)/.exec(row.url as string ?? "")?.[1] ?? null,
      ...toFacts(row),
    }));
  }

  /** The hosts of these ids that exist, in that order. */
  byIds(ids: readonly string[]): HostRecord[] {
    return this.#by_ids.all({ ids: JSON.stringify(ids) }).map(toRecord);
  }

  byId(id: string): HostRecord | undefined {
    const row = this.#by_id.get({ id });
    return row === undefined ? undefined : toRecord(row);
  }

  /** The host of that name, compared without case. */
  idOfName(name: string): string | undefined {
    return this.#id_of_name.get({ name })?.id as string | undefined;
  }

  byBearer(bearer_hash: string): { id: string; name: string } | undefined {
    const row = this.#by_bearer.get({ bearer_hash });
    return row === undefined ? undefined : { id: row.id as string, name: row.name as string };
  }

  insert(row: {
    id: string;
    name: string;
    os: string;
    tags: string[];
    backup_set: BackupSet;
    created_at_ms: number;
  }): void {
    const { tags, backup_set } = row;
    this.#insert.run({
      ...row,
      tags: JSON.stringify(tags),
      backup_set: JSON.stringify(backup_set),
    });
  }

  edit(row: Pick<Host, "id" | "name" | "tags" | "backup_set" | "goal_seconds" | "repository_id">) {
    const { id, name, tags, backup_set, goal_seconds, repository_id } = row;
    this.#edit.run({
      id,
      name,
      tags: JSON.stringify(tags),
      backup_set: JSON.stringify(backup_set),
      goal_seconds,
      repository_id,
    });
  }

  /** Deletes the host with its credentials and everything that hangs on it. */
  remove(id: string): void {
    for (const row of this.#remove_repository.all({ id })) {
      for (const credential of [row.credential_id, row.password_secret_id]) {
        if (credential !== null) this.#remove_credential.run({ id: credential as string });
      }
    }
    this.#remove.run({ id });
  }

  enrol(id: string, agent: AgentDescription & { bearer_hash: string; now_ms: number }): void {
    this.#enrol.run({ id, ...agent });
  }

  hello(
    id: string,
    hello: AgentDescription & {
      restic_version: string | null;
      restic_error: string | null;
      clock_skew_ms: number;
      config_version: number;
      problems: string[];
      now_ms: number;
    },
  ): boolean {
    const { problems, ...facts } = hello;
    return this.#hello.run({ id, ...facts, agent_problems: JSON.stringify(problems) }).changes ===
      1;
  }

  /** Keeps the later time, unless that is one the clock has not reached. */
  seen(id: string, at_ms: number, now_ms: number): void {
    this.#seen.run({ id, at_ms, now_ms });
  }

  clock(id: string, skew_ms: number): void {
    this.#clock.run({ id, skew_ms });
  }

  configApplied(id: string, version: number): void {
    this.#config_applied.run({ id, version });
  }

  currentJob(id: string, job_id: string | null): void {
    this.#current_job.run({ id, job_id });
  }

  /** A change of them is a new config for the agent. False if they were so already. */
  setCertPins(id: string, cert_pins: string[]): boolean {
    return this.#set_cert_pins.run({ id, cert_pins: JSON.stringify(cert_pins) }).changes === 1;
  }

  setGrew(id: string, at_ms: number): void {
    this.#set_grew.run({ id, at_ms });
  }

  backupEnded(
    id: string,
    run: { job_id: string; status: FinalJobStatus; at_ms: number },
  ): void {
    this.#backup_ended.run({ id, ...run });
  }
}

function toRecord(row: Row): HostRecord {
  const at = (name: string) => isoOrNull(row[name] as number | null);
  const text = (name: string) => row[name] as string | null;
  const number = (name: string) => row[name] as number;
  const skew_ms = row.clock_skew_ms as number | null;
  return {
    host: {
      id: row.id as string,
      name: row.name as string,
      os: row.os as Host["os"],
      os_version: text("os_version"),
      arch: text("arch"),
      agent_hostname: text("agent_hostname"),
      agent_version: text("agent_version"),
      restic_version: text("restic_version"),
      protocol_version: row.protocol_version as number | null,
      clock_skew_seconds: skew_ms === null ? null : skew_ms / 1000,
      tags: JSON.parse(row.tags as string),
      backup_set: JSON.parse(row.backup_set as string),
      goal_seconds: number("goal_seconds"),
      cert_pins: JSON.parse(row.cert_pins as string),
      created_at: at("created_at_ms")!,
      enrolled_at: at("enrolled_at_ms"),
      ...toShownSchedules(row),
      last_seen_at: at("last_seen_at_ms"),
      repository_id: text("repository_id"),
      repository_initialised_at: at("repository_initialised_at_ms"),
      current_job_id: text("current_job_id"),
      last_backup_at: at("last_backup_at_ms"),
      last_backup_status: row.last_backup_status as FinalJobStatus | null,
      last_good_backup_at: at("last_good_backup_at_ms"),
      repo_size_bytes: row.repo_size_bytes as number | null,
      snapshot_count: number("snapshot_count"),
    },
    ...toFacts(row),
  };
}

/** The columns of AGENT_FACTS, BACKUP_FACTS, REPOSITORY_FACTS and SCHEDULE_FACTS. */
function toFacts(row: Row): Pick<HostRecord, "agent" | "backup" | "readiness" | "schedules"> {
  const text = (name: string) => row[name] as string | null;
  const at = (name: string) => row[name] as number | null;
  const number = (name: string) => row[name] as number;
  return {
    agent: {
      enrolled_at_ms: at("enrolled_at_ms"),
      last_seen_at_ms: at("last_seen_at_ms"),
      agent_version: text("agent_version"),
      restic_version: text("restic_version"),
      restic_error: text("restic_error"),
      clock_skew_ms: row.clock_skew_ms as number | null,
      config_version: number("config_version"),
      applied_config_version: number("applied_config_version"),
      problems: JSON.parse(row.agent_problems as string),
    },
    schedules: toScheduleFacts(row),
    backup: {
      last_backup_status: row.last_backup_status as FinalJobStatus | null,
      last_backup_at_ms: at("last_backup_at_ms"),
      last_good_backup_at_ms: at("last_good_backup_at_ms"),
      goal_seconds: number("goal_seconds"),
    },
    readiness: {
      ...{ has_paths: number("path_count") > 0, set_grew: row.backup_set_grown_at_ms !== null },
      restic_version: text("restic_version"),
      restic_error: text("restic_error"),
      repository_known: row.repository_initialised_at_ms !== null,
      probe_state: (row.probe_state ?? "unknown") as ProbeState,
      replaced_at_ms: at("replaced_at_ms"),
      check_failed: row.last_check_status === "failed",
      last_good_backup_at_ms: at("last_good_backup_at_ms"),
    },
  };
}
