/**
 * @module The shape of what the server sends, checked by hand: zod would cost the agent 10 MB. The
 * tables are typed by the protocol's own types, so that a new field or message fails to compile here.
 */
import type {
  AgentSchedule,
  CommandCancel,
  CommandRun,
  ConfigUpdate,
  ErrorMessage,
  KeyChange,
  ReportAck,
  ScheduleSet,
  ServerMessage,
  Signed,
  SignedMessage,
  SignedPayload,
  Welcome,
} from "../server/protocol/server_messages.ts";
import { CERT_PINS_MAX, certPin } from "../server/protocol/cert_pin.ts";
import { SCHEDULES_MAX } from "../server/protocol/limits.ts";
import type { EnrollAnswer, IdentityAnswer } from "../server/protocol/enrollment.ts";

type Check = (value: unknown) => boolean;
type Shape<T> = { [K in keyof Required<T>]: Check };

const text: Check = (v) => typeof v === "string";
const integer: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const positive: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 1;
const truth: Check = (v) => typeof v === "boolean";
const certificatePin: Check = (v) => typeof v === "string" && certPin(v) === v;
const time: Check = (v) => typeof v === "string" && !Number.isNaN(Date.parse(v));
const id: Check = (v) =>
  typeof v === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(v);
const literal = (wanted: string): Check => (v) => v === wanted;
const orNull = (check: Check): Check => (v) => v === null || check(v);
const optional = (check: Check): Check => (v) => v === undefined || check(v);
const list = (check: Check, max: number): Check => (v) =>
  Array.isArray(v) && v.length <= max && v.every(check);
function shape<T>(fields: Shape<T>): Check {
  const checks = Object.entries(fields) as [string, Check][];
  return (v) =>
    typeof v === "object" && v !== null && !Array.isArray(v) &&
    checks.every(([name, check]) =>
      check(Object.hasOwn(v, name) ? (v as Record<string, unknown>)[name] : undefined)
    );
}

const command = { id, counter: positive, expires_at: time };
const reportKey = shape<ReportAck["reports"][number]>({ run_id: id, seq: positive });
const backupSet = shape<NonNullable<CommandRun["args"]["backup_set"]>>({
  paths: list(text, 1000),
  excludes: list(text, 1000),
  tags: list(text, 1000),
  exclude_caches: optional(truth),
  one_file_system: optional(truth),
  exclude_if_present: optional(list(text, 100)),
});
const bandwidth = shape<CommandRun["args"]["bandwidth"]>({
  limit_upload_kib_per_second: optional(positive),
  limit_download_kib_per_second: optional(positive),
});

/** A way to read data that it does not know fails the job, with a sentence. */
const readData: Check = (v) => typeof v === "object" && v !== null && "how" in v;
const args = shape<CommandRun["args"]>({
  backup_set: orNull(backupSet),
  bandwidth,
  read_data: optional(readData),
});
/** One change of the server's key, its signature unchecked. */
export const keyChange = shape<KeyChange>({ from: text, to: text, made_at: time, signature: text });

const SIGNED: { [M in SignedMessage as M["type"]]: Check } = {
  "command.run": shape<CommandRun>({
    type: literal("command.run"),
    ...command,
    job_id: id,
    kind: text,
    args,
  }),
  "command.cancel": shape<CommandCancel>({
    type: literal("command.cancel"),
    ...command,
    job_id: id,
  }),
  "config.update": shape<ConfigUpdate>({
    type: literal("config.update"),
    config_version: positive,
    repository: orNull(shape<NonNullable<ConfigUpdate["repository"]>>({
      id,
      url: text,
      rest_username: orNull(text),
      rest_password: orNull(text),
      password: text,
    })),
    reach_deadline_seconds: positive,
    stalled_after_seconds: positive,
    cert_pins: optional(list(certificatePin, CERT_PINS_MAX)),
  }),
  "schedule.set": shape<ScheduleSet>({
    type: literal("schedule.set"),
    schedule_version: positive,
    schedules: list(
      shape<AgentSchedule>({
        id,
        kind: text,
        cron: text,
        timezone: text,
        jitter_seconds: integer,
        catch_up: truth,
        enabled: truth,
        since: time,
        args,
      }),
      SCHEDULES_MAX,
    ),
    paused_until: orNull(time),
  }),
  ack: shape<ReportAck>({ type: literal("ack"), reports: list(reportKey, 1000) }),
};

const PLAIN: { [M in ServerMessage as M["type"]]: Check } = {
  welcome: shape<Welcome>({
    type: literal("welcome"),
    protocol_version: integer,
    server_version: text,
    epoch: positive,
    host_id: id,
    host_name: text,
    time,
    key_changes: optional(list(keyChange, 100)),
  }),
  "heartbeat.reply": shape<Extract<ServerMessage, { type: "heartbeat.reply" }>>({
    type: literal("heartbeat.reply"),
    time,
  }),
  ping: shape<Extract<ServerMessage, { type: "ping" }>>({ type: literal("ping"), nonce: id }),
  error: shape<ErrorMessage>({
    type: literal("error"),
    code: text,
    message: text,
    upgrade_url: orNull(text),
  }),
  signed: shape<Signed>({ type: literal("signed"), payload: text, signature: text }),
};

const payloadEnvelope = shape<SignedPayload>({
  host_id: id,
  epoch: positive,
  sent_at: time,
  messages: (v) => Array.isArray(v) && v.length >= 1 && v.length <= 1000,
});

const identityAnswer = shape<IdentityAnswer>({ public_key: text, signature: text });
const enrollAnswer = shape<EnrollAnswer>({
  host_id: id,
  host_name: text,
  bearer: text,
  public_key: text,
  epoch: positive,
  signature: text,
});

/** A frame's message, or why it is none. `unsigned` is a message that is only obeyed when signed. */
export type Checked<T> = { message: T } | { problem: "malformed" | "unknown" | "unsigned" };

/** Reads one text frame. */
export function checkServerMessage(frame: string): Checked<ServerMessage> {
  const value = parse(frame);
  const type = typeOf(value);
  if (type === undefined) return { problem: "malformed" };
  if (Object.hasOwn(SIGNED, type)) return { problem: "unsigned" };
  return checkBy(PLAIN, type, value);
}

/** Reads a payload whose signature was verified; messages in it are still unchecked. */
export function checkPayload(
  payload: string,
): Omit<SignedPayload, "messages"> & { messages: unknown[] } | undefined {
  const value = parse(payload);
  return payloadEnvelope(value) ? value as SignedPayload : undefined;
}

/** Checks one message of a payload. */
export function checkSignedMessage(value: unknown): Checked<SignedMessage> {
  const type = typeOf(value);
  return type === undefined ? { problem: "malformed" } : checkBy(SIGNED, type, value);
}

export function checkIdentity(value: unknown): IdentityAnswer | undefined {
  return identityAnswer(value) ? value as IdentityAnswer : undefined;
}

export function checkEnrollAnswer(value: unknown): EnrollAnswer | undefined {
  return enrollAnswer(value) ? value as EnrollAnswer : undefined;
}

function checkBy<T>(table: Record<string, Check>, type: string, value: unknown): Checked<T> {
  const check = Object.hasOwn(table, type) ? table[type] : undefined;
  if (check === undefined) return { problem: "unknown" };
  return check(value) ? { message: value as T } : { problem: "malformed" };
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" ? value.type : undefined;
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}
