/**
 * @module Repositories, their credentials, and what agents report about them. A repository exists
 * from the moment its host is added; its credentials arrive when the host is enrolled.
 */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import { type Clock, dayBefore } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { RepositoryProbed, RepoStats } from "../protocol/agent_messages.ts";
import type { Repository, StoredDay } from "../protocol/entities.ts";
import { STALLED_AFTER_SECONDS } from "../protocol/limits.ts";
import type { EditCredentialsRequest, RepositoryDetail } from "../protocol/rest.ts";
import type { ConfigUpdate } from "../protocol/server_messages.ts";
import type { Sealer } from "../secrets/seal.ts";
import type { Secret } from "../secrets/secret.ts";
import {
  RepositoriesStore,
  type SealedConfig,
  type SealedCredential,
} from "./repositories_store.ts";
import { RepositoryChecks } from "./repository_checks.ts";
import { RepositoryLocksStore } from "./repository_locks_store.ts";
import { RepositoryDaysStore } from "./repository_days_store.ts";
import { CredentialSealer } from "./credential_sealer.ts";
import { forgetSnapshots } from "./forget_snapshots.ts";
import { StoredDays } from "./stored_days.ts";
import { normaliseRepositoryUrl } from "./url.ts";

/** Seconds an agent lets restic try to reach the repository (product.md: 60 s). */
const REACH_DEADLINE_SECONDS = 60;
const EDIT_ATTEMPTS = 5;
/** Days of growth that are shown, and kept. */
const SHOWN_DAYS = 90;
const KEPT_DAYS = 400;

export interface RepositoriesDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  link: AgentLink;
  changes: ChangeFeed;
}

/** The two secrets of a host, always different, with the name that the REST server knows. */
export interface RepositorySecrets {
  rest_username: string | null;
  rest_password: Secret | null;
  password: Secret;
}

export class Repositories {
  readonly checks: RepositoryChecks;
  #deps: RepositoriesDeps;
  #store: RepositoriesStore;
  #days: RepositoryDaysStore;
  #stored: StoredDays;
  #credentials: CredentialSealer;
  #locks: RepositoryLocksStore;

  constructor(deps: RepositoriesDeps) {
    this.#deps = deps;
    this.#store = new RepositoriesStore(deps.db);
    this.#days = new RepositoryDaysStore(deps.db);
    this.#stored = new StoredDays(deps);
    this.#credentials = new CredentialSealer(deps.sealer);
    this.checks = new RepositoryChecks(deps.db);
    this.#locks = new RepositoryLocksStore(deps.db);
  }

  /** The repository of a host, without secrets; undefined if there is no such host. */
  forHost(actor: Actor, host_id: string): Repository | undefined {
    demand(actor, "host.read");
    return this.#store.byHost(host_id);
  }

