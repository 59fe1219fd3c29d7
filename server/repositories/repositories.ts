/** @module Repositories, their credentials, and what agents report about them. */
import type { Actor } from "../auth/permissions.ts";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { RepositoryProbed, RepoStats } from "../protocol/agent_messages.ts";
import type { Repository } from "../protocol/entities.ts";
import type { EditCredentialsRequest } from "../protocol/rest.ts";
import type { ConfigUpdate } from "../protocol/server_messages.ts";
import type { Sealer } from "../secrets/seal.ts";

export interface RepositoriesDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  link: AgentLink;
  changes: ChangeFeed;
}

export class Repositories {
  constructor(_deps: RepositoriesDeps) {}
  /** The repository of a host; undefined while the host is not enrolled. */
  forHost(_actor: Actor, _host_id: string): Repository | undefined {
    throw new Error("not written yet");
  }
  /** Changes address or credentials (admin, audited without values) and pushes them at once. */
  editCredentials(
    _actor: Actor,
    _host_id: string,
    _edit: EditCredentialsRequest,
  ): Promise<Repository> {
    throw new Error("not written yet");
  }
  /** What the host's agent needs now, with its secrets opened. Called when sent, never stored. */
  configFor(_host_id: string): Promise<ConfigUpdate> {
    throw new Error("not written yet");
  }
  /** Records that the repository exists, once. Also audited as a system act. */
  markInitialised(_repository_id: string): void {
    throw new Error("not written yet");
  }
  applyStats(_host_id: string, _stats: RepoStats): void {
    throw new Error("not written yet");
  }
  applyProbe(_host_id: string, _probe: RepositoryProbed): void {
    throw new Error("not written yet");
  }
}
