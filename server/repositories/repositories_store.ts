import type { StatementSync } from "node:sqlite";
import { iso, isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Repository, SecretChange } from "../protocol/entities.ts";
import { lastCheckOf } from "./repository_checks.ts";
import { locksOf } from "./repository_locks_store.ts";

type Row = Record<string, unknown>;

/** Where the two secrets of a repository are, and which config they belong to. */
export interface SealedConfig {
  repository_id: string;
  url: string;
  config_version: number;
  /** JSON: the host's own, part of what its agent is sent. */
  cert_pins: string;
  rest_username: string | null;
  rest_credential_id: string | null;
  rest_sealed: string | null;
  password_credential_id: string | null;
  password_sealed: string | null;
}

/** A credential as it is kept. */
export interface SealedCredential {
  id: string;
  kind: "rest" | "repository";
  username: string | null;
  secret_sealed: string;
}

/** When the two secrets of a repository were set. */
export interface SecretChanges {
  rest_password: SecretChange | null;
  password: SecretChange | null;
}

const SELECT_REPOSITORY = `SELECT r.*, c.username AS rest_username
  FROM repositories r LEFT JOIN credentials c ON c.id = r.credential_id`;

/** SQL of repositories and credentials, and of the figures that their hosts carry a copy of. */
export class RepositoriesStore {
  #insert: StatementSync;
  #by_host: StatementSync;
  #by_id: StatementSync;
  #config: StatementSync;
  #config_version: StatementSync;
  #put_credential: StatementSync;
  #delete_credential: StatementSync;
  #set_rest: StatementSync;
  #set_password: StatementSync;
  #set_url: StatementSync;
  #forget_on_host: StatementSync;
  #forget_snapshots: StatementSync;
  #moved_since: StatementSync;
  #credentials_changed: StatementSync;
  #bump_config: StatementSync;
  #mark_initialised: StatementSync;
  #apply_probe: StatementSync;
  #opened: StatementSync;
  #apply_stats: StatementSync;
  #apply_stats_to_host: StatementSync;
  #secret_changes: StatementSync;
  #accept: StatementSync;
  #forget_days: StatementSync;

