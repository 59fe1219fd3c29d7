/**
 * @module From "Add host" to an enrolled agent: pending host, one-time token, sealed credentials.
 * The credentials lie sealed with the token until it is used, then with the repository.
 */
import type { Audit } from "../audit/audit.ts";
import { type Actor, demand } from "../auth/permissions.ts";
import type { Refusals } from "../auth/refusals.ts";
import { type Clock, iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { AppError } from "../errors.ts";
import { hashToken, mintId, mintToken } from "../ids.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type { EnrollAnswer, EnrollRequest } from "../protocol/enrollment.ts";
import { ENROLLMENT_TOKEN_TTL_SECONDS } from "../protocol/limits.ts";
import type { AddHostAnswer, AddHostRequest } from "../protocol/rest.ts";
import { enrollmentStatement, toBase64 } from "../protocol/signing.ts";
import { MIN_AGENT_PROTOCOL_VERSION, PROTOCOL_VERSION } from "../protocol/version.ts";
import type { Repositories, RepositorySecrets } from "../repositories/repositories.ts";
import type { ServerIdentity } from "../secrets/identity.ts";
import type { Sealer } from "../secrets/seal.ts";
import { Secret } from "../secrets/secret.ts";
import { EnrollmentStore, type TokenRow } from "./enrollment_store.ts";
import type { Hosts } from "./hosts.ts";
import { htpasswdLine, installLine, newSecrets } from "./new_secrets.ts";

/** 160 bits: short enough to type from another screen. */
const TOKEN_BYTES = 20;
const BEARER_BYTES = 32;
const REGENERATE_ATTEMPTS = 5;
/** A clock that is corrected by this much ends no token. */
const CLOCK_STEP_MS = 5 * 60_000;

export interface EnrollmentDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  identity: ServerIdentity;
  hosts: Hosts;
  repositories: Repositories;
  link: AgentLink;
  changes: ChangeFeed;
  refusals: Refusals;
  base_url: string;
  epoch: number;
}

export type TokenAnswer = Pick<
  AddHostAnswer,
  "token" | "token_expires_at" | "install_line" | "server_key"
>;

/** Where an enrolment stands, for the trail on the install page. Times in ms, null = not yet. */
export interface EnrollmentTrail {
  token_created_at_ms: number | null;
  token_expires_at_ms: number | null;
  token_state: "valid" | "used" | "expired" | "revoked" | "none";
  enrolled_at_ms: number | null;
  connected_at_ms: number | null;
}

interface NewToken {
  id: string;
  host_id: string;
  token: string;
  credentials_sealed: string | null;
}

const TOKENS_KEPT_DAYS = 30;

export class Enrollment {
  #deps: EnrollmentDeps;
  #store: EnrollmentStore;

  constructor(deps: EnrollmentDeps) {
    this.#deps = deps;
    this.#store = new EnrollmentStore(deps.db);
  }

  /** Removes tokens that expired a month ago, and at once the credentials that expired ones carry. */
  *keepHouse(now_ms: number): Generator<void> {
    const { db, clock } = this.#deps;
    db.transaction(() => {
      this.#store.forgetExpiredCredentials(clock.now_ms());
      this.#store.removeBefore(now_ms - TOKENS_KEPT_DAYS * 86_400_000);
    });
    yield;
  }

  /**
   * Creates the pending host, mints what was left empty, and answers every secret once.
   * @throws {AppError} forbidden, name_taken, invalid_field
   */
  async add(actor: Actor, input: AddHostRequest): Promise<AddHostAnswer> {
    demand(actor, "host.add");
    const { db, clock, audit, hosts, repositories, changes } = this.#deps;
    hosts.demandNameFree(input.name);
    const { secrets, minted } = newSecrets(input.name, input.repository);
    const host_id = mintId(clock.now_ms());
    const token = await this.#newToken(host_id, secrets);
    const { name, os, tags, backup_set } = input;
    const expires_at_ms = db.transaction(() => {
      hosts.create({ id: host_id, name, os, tags, backup_set });
      const repository_id = repositories.createFor({ id: host_id, name }, input.repository);
      hosts.assignRepository(host_id, repository_id);
      audit.record(actor, {
        action: "host.add",
        target_kind: "host",
        target_id: host_id,
        payload: { name, os, tags, backup_set },
      });
      db.afterCommit(() => changes.publish({ host_id }));
      return this.#storeToken(token);
    });
    return {
      host: hosts.get(actor, host_id),
      ...this.#tokenAnswer(token.token, expires_at_ms),
      minted,
      htpasswd_line: minted.rest_password === null ? null : htpasswdLine(secrets.rest_username!),
    };
  }

