/**
 * @module Repositories, their credentials, and what agents report about them. A repository exists
 * from the moment its host is added; its credentials arrive when the host is enrolled.
 */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { RepositoryProbed, RepoStats } from "../protocol/agent_messages.ts";
import type { Repository } from "../protocol/entities.ts";
import { STALLED_AFTER_SECONDS } from "../protocol/limits.ts";
import type { EditCredentialsRequest, RepositoryDetail } from "../protocol/rest.ts";
import type { ConfigUpdate } from "../protocol/server_messages.ts";
import type { Sealer } from "../secrets/seal.ts";
import { Secret } from "../secrets/secret.ts";
import {
  RepositoriesStore,
  type SealedConfig,
  type SealedCredential,
} from "./repositories_store.ts";
import { RepositoryChecks } from "./repository_checks.ts";
import { RepositoryLocksStore } from "./repository_locks_store.ts";
import { RepositoryDaysStore } from "./repository_days_store.ts";
import { demandDifferent } from "./secret_rules.ts";
import { normaliseRepositoryUrl } from "./url.ts";

/** Seconds an agent lets restic try to reach the repository (product.md: 60 s). */
const REACH_DEADLINE_SECONDS = 60;
const EDIT_ATTEMPTS = 5;
const DAY_MS = 86_400_000;
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
  #locks: RepositoryLocksStore;

  constructor(deps: RepositoriesDeps) {
    this.#deps = deps;
    this.#store = new RepositoriesStore(deps.db);
    this.#days = new RepositoryDaysStore(deps.db);
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
    const first_day = this.#dayBefore(SHOWN_DAYS - 1);
    return {
      ...repository,
      days: this.#days.since(id, first_day),
      secrets: this.#store.secretChanges(id),
    };
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
      await this.#seal("repository", null, { id: mintId(), secret: secrets.password }),
    ];
    if (secrets.rest_password !== null) {
      const { rest_username: username, rest_password: secret } = secrets;
      sealed.push(await this.#seal("rest", username, { id: mintId(), secret }));
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
      const sealed = await this.#sealEdit(before, edit);
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

  async #sealEdit(before: SealedConfig, edit: EditCredentialsRequest): Promise<SealedCredential[]> {
    if (edit.rest_username === "" && edit.rest_password !== undefined) {
      throw new AppError("invalid_field", "A REST password needs a REST user name", {
        field: "rest_username",
      });
    }
    const old = await this.#open(before);
    const password = edit.password ?? old.password;
    const rest_password = edit.rest_username === ""
      ? null
      : edit.rest_password ?? old.rest_password;
    demandDifferent(
      rest_password,
      password,
      edit.password === undefined ? "rest_password" : "password",
    );
    const sealed: SealedCredential[] = [];
    if (edit.password !== undefined) {
      const id = before.password_credential_id ?? mintId();
      const secret = new Secret(edit.password);
      sealed.push(await this.#seal("repository", null, { id, secret }));
    }
    const rest_changes = edit.rest_username !== undefined || edit.rest_password !== undefined;
    if (rest_changes && edit.rest_username !== "") {
      const username = edit.rest_username ?? before.rest_username;
      if (username === null || rest_password === null) {
        const field = username === null ? "rest_username" : "rest_password";
        throw new AppError("invalid_field", "The REST user name and password go together", {
          field,
          hint: "Give both",
        });
      }
      const id = before.rest_credential_id ?? mintId();
      sealed.push(await this.#seal("rest", username, { id, secret: new Secret(rest_password) }));
    }
    return sealed;
  }

  /**
   * What the host's agent needs now, with its secrets opened. Called when sent, never stored.
   * `repository` is null as long as there is no password. @throws {AppError} not_found
   */
  async configFor(host_id: string): Promise<ConfigUpdate> {
    const sealed = this.#store.sealedConfig(host_id);
    if (sealed === undefined) throw new AppError("not_found", "There is no such host");
    const { rest_password, password } = await this.#open(sealed);
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

  applyStats(host_id: string, stats: RepoStats): void {
    if (this.isOutdated(host_id, stats.config_version)) return;
    const { db, clock, changes } = this.#deps;
    db.transaction(() => {
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
      this.#days.put(host_id, { day: this.#dayBefore(0), ...figures });
      this.#days.dropBefore(host_id, this.#dayBefore(KEPT_DAYS));
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

  /** The calendar day so many days ago. */
  #dayBefore(days: number): string {
    const { clock } = this.#deps;
    return clock.dayOf(clock.now_ms() - days * DAY_MS);
  }

  async #seal(
    kind: SealedCredential["kind"],
    username: string | null,
    value: { id: string; secret: Secret },
  ): Promise<SealedCredential> {
    const secret_sealed = await this.#deps.sealer.seal(value.secret, contextOf(value.id));
    return { id: value.id, kind, username, secret_sealed };
  }

  async #open(
    sealed: SealedConfig,
  ): Promise<{ rest_password: string | null; password: string | null }> {
    const open = async (id: string | null, envelope: string | null) =>
      id === null || envelope === null
        ? null
        : (await this.#deps.sealer.open(envelope, contextOf(id))).reveal();
    return {
      rest_password: await open(sealed.rest_credential_id, sealed.rest_sealed),
      password: await open(sealed.password_credential_id, sealed.password_sealed),
    };
  }
}

function contextOf(credential_id: string) {
  return { table: "credentials", row: credential_id, column: "secret_sealed" };
}
