/**
 * @module What the server sends to an agent. `welcome`, `heartbeat.reply` and `error` are plain;
 * everything that changes what an agent does or keeps travels in a `signed` frame: the payload is the
 * exact text that was signed with the server's Ed25519 key (see signing.ts).
 */
import * as z from "zod";
import { CERT_PINS_MAX } from "./cert_pin.ts";
import {
  BackupSet,
  Bandwidth,
  CertPin,
  Id,
  JobKind,
  ReadData,
  ScheduleKind,
  ScheduleTimes,
  Timestamp,
} from "./entities.ts";
import { ReportKey } from "./agent_messages.ts";
import { SCHEDULES_MAX } from "./limits.ts";

/** The server's key changed: the old one signed the new one. Keys are base64 of the raw 32 bytes. */
export const KeyChange = z.object({
  from: z.string(),
  to: z.string(),
  made_at: Timestamp,
  signature: z.string().meta({ description: "of the old key, over keyChangeStatement" }),
});
export type KeyChange = z.infer<typeof KeyChange>;

/** More changes of the key than any installation will see. */
export const KEY_CHANGES_MAX = 100;

export const Welcome = z.object({
  type: z.literal("welcome"),
  protocol_version: z.int(),
  server_version: z.string(),
  epoch: z.int().min(1),
  host_id: Id,
  host_name: z.string(),
  time: Timestamp,
  key_changes: z.array(KeyChange).max(KEY_CHANGES_MAX).optional()
    .meta({ description: "All there ever were, oldest first; absent if there was none" }),
});
export type Welcome = z.infer<typeof Welcome>;

export const HeartbeatReply = z.object({ type: z.literal("heartbeat.reply"), time: Timestamp });

/** Asks an agent whether it is there: another one has come with its host's credential. */
export const Ping = z.object({ type: z.literal("ping"), nonce: Id });
export type Ping = z.infer<typeof Ping>;

export const ErrorMessage = z.object({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  upgrade_url: z.string().nullable(),
});
export type ErrorMessage = z.infer<typeof ErrorMessage>;

export const Signed = z.object({
  type: z.literal("signed"),
  payload: z.string().meta({ description: "JSON text of a SignedPayload" }),
  signature: z.string().meta({ description: "base64 of Ed25519 over the payload's UTF-8 bytes" }),
});
export type Signed = z.infer<typeof Signed>;

const command = {
  id: Id,
  counter: z.int().min(1).meta({ description: "Rises per host, never reused" }),
  expires_at: Timestamp,
};

export const CommandRun = z.object({
  type: z.literal("command.run"),
  ...command,
  job_id: Id,
  kind: JobKind,
  args: z.object({
    backup_set: BackupSet.nullable(),
    bandwidth: Bandwidth,
    read_data: ReadData.optional().meta({ description: "Of a check; absent: structure only" }),
  }),
});
export type CommandRun = z.infer<typeof CommandRun>;

export const CommandCancel = z.object({
  type: z.literal("command.cancel"),
  ...command,
  job_id: Id,
});
export type CommandCancel = z.infer<typeof CommandCancel>;

/** Desired state, rebuilt from the database whenever it is sent. Never stored with its secrets. */
export const ConfigUpdate = z.object({
  type: z.literal("config.update"),
  config_version: z.int().min(1),
  repository: z.object({
    id: Id,
    url: z.string(),
    rest_username: z.string().nullable(),
    rest_password: z.string().nullable(),
    password: z.string(),
  }).nullable(),
  reach_deadline_seconds: z.int().min(1),
  stalled_after_seconds: z.int().min(1),
  cert_pins: z.array(CertPin).max(CERT_PINS_MAX).optional()
    .meta({ description: "Fingerprints of the certificate to talk to; empty: any trusted one" }),
});
export type ConfigUpdate = z.infer<typeof ConfigUpdate>;

/** A schedule as the agent needs it: its host's default backup set filled in. */
export const AgentSchedule = z.object({
  id: Id,
  kind: ScheduleKind,
  ...ScheduleTimes.shape,
  enabled: z.boolean(),
  since: Timestamp.meta({ description: "Runs due before then were never its own" }),
  args: CommandRun.shape.args,
});
export type AgentSchedule = z.infer<typeof AgentSchedule>;

/**
 * All schedules of the host: desired state, rebuilt whenever it is sent, on every connect where the
 * agent's version differs. The agent keeps firing the last one it applied, for ever.
 */
export const ScheduleSet = z.object({
  type: z.literal("schedule.set"),
  schedule_version: z.int().min(1),
  schedules: z.array(AgentSchedule).max(SCHEDULES_MAX),
  paused_until: Timestamp.nullable(),
});
export type ScheduleSet = z.infer<typeof ScheduleSet>;

/** Reports that are committed: the agent deletes them from its outbox. */
export const ReportAck = z.object({
  type: z.literal("ack"),
  reports: z.array(ReportKey).min(1).max(1000),
});
export type ReportAck = z.infer<typeof ReportAck>;

export const SignedMessage = z.discriminatedUnion("type", [
  CommandRun,
  CommandCancel,
  ConfigUpdate,
  ScheduleSet,
  ReportAck,
]);
export type SignedMessage = z.infer<typeof SignedMessage>;

/** One batch, one signature. The agent refuses another host's id and an epoch below the highest seen. */
export const SignedPayload = z.object({
  host_id: Id,
  epoch: z.int().min(1),
  sent_at: Timestamp,
  messages: z.array(SignedMessage).min(1).max(1000),
});
export type SignedPayload = z.infer<typeof SignedPayload>;

export const ServerMessage = z.discriminatedUnion("type", [
  Welcome,
  HeartbeatReply,
  Ping,
  ErrorMessage,
  Signed,
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
