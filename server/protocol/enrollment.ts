/** @module The exchange that turns a one-time token into an agent's own credential. */
import * as z from "zod";
import { CERT_PINS_MAX } from "./cert_pin.ts";
import { CertPin, HostOs, Id } from "./entities.ts";

/** `GET /api/agents/identity?nonce=…`: who the server is, checked before the token leaves the agent. */
export const IdentityAnswer = z.object({
  public_key: z.string().meta({ description: "base64 of the raw Ed25519 public key" }),
  signature: z.string().meta({ description: "over identityStatement(nonce)" }),
});
export type IdentityAnswer = z.infer<typeof IdentityAnswer>;

/** `POST /api/agents/enroll` */
export const EnrollRequest = z.object({
  token: z.string().min(1).max(200),
  nonce: z.string().min(16).max(100),
  protocol_version: z.int(),
  agent_version: z.string().max(64),
  hostname: z.string().max(256),
  os: HostOs,
  os_version: z.string().max(256),
  arch: z.string().max(32),
  cert_pins: z.array(CertPin).max(CERT_PINS_MAX).optional(),
});
export type EnrollRequest = z.infer<typeof EnrollRequest>;

export const EnrollAnswer = z.object({
  host_id: Id,
  host_name: z.string(),
  bearer: z.string(),
  public_key: z.string(),
  epoch: z.int(),
  signature: z.string().meta({ description: "over enrollmentStatement(nonce, host_id, bearer)" }),
});
export type EnrollAnswer = z.infer<typeof EnrollAnswer>;