  /**
   * A new token; older ones of this host stop working. For an enrolled host it re-enrols: the
   * agent that uses it takes over, and the old bearer stops working then.
   * @throws {AppError} forbidden, not_found, busy
   */
  async regenerate(actor: Actor, host_id: string): Promise<TokenAnswer> {
    demand(actor, "host.add");
    const { db, clock, audit, hosts, changes } = this.#deps;
    const { name } = hosts.get(actor, host_id);
    for (let attempt = 0; attempt < REGENERATE_ATTEMPTS; attempt++) {
      const old = this.#store.newest(host_id);
      const token = await this.#newToken(host_id, await this.#secretsOf(old));
      const expires_at_ms = db.transaction(() => {
        hosts.get(actor, host_id);
        const now = this.#store.newest(host_id);
        const changed = now?.id !== old?.id || now?.credentials_sealed !== old?.credentials_sealed;
        if (changed) return undefined;
        this.#store.revokeAll(host_id, clock.now_ms());
        audit.record(actor, {
          action: "host.new_token",
          target_kind: "host",
          target_id: host_id,
          payload: { name },
        });
        db.afterCommit(() => changes.publish({ host_id }));
        return this.#storeToken(token);
      });
      if (expires_at_ms !== undefined) return this.#tokenAnswer(token.token, expires_at_ms);
    }
    throw new AppError("busy", "This host is being enrolled right now", { hint: "Try again" });
  }

  /**
   * Turns a token into a bearer, for one caller however many race.
   * @throws {AppError} bad_token for every reason alike; protocol_too_old, protocol_too_new
   */
  async enroll(request: EnrollRequest, ip: string): Promise<EnrollAnswer> {
    try {
      return await this.#enroll(request, ip);
    } catch (error) {
      const refused = error instanceof AppError && error.code === "bad_token";
      if (refused) this.#deps.refusals.record("host.enrol_refused", ip);
      throw error;
    }
  }

  async #enroll(request: EnrollRequest, ip: string): Promise<EnrollAnswer> {
    demandKnownProtocol(request.protocol_version, this.#deps.base_url);
    const { db, clock, identity, hosts, repositories } = this.#deps;
    const row = this.#store.byHash(hashToken(request.token.trim()));
    if (row === undefined || stateOf(row, clock.now_ms()) !== "valid") throw badToken();
    const bearer = mintToken("rma", BEARER_BYTES);
    const secrets = await this.#secretsOf(row);
    const sealed = secrets === undefined ? [] : await repositories.sealSecrets(secrets);
    const statement = enrollmentStatement(request.nonce, row.host_id, bearer);
    const signature = await identity.sign(statement);
    const host_name = db.transaction(() => {
      if (!this.#store.use(row.id, clock.now_ms())) throw badToken();
      if (sealed.length > 0) repositories.adoptSecrets(row.host_id, sealed);
      hosts.enrol(row.host_id, bearer, {
        os: request.os,
        os_version: request.os_version,
        arch: request.arch,
        agent_hostname: request.hostname,
        agent_version: request.agent_version,
        protocol_version: request.protocol_version,
        cert_pins: request.cert_pins,
      });
      return this.#recordEnrolled(row.host_id, request, ip);
    });
    return {
      host_id: row.host_id,
      host_name,
      bearer,
      public_key: toBase64(identity.public_key),
      epoch: this.#deps.epoch,
      signature,
    };
  }

  /** Where the enrolment of a host stands. @throws {AppError} not_found */
  trail(actor: Actor, host_id: string): EnrollmentTrail {
    demand(actor, "host.read");
    const times = this.#store.hostTimes(host_id);
    if (times === undefined) throw new AppError("not_found", "There is no such host");
    const token = this.#store.newest(host_id);
    return {
      token_created_at_ms: token?.created_at_ms ?? null,
      token_expires_at_ms: token?.expires_at_ms ?? null,
      token_state: token === undefined ? "none" : stateOf(token, this.#deps.clock.now_ms()),
      ...times,
    };
  }

  #recordEnrolled(host_id: string, request: EnrollRequest, ip: string): string {
    const { db, audit, hosts, link, changes } = this.#deps;
    const name = hosts.nameOf(host_id);
    audit.record({ kind: "agent", id: host_id, name, role: null, ip }, {
      action: "host.enrol",
      target_kind: "host",
      target_id: host_id,
      payload: { name, hostname: request.hostname, agent_version: request.agent_version },
    });
    db.afterCommit(() => {
      link.disconnect(host_id, CLOSE.bad_credential);
      changes.publish({ host_id });
    });
    return name;
  }

  async #newToken(host_id: string, secrets: RepositorySecrets | undefined): Promise<NewToken> {
    const id = mintId();
    const token = mintToken("rme", TOKEN_BYTES);
    if (secrets === undefined) return { id, host_id, token, credentials_sealed: null };
    const text = JSON.stringify({
      rest_username: secrets.rest_username,
      rest_password: secrets.rest_password?.reveal() ?? null,
      password: secrets.password.reveal(),
    });
    const credentials_sealed = await this.#deps.sealer.seal(new Secret(text), contextOf(id));
    return { id, host_id, token, credentials_sealed };
  }