  /** The same with its growth and when its secrets were set. @throws {AppError} not_found */
  detail(actor: Actor, host_id: string): RepositoryDetail {
    const repository = this.forHost(actor, host_id);
    if (repository === undefined) throw new AppError("not_found", "There is no such host");
    const { id } = repository;
    const first_day = dayBefore(this.#deps.clock, SHOWN_DAYS - 1);
    return {
      ...repository,
      days: this.#days.since(id, first_day),
      secrets: this.#store.secretChanges(id),
    };
  }

  /** What all repositories together held at the end of each day, given what they hold now. */
  storedDays(actor: Actor, now_bytes: number): StoredDay[] {
    demand(actor, "fleet.read");
    return this.#stored.upToNow(now_bytes, SHOWN_DAYS);
  }

  /** Asks the host's agent to look at the repository again, at once or when it is back. */
  probeAgain(actor: Actor, host_id: string): Repository {
    demand(actor, "repository.probe");
    return this.#act(actor, host_id, "repository.probe", () => {
      this.#store.bumpConfig(host_id);
      this.#deps.db.afterCommit(() => this.#deps.link.wake(host_id));
    });
  }

  /** Takes the repository that is at the address now for the host's own, though it is another one. */
  acceptReplacement(actor: Actor, host_id: string): Repository {
    demand(actor, "repository.accept");
    return this.#act(actor, host_id, "repository.accept", ({ id }) => this.#store.accept(id));
  }

  /** Does something with a host's repository, audited. @throws {AppError} not_found */
  #act(
    actor: Actor,
    host_id: string,
    action: "repository.probe" | "repository.accept",
    work: (repository: Repository) => void,
  ): Repository {
    const { db, audit, changes } = this.#deps;
    return db.transaction(() => {
      const repository = this.#store.byHost(host_id);
      if (repository === undefined) throw new AppError("not_found", "There is no such host");
      work(repository);
      const { id: target_id, replaced_restic_repository_id: before } = repository;
      const payload = action === "repository.accept"
        ? { host_id, before, now: repository.restic_repository_id }
        : { host_id };
      audit.record(actor, { action, target_kind: "repository", target_id, payload });
      db.afterCommit(() => changes.publish({ host_id }));
      return this.#store.byHost(host_id)!;
    });
  }

  /** Makes the row of a host that is being added. Call it in that transaction; answers its id. */
  createFor(
    host: { id: string; name: string },
    input: { url: string; append_only: boolean },
  ): string {
    const now_ms = this.#deps.clock.now_ms();
    const id = mintId(now_ms);
    this.#store.insert({
      id,
      host_id: host.id,
      name: host.name,
      url: normaliseRepositoryUrl(input.url),
      append_only: input.append_only,
      now_ms,
    });
    return id;
  }

  /** Seals secrets for their final place, before the transaction that stores them. */
  async sealSecrets(secrets: RepositorySecrets): Promise<SealedCredential[]> {
    const sealed = [
      await this.#credentials.seal("repository", null, { id: mintId(), secret: secrets.password }),
    ];
    if (secrets.rest_password !== null) {
      const { rest_username: username, rest_password: secret } = secrets;
      sealed.push(await this.#credentials.seal("rest", username, { id: mintId(), secret }));
    }
    return sealed;
  }

  /** Stores what sealSecrets made. What an administrator set meanwhile is kept. */
  adoptSecrets(host_id: string, sealed: SealedCredential[]): void {
    const now_ms = this.#deps.clock.now_ms();
    const config = this.#store.sealedConfig(host_id)!;
    for (const credential of sealed) {
      const present = credential.kind === "rest"
        ? config.rest_credential_id
        : config.password_credential_id;
      if (present !== null) continue;
      const change = { at_ms: now_ms, by: null };
      this.#store.putCredential(config.repository_id, credential, change);
    }
    // So that an edit of the same moment notices, and an agent is told.
    this.#store.credentialsChanged(config.repository_id, host_id, now_ms);
  }

  /**
   * Changes address or credentials (admin, audited without values) and pushes them at once.
   * @throws {AppError} forbidden, not_found, invalid_field, busy
   */
  async editCredentials(
    actor: Actor,
    host_id: string,
    edit: EditCredentialsRequest,
  ): Promise<Repository> {
    demand(actor, "credentials.edit");
    for (let attempt = 0; attempt < EDIT_ATTEMPTS; attempt++) {
      const before = this.#store.sealedConfig(host_id);
      if (before === undefined) throw new AppError("not_found", "There is no such host");
      const sealed = await this.#credentials.sealEdit(before, edit);
      if (edit.url !== undefined && normaliseRepositoryUrl(edit.url) !== before.url) {
        await forgetSnapshots(this.#deps.db, this.#store, before.repository_id);
      }
      const done = this.#deps.db.transaction(() => {
        const now = this.#store.sealedConfig(host_id);
        if (now?.config_version !== before.config_version) return undefined;
        return this.#storeEdit(actor, host_id, { before, edit, sealed });
      });
      if (done !== undefined) return done;
    }
    throw new AppError("busy", "The credentials of this host were changed at the same time", {
      hint: "Look at them and try again",
    });
  }

  #storeEdit(
    actor: Actor,
    host_id: string,
    change: { before: SealedConfig; edit: EditCredentialsRequest; sealed: SealedCredential[] },
  ): Repository {
    const { before, edit, sealed } = change;
    const { db, clock, audit, link, changes } = this.#deps;
    const now_ms = clock.now_ms();
    const id = before.repository_id;
    if (edit.url !== undefined) {
      const url = normaliseRepositoryUrl(edit.url);
      if (url !== before.url) this.#store.setUrl(id, url, now_ms);
    }
    for (const credential of sealed) {
      this.#store.putCredential(id, credential, { at_ms: now_ms, by: actor.name });
    }
    if (edit.rest_username === "" && before.rest_credential_id !== null) {
      this.#store.dropRestCredential(id, before.rest_credential_id);
    }
    this.#store.credentialsChanged(id, host_id, now_ms);
    audit.record(actor, {
      action: "credentials.edit",
      target_kind: "host",
      target_id: host_id,
      payload: { changed: Object.keys(edit).sort() },
    });
    db.afterCommit(() => {
      link.wake(host_id);
      changes.publish({ host_id });
    });
    return this.#store.byHost(host_id)!;
  }

  /**
   * What the host's agent needs now, with its secrets opened. Called when sent, never stored.
   * `repository` is null as long as there is no password. @throws {AppError} not_found
   */
  async configFor(host_id: string): Promise<ConfigUpdate> {
    const sealed = this.#store.sealedConfig(host_id);
    if (sealed === undefined) throw new AppError("not_found", "There is no such host");
    const { rest_password, password } = await this.#credentials.open(sealed);
    return {
      type: "config.update",
      config_version: sealed.config_version,
      repository: password === null ? null : {
        id: sealed.repository_id,
        url: sealed.url,
        rest_username: sealed.rest_username,
        rest_password,
        password,
      },
      reach_deadline_seconds: REACH_DEADLINE_SECONDS,
      stalled_after_seconds: STALLED_AFTER_SECONDS,
      cert_pins: JSON.parse(sealed.cert_pins) as string[],
    };
  }

  /** The version that {@link configFor} would answer; undefined if the host is gone. */
  configVersion(host_id: string): number | undefined {
    return this.#store.configVersion(host_id);
  }

  /** True if an agent found something with an older config than the host has: it proves nothing now. */
  isOutdated(host_id: string, config_version: number | undefined): boolean {
    const now = this.configVersion(host_id);
    return config_version !== undefined && now !== undefined && config_version < now;
  }

  /** True if the repository got another address at this time (in ms) or later. */
  movedSince(repository_id: string, at_ms: number): boolean {
    return this.#store.movedSince(repository_id, at_ms);
  }

  /** Records that the repository exists, once. Also audited as a system act. */
  markInitialised(repository_id: string): void {
    const { db, clock, audit, changes } = this.#deps;
    db.transaction(() => {
      if (!this.#store.markInitialised(repository_id, clock.now_ms())) return;
      const { host_id } = this.#store.byId(repository_id)!;
      audit.record(SYSTEM, {
        action: "repository.initialised",
        target_kind: "repository",
        target_id: repository_id,
        payload: { host_id },
      });
      db.afterCommit(() => changes.publish({ host_id }));
    });
  }

  /**
   * A job that was sent at that time opened the repository: whatever a probe met before is over,
   * unless the credentials were changed since, which the job knew nothing of.
   */
  recordOpened(repository_id: string, sent_at_ms: number): void {
    this.#store.opened(repository_id, { sent_at_ms, now_ms: this.#deps.clock.now_ms() });
  }

  applyStats(host_id: string, stats: RepoStats): void {
    if (this.isOutdated(host_id, stats.config_version)) return;
    const { db, clock, changes } = this.#deps;
    db.transaction(() => {
      const before_bytes = this.#store.byHost(host_id)?.size_bytes ?? 0;
      this.#stored.add(stats.size_bytes - before_bytes);
      this.#store.applyStats(host_id, {
        size_bytes: stats.size_bytes,
        snapshot_count: stats.snapshot_count,
        dedup_ratio: stats.dedup_ratio,
        compression_ratio: stats.compression_ratio,
        lock_state: stats.lock_state,
        now_ms: clock.now_ms(),
      });
      if (stats.locks !== undefined) this.#locks.put(host_id, stats.locks, clock.now_ms());
      const { size_bytes, snapshot_count, dedup_ratio, compression_ratio } = stats;
      const figures = { size_bytes, snapshot_count, dedup_ratio, compression_ratio };
      this.#days.put(host_id, { day: dayBefore(clock, 0), ...figures });
      this.#days.dropBefore(host_id, dayBefore(clock, KEPT_DAYS));
      db.afterCommit(() => changes.publish({ host_id }));
    });
  }

  /** Records what the agent found. A probe with an older config says nothing and changes nothing. */
  applyProbe(host_id: string, probe: RepositoryProbed): void {
    const { db, clock, changes } = this.#deps;
    db.transaction(() => {
      const { config_version, state, error, restic_repository_id } = probe;
      const probed_at_ms = Math.min(Date.parse(probe.probed_at), clock.now_ms());
      const newest = this.#store.applyProbe(host_id, {
        config_version,
        state,
        error,
        restic_repository_id,
        probed_at_ms,
        now_ms: clock.now_ms(),
      });
      if (!newest) return;
      if (probe.locks !== undefined) this.#locks.put(host_id, probe.locks, clock.now_ms());
      // Reached and opened with the password: the repository exists, whoever made it.
      if (state === "ready") this.markInitialised(this.#store.byHost(host_id)!.id);
      db.afterCommit(() => changes.publish({ host_id }));
    });
  }
}
