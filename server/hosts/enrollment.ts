/** @module From "Add host" to an enrolled agent: pending host, one-time token, sealed credentials. */
import type { Actor } from "../auth/permissions.ts";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { AgentLink, ChangeFeed } from "../ports.ts";
import type { EnrollAnswer, EnrollRequest } from "../protocol/enrollment.ts";
import type { AddHostAnswer, AddHostRequest } from "../protocol/rest.ts";
import type { ServerIdentity } from "../secrets/identity.ts";
import type { Sealer } from "../secrets/seal.ts";
import type { Hosts } from "./hosts.ts";

export interface EnrollmentDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  sealer: Sealer;
  identity: ServerIdentity;
  hosts: Hosts;
  link: AgentLink;
  changes: ChangeFeed;
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

export class Enrollment {
  constructor(_deps: EnrollmentDeps) {}
  /** Creates the pending host, mints what was left empty, and answers every secret once. */
  add(_actor: Actor, _input: AddHostRequest): Promise<AddHostAnswer> {
    throw new Error("not written yet");
  }
  /** A new token; older ones of this host stop working. */
  regenerate(_actor: Actor, _host_id: string): Promise<TokenAnswer> {
    throw new Error("not written yet");
  }
  /** Turns a token into a bearer. @throws {AppError} bad_token for every reason alike */
  enroll(_request: EnrollRequest, _ip: string): Promise<EnrollAnswer> {
    throw new Error("not written yet");
  }
  trail(_actor: Actor, _host_id: string): EnrollmentTrail {
    throw new Error("not written yet");
  }
}