  /** Call it in a transaction; answers when the token expires, in ms. */
  #storeToken({ id, host_id, token, credentials_sealed }: NewToken): number {
    const created_at_ms = this.#deps.clock.now_ms();
    const expires_at_ms = created_at_ms + ENROLLMENT_TOKEN_TTL_SECONDS * 1000;
    const token_hash = hashToken(token);
    this.#store.insert({
      id,
      host_id,
      token_hash,
      credentials_sealed,
      created_at_ms,
      expires_at_ms,
    });
    return expires_at_ms;
  }

  async #secretsOf(row: TokenRow | undefined): Promise<RepositorySecrets | undefined> {
    if (row === undefined || row.credentials_sealed === null) return undefined;
    const opened = await this.#deps.sealer.open(row.credentials_sealed, contextOf(row.id));
    const kept = JSON.parse(opened.reveal()) as Record<string, string | null>;
    return {
      rest_username: kept.rest_username ?? null,
      rest_password: typeof kept.rest_password === "string" ? new Secret(kept.rest_password) : null,
      password: new Secret(kept.password!),
    };
  }

  #tokenAnswer(token: string, expires_at_ms: number): TokenAnswer {
    const { base_url, identity } = this.#deps;
    return {
      token,
      token_expires_at: iso(expires_at_ms),
      install_line: installLine(base_url, identity.fingerprint),
      server_key: identity.fingerprint,
    };
  }
}

function stateOf(row: TokenRow, now_ms: number): EnrollmentTrail["token_state"] {
  if (row.used_at_ms !== null) return "used";
  if (row.revoked_at_ms !== null) return "revoked";
  // Made "in the future": the clock was set back, and would lengthen the hour.
  const is_fresh = row.expires_at_ms > now_ms && row.created_at_ms - now_ms <= CLOCK_STEP_MS;
  return is_fresh ? "valid" : "expired";
}

function badToken(): AppError {
  return new AppError("bad_token", "This enrolment token does not work", {
    hint: "A token works once, for an hour: make a new one on the host's page",
  });
}

function demandKnownProtocol(version: number, base_url: string): void {
  if (version < MIN_AGENT_PROTOCOL_VERSION) {
    throw new AppError("protocol_too_old", "This agent is too old for the server", {
      hint: `Install the agent from ${base_url}/install/install.sh`,
    });
  }
  if (version > PROTOCOL_VERSION) {
    throw new AppError("protocol_too_new", "This agent is newer than the server", {
      hint: `Update the server, or install the agent from ${base_url}/install/install.sh`,
    });
  }
}

function contextOf(token_id: string) {
  return { table: "enrollment_tokens", row: token_id, column: "credentials_sealed" };
}