  constructor(db: Database) {
    this.#insert = db.prepare(
      `INSERT INTO repositories (id, host_id, name, url, kind, append_only, credential_changed_at_ms)
       VALUES (:id, :host_id, :name, :url, 'rest', :append_only, :now_ms)`,
    );
    this.#by_host = db.prepare(`${SELECT_REPOSITORY} WHERE r.host_id = :host_id`);
    this.#by_id = db.prepare(`${SELECT_REPOSITORY} WHERE r.id = :id`);
    this.#config = db.prepare(
      `SELECT r.id AS repository_id, r.url, h.config_version, h.cert_pins,
         c.username AS rest_username, c.id AS rest_credential_id, c.secret_sealed AS rest_sealed,
         p.id AS password_credential_id, p.secret_sealed AS password_sealed
       FROM repositories r JOIN hosts h ON h.id = r.host_id
       LEFT JOIN credentials c ON c.id = r.credential_id
       LEFT JOIN credentials p ON p.id = r.password_secret_id
       WHERE r.host_id = :host_id`,
    );
    this.#config_version = db.prepare("SELECT config_version FROM hosts WHERE id = :host_id");
    this.#put_credential = db.prepare(
      `INSERT INTO credentials (id, kind, username, secret_sealed, rotated_at_ms, rotated_by)
       VALUES (:id, :kind, :username, :secret_sealed, :at_ms, :by)
       ON CONFLICT (id) DO UPDATE SET username = excluded.username,
         secret_sealed = excluded.secret_sealed, rotated_at_ms = excluded.rotated_at_ms,
         rotated_by = excluded.rotated_by`,
    );
    this.#delete_credential = db.prepare("DELETE FROM credentials WHERE id = :id");
    this.#set_rest = db.prepare("UPDATE repositories SET credential_id = :to WHERE id = :id");
    this.#set_password = db.prepare(
      "UPDATE repositories SET password_secret_id = :to WHERE id = :id",
    );
    this.#set_url = db.prepare(
      `UPDATE repositories SET url = :url, address_changed_at_ms = :now_ms,
         initialised_at_ms = NULL, restic_repository_id = NULL, size_bytes = NULL,
         snapshot_count = 0, dedup_ratio = NULL, compression_ratio = NULL, stats_at_ms = NULL,
         last_check_at_ms = NULL, last_check_status = NULL, last_check_job_id = NULL,
         last_check_read_data = NULL, lock_state = 'unknown', locks = NULL, locks_at_ms = NULL,
         replaced_at_ms = NULL, replaced_restic_repository_id = NULL
       WHERE id = :id`,
    );
    this.#forget_on_host = db.prepare(
      `UPDATE hosts SET last_backup_at_ms = NULL, last_backup_status = NULL,
         last_backup_job_id = NULL, last_good_backup_at_ms = NULL, repo_size_bytes = NULL,
         snapshot_count = 0
       WHERE repository_id = :id`,
    );
    this.#forget_snapshots = db.prepare(
      `DELETE FROM snapshots WHERE repository_id = :id AND id IN (
         SELECT id FROM snapshots WHERE repository_id = :id LIMIT :limit)`,
    );
    this.#moved_since = db.prepare(
      "SELECT 1 FROM repositories WHERE id = :id AND address_changed_at_ms >= :at_ms",
    );
    this.#credentials_changed = db.prepare(
      `UPDATE repositories SET credential_changed_at_ms = :now_ms, probe_state = 'unknown',
         probe_error = NULL, probed_at_ms = NULL WHERE id = :id`,
    );
    this.#bump_config = db.prepare(
      "UPDATE hosts SET config_version = config_version + 1 WHERE id = :host_id",
    );
    this.#mark_initialised = db.prepare(
      `UPDATE repositories SET initialised_at_ms = :now_ms
       WHERE id = :id AND initialised_at_ms IS NULL`,
    );
    this.#apply_probe = db.prepare(
      `UPDATE repositories SET probe_state = :state, probe_error = :error,
         probed_at_ms = :probed_at_ms,
         replaced_at_ms = CASE
           WHEN :restic_repository_id = replaced_restic_repository_id THEN NULL
           WHEN restic_repository_id <> :restic_repository_id THEN :now_ms
           ELSE replaced_at_ms END,
         replaced_restic_repository_id = CASE
           WHEN :restic_repository_id = replaced_restic_repository_id THEN NULL
           WHEN restic_repository_id <> :restic_repository_id
             THEN coalesce(replaced_restic_repository_id, restic_repository_id)
           ELSE replaced_restic_repository_id END,
         restic_repository_id = coalesce(:restic_repository_id, restic_repository_id)
       WHERE host_id = :host_id
         AND (SELECT config_version FROM hosts WHERE id = :host_id) <= :config_version`,
    );
    this.#opened = db.prepare(
      `UPDATE repositories SET probe_state = 'ready', probe_error = NULL, probed_at_ms = :now_ms
       WHERE id = :id AND probe_state NOT IN ('unknown', 'ready')
         AND credential_changed_at_ms < :sent_at_ms`,
    );
    this.#apply_stats = db.prepare(
      `UPDATE repositories SET size_bytes = :size_bytes, snapshot_count = :snapshot_count,
         dedup_ratio = :dedup_ratio, compression_ratio = :compression_ratio, stats_at_ms = :now_ms,
         lock_state = :lock_state
       WHERE host_id = :host_id`,
    );
    this.#apply_stats_to_host = db.prepare(
      `UPDATE hosts SET repo_size_bytes = :size_bytes, snapshot_count = :snapshot_count
       WHERE id = :host_id`,
    );
    this.#secret_changes = db.prepare(
      `SELECT c.rotated_at_ms AS rest_at_ms, c.rotated_by AS rest_by,
         p.rotated_at_ms AS password_at_ms, p.rotated_by AS password_by
       FROM repositories r LEFT JOIN credentials c ON c.id = r.credential_id
       LEFT JOIN credentials p ON p.id = r.password_secret_id WHERE r.id = :id`,
    );
    this.#accept = db.prepare(
      `UPDATE repositories SET replaced_at_ms = NULL, replaced_restic_repository_id = NULL,
         last_check_at_ms = NULL, last_check_status = NULL, last_check_job_id = NULL,
         last_check_read_data = NULL
       WHERE id = :id AND replaced_at_ms IS NOT NULL`,
    );
    this.#forget_days = db.prepare("DELETE FROM repository_days WHERE repository_id = :id");
  }

  insert(row: {
    id: string;
    host_id: string;
    name: string;
    url: string;
    append_only: boolean;
    now_ms: number;
  }): void {
    this.#insert.run({ ...row, append_only: row.append_only ? 1 : 0 });
  }

  byHost(host_id: string): Repository | undefined {
    const row = this.#by_host.get({ host_id });
    return row === undefined ? undefined : toRepository(row);
  }

  byId(id: string): Repository | undefined {
    const row = this.#by_id.get({ id });
    return row === undefined ? undefined : toRepository(row);
  }

  sealedConfig(host_id: string): SealedConfig | undefined {
    const row = this.#config.get({ host_id });
    return row === undefined ? undefined : { ...row } as unknown as SealedConfig;
  }

  configVersion(host_id: string): number | undefined {
    return this.#config_version.get({ host_id })?.config_version as number | undefined;
  }

  /** Stores a credential and points the repository at it. */
  putCredential(
    repository_id: string,
    credential: SealedCredential,
    change: { at_ms: number; by: string | null },
  ): void {
    this.#put_credential.run({ ...credential, ...change });
    const statement = credential.kind === "rest" ? this.#set_rest : this.#set_password;
    statement.run({ id: repository_id, to: credential.id });
  }

  /** Takes the REST credential away: the repository is reached without a user. */
  dropRestCredential(repository_id: string, credential_id: string): void {
    this.#set_rest.run({ id: repository_id, to: null });
    this.#delete_credential.run({ id: credential_id });
  }

  /** Forgets so many snapshots of a repository at most. True if there may be more. */
  forgetSnapshots(id: string, limit: number): boolean {
    return this.#forget_snapshots.run({ id, limit }).changes === limit;
  }

  /** A new address is a repository nobody has seen yet: what was known of the old one goes. */
  setUrl(id: string, url: string, now_ms: number): void {
    this.#set_url.run({ id, url, now_ms });
    this.#forget_on_host.run({ id });
    this.#forget_snapshots.run({ id, limit: -1 });
    this.#forget_days.run({ id });
  }

  /** True if the address was changed at this time or later. */
  movedSince(id: string, at_ms: number): boolean {
    return this.#moved_since.get({ id, at_ms }) !== undefined;
  }

  /** When the secrets of a repository were set; null where there is none. */
  secretChanges(id: string): SecretChanges {
    const row = this.#secret_changes.get({ id }) ?? {};
    const change = (at_ms: unknown, by: unknown) =>
      typeof at_ms === "number"
        ? { changed_at: iso(at_ms), changed_by: by as string | null }
        : null;
    return {
      rest_password: change(row.rest_at_ms, row.rest_by),
      password: change(row.password_at_ms, row.password_by),
    };
  }

  /** From now on the repository that is at the address is the right one. False if it was. */
  accept(id: string): boolean {
    return this.#accept.run({ id }).changes === 1;
  }

  /** Makes the agent apply its settings again, and so look at the repository. */
  bumpConfig(host_id: string): void {
    this.#bump_config.run({ host_id });
  }

  /** Forgets the last probe and raises the host's config version. */
  credentialsChanged(id: string, host_id: string, now_ms: number): void {
    this.#credentials_changed.run({ id, now_ms });
    this.#bump_config.run({ host_id });
  }

  /** A job with the credentials of that time, or later ones, opened the repository. */
  opened(id: string, times: { sent_at_ms: number; now_ms: number }): void {
    this.#opened.run({ id, ...times });
  }

  /** False if it was known to be initialised before. */
  markInitialised(id: string, now_ms: number): boolean {
    return this.#mark_initialised.run({ id, now_ms }).changes === 1;
  }

  /** False if the probe is of an older config than the host's newest. */
  applyProbe(host_id: string, probe: {
    config_version: number;
    state: string;
    error: string | null;
    restic_repository_id: string | null;
    probed_at_ms: number;
    now_ms: number;
  }): boolean {
    return this.#apply_probe.run({ host_id, ...probe }).changes === 1;
  }

  applyStats(host_id: string, stats: {
    size_bytes: number;
    snapshot_count: number;
    dedup_ratio: number | null;
    compression_ratio: number | null;
    lock_state: string;
    now_ms: number;
  }): void {
    this.#apply_stats.run({ host_id, ...stats });
    const { size_bytes, snapshot_count } = stats;
    this.#apply_stats_to_host.run({ host_id, size_bytes, snapshot_count });
  }
}

function toRepository(row: Row): Repository {
  const at = (name: string) => isoOrNull(row[name] as number | null);
  return {
    id: row.id as string,
    host_id: row.host_id as string,
    name: row.name as string,
    url: row.url as string,
    kind: "rest",
    rest_username: row.rest_username as string | null,
    append_only: row.append_only === 1,
    initialised_at: at("initialised_at_ms"),
    probe_state: row.probe_state as Repository["probe_state"],
    probe_error: row.probe_error as string | null,
    probed_at: at("probed_at_ms"),
    size_bytes: row.size_bytes as number | null,
    snapshot_count: row.snapshot_count as number,
    dedup_ratio: row.dedup_ratio as number | null,
    compression_ratio: row.compression_ratio as number | null,
    stats_at: at("stats_at_ms"),
    ...lastCheckOf(row),
    ...locksOf(row),
    lock_state: row.lock_state as Repository["lock_state"],
    restic_repository_id: row.restic_repository_id as string | null,
    replaced_at: at("replaced_at_ms"),
    replaced_restic_repository_id: row.replaced_restic_repository_id as string | null,
    credential_changed_at: at("credential_changed_at_ms")!,
  };
}
