/**
 * @module Requests and answers of the REST interface. The same schemas validate the pages' forms and
 * make `/api/openapi.json`.
 */
import * as z from "zod";
import { CERT_PINS_MAX, certPin } from "./cert_pin.ts";
import {
  AuditEntry,
  BackupState,
  Bandwidth,
  Host,
  HostOs,
  Id,
  Job,
  JobKind,
  JobStatus,
  LogLine,
  ReadData,
  Repository,
  RepositoryDay,
  Role,
  SecretChange,
  Snapshot,
  Timestamp,
  User,
} from "./entities.ts";

// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Text without line breaks or other control characters. */
export const one_line = (max: number) =>
  z.string().max(max).refine((s) => !CONTROL.test(s), "must not contain control characters");

export const HostName = z.string().trim().min(1, "Give the host a name").max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "Use letters, digits, dot, dash and underscore");

/** A fingerprint in any of the usual ways of writing. */
const CertPinInput = z.string().max(200)
  .refine((text) => certPin(text) !== undefined, {
    message: "must be a SHA-256 fingerprint: 64 hex digits, with or without colons",
  })
  .transform((text) => certPin(text)!);

/** restic takes a comma for the end of a tag and trims what is around it: such a tag would be another. */
export const Tag = one_line(64).min(1, "is empty")
  .refine((tag) => tag === tag.trim(), "cannot begin or end with a blank")
  .refine((tag) => !tag.includes(","), "cannot contain a comma");

/** An absolute path of either system. restic gets it after `--`, so its text is only ever a path. */
export const BackupPath = z.string().min(1).max(4096)
  .refine((p) => !p.includes("\0"), "must not contain NUL")
  .refine(
    (p) => p.startsWith("/") || /^[A-Za-z]:[\\/]/.test(p) || p.startsWith("\\\\"),
    "must be absolute, as /home or C:\\Users",
  );

/** A command with its backup set has to fit into one frame, quoted twice (limits.ts). */
const BACKUP_SET_MAX_CHARS = 100_000;

export const BackupSetInput = z.object({
  paths: z.array(BackupPath).max(1000),
  excludes: z.array(
    z.string().min(1).max(4096).refine((s) => !/[\0\n\r]/.test(s), "must be one line"),
  ).max(1000),
  tags: z.array(Tag).max(50),
  exclude_caches: z.boolean().optional(),
  one_file_system: z.boolean().optional(),
  exclude_if_present: z.array(
    one_line(255).min(1).refine((name) => !/[\\/:]/.test(name), "must be the name of a file alone"),
  ).max(100).optional(),
}).strict().refine(
  (set) => JSON.stringify(set).length <= BACKUP_SET_MAX_CHARS,
  "is too large: paths, excludes and tags together may have 100,000 characters",
);

/** Only rest-server's addresses in this version. Without user and password: those have own fields. */
export const RepositoryUrl = one_line(2000).trim()
  .transform((s) => s.replace(/^rest:/, ""))
  .refine((s) => /^https?:\/\/[^/?#\s]+/.test(s) && URL.canParse(s), {
    message: "must be the address of a REST server, as https://backup.example:8000/web-01/",
  })
  .refine((s) => !URL.canParse(s) || (new URL(s).username === "" && new URL(s).password === ""), {
    message: "must not contain a user or password: they have their own fields",
  });

const RestUsername = one_line(128).trim().regex(/^[\p{L}\d@._-]*$/u, {
  message: "Use letters, digits and @ . _ - as rest-server does",
});

export const AddHostRequest = z.object({
  name: HostName,
  os: HostOs,
  tags: z.array(Tag).max(50).default([]),
  backup_set: BackupSetInput,
  repository: z.object({
    url: RepositoryUrl,
    rest_username: RestUsername.optional(),
    rest_password: z.string().min(1).max(1024).optional(),
    password: z.string().min(1).max(1024).optional(),
    append_only: z.boolean().default(true),
  }).strict(),
}).strict();
export type AddHostRequest = z.infer<typeof AddHostRequest>;

/** Shown once. Minted secrets are present only if the server made them. */
export const AddHostAnswer = z.object({
  host: Host,
  token: z.string(),
  token_expires_at: Timestamp,
  minted: z.object({
    rest_username: z.string().nullable(),
    rest_password: z.string().nullable(),
    repository_password: z.string().nullable(),
  }),
  htpasswd_line: z.string().nullable(),
  install_line: z.string(),
  server_key: z.string(),
});
export type AddHostAnswer = z.infer<typeof AddHostAnswer>;

export const TokenAnswer = AddHostAnswer.pick({
  token: true,
  token_expires_at: true,
  install_line: true,
  server_key: true,
});

export const EditHostRequest = z.object({
  name: HostName.optional(),
  tags: z.array(Tag).max(50).optional(),
  backup_set: BackupSetInput.optional(),
  goal_seconds: z.int().min(3600).max(366 * 86400).optional(),
  cert_pins: z.array(CertPinInput).max(CERT_PINS_MAX, `at most ${CERT_PINS_MAX}`).optional(),
}).strict();
export type EditHostRequest = z.infer<typeof EditHostRequest>;

export const EditCredentialsRequest = z.object({
  url: RepositoryUrl.optional(),
  rest_username: RestUsername.optional(),
  rest_password: z.string().min(1).max(1024).optional(),
  password: z.string().min(1).max(1024).optional(),
}).strict().refine((edit) => Object.keys(edit).length > 0, "nothing to change was given");
export type EditCredentialsRequest = z.infer<typeof EditCredentialsRequest>;

export const StartJobRequest = z.object({
  kind: JobKind,
  backup_set: BackupSetInput.optional().meta({ description: "Default: the host's own" }),
  bandwidth: Bandwidth.strict().default({}),
  read_data: ReadData.optional().meta({ description: "Of a check alone; absent: structure only" }),
}).strict();
export type StartJobRequest = z.infer<typeof StartJobRequest>;

export const LoginRequest = z.object({
  username: z.string().min(1).max(128),
  password: z.string().min(1).max(1024),
}).strict();
export const LoginAnswer = z.object({ user: User, csrf_token: z.string() });

/** Changes one's own password. */
export const ChangePasswordRequest = z.object({
  current_password: z.string().min(1, "Type your current password").max(1024),
  password: z.string().min(1, "Type a new password").max(1024),
}).strict();
export type ChangePasswordRequest = z.infer<typeof ChangePasswordRequest>;

/** A browser or script that is signed in as oneself. */
export const AccountSession = z.object({
  id: Id,
  /** The session that asks. */
  is_current: z.boolean(),
  /** By its user agent, as "Firefox" and "Linux"; null: not known. */
  browser: z.string().nullable(),
  system: z.string().nullable(),
  ip: z.string(),
  created_at: Timestamp,
  last_used_at: Timestamp,
  expires_at: Timestamp,
});
export type AccountSession = z.infer<typeof AccountSession>;

export const SetupRequest = z.object({
  code: z.string().trim().min(1).max(100),
  username: z.string().trim().min(1).max(64).regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, {
    message: "Use letters, digits and . _ @ -",
  }),
  password: z.string().max(1024),
}).strict();

export const AddUserRequest = z.object({
  username: SetupRequest.shape.username,
  password: z.string().max(1024),
  role: Role,
}).strict();

const page = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
};

export const ListHostsQuery = z.object({
  tag: z.string().optional(),
  status: z.enum(["pending", "online", "degraded", "offline"]).optional(),
  state: BackupState.optional(),
  q: z.string().max(200).optional(),
  ...page,
});
export type ListHostsQuery = z.infer<typeof ListHostsQuery>;

export const ListJobsQuery = z.object({
  host_id: Id.optional(),
  schedule_id: Id.optional(),
  kind: JobKind.optional(),
  status: z.enum([...JobStatus.options, "active"]).optional().meta({
    description: "active: every job that has not ended",
  }),
  since: Timestamp.optional(),
  until: Timestamp.optional(),
  order: z.enum(["asc", "desc"]).default("desc"),
  ...page,
});
export type ListJobsQuery = z.infer<typeof ListJobsQuery>;

export const ListLogsQuery = z.object({
  after_seq: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(5000).default(500),
});

export const ListSnapshotsQuery = z.object({
  tag: z.string().max(64).optional(),
  path: z.string().max(4096).optional(),
  since: Timestamp.optional(),
  until: Timestamp.optional(),
  ...page,
});
export type ListSnapshotsQuery = z.infer<typeof ListSnapshotsQuery>;

export const ListAuditQuery = z.object({
  action: z.string().max(100).optional(),
  target_id: z.string().max(100).optional(),
  actor: z.enum(["user", "agent", "system"]).optional(),
  before_seq: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ListAuditQuery = z.infer<typeof ListAuditQuery>;

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), total: z.int() });
export const HostList = listOf(Host);
export const JobList = listOf(Job);
export const SnapshotList = listOf(Snapshot);
export const LogPage = z.object({
  lines: z.array(LogLine),
  last_seq: z.int(),
  has_more: z.boolean().meta({
    description: "The page is full, of lines or of text: ask again with after_seq = last_seq",
  }),
});
export type LogPage = z.infer<typeof LogPage>;
export const AuditList = z.object({
  items: z.array(AuditEntry),
  next_before_seq: z.int().nullable(),
});
export const UserList = listOf(User);
export const AccountSessionList = listOf(AccountSession);

/** What the command palette asks. `host_id` narrows the actions to one host's. */
export const SearchQuery = z.object({
  q: z.string().max(200).default(""),
  host_id: Id.optional(),
  recent: z.string().max(400).optional().meta({
    description: "Ids of hosts and jobs seen lately, with commas; answered when q is empty",
  }),
});
export type SearchQuery = z.infer<typeof SearchQuery>;

export const FoundHost = Host.pick({
  id: true,
  name: true,
  status: true,
  backup_state: true,
  last_backup_at: true,
  last_good_backup_at: true,
});
export const FoundJob = Job.pick({
  id: true,
  host_id: true,
  host_name: true,
  kind: true,
  status: true,
  queued_at: true,
});
export type FoundJob = z.infer<typeof FoundJob>;
export const FoundSnapshot = z.object({
  id: z.string(),
  host_id: Id,
  host_name: z.string(),
  time: Timestamp,
});
export type FoundSnapshot = z.infer<typeof FoundSnapshot>;

export const PalettePage = z.object({ label: z.string(), href: z.string() });
export type PalettePage = z.infer<typeof PalettePage>;

/** Something that the asker may do: an address to open, or a form to post with the session's token. */
export const PaletteAction = z.object({
  label: z.string(),
  host_id: Id.nullable(),
  host_name: z.string().nullable(),
  method: z.enum(["GET", "POST"]),
  href: z.string(),
  fields: z.record(z.string(), z.string()),
  asks: z.object({ title: z.string(), text: z.string() }).nullable().meta({
    description: "What to ask before it is done",
  }),
  reason: z.string().nullable().meta({ description: "Why it cannot be done now" }),
  key: z.string().nullable().meta({ description: "The key that does the same on the host's page" }),
});
export type PaletteAction = z.infer<typeof PaletteAction>;

export const SearchAnswer = z.object({
  hosts: z.array(FoundHost),
  total_hosts: z.int().meta({ description: "How many hosts match in all" }),
  jobs: z.array(FoundJob),
  snapshots: z.array(FoundSnapshot),
  pages: z.array(PalettePage),
  actions: z.array(PaletteAction),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;
export { Host, Job, Repository };

/** A repository with its growth, and when its secrets were set. */
export const RepositoryDetail = Repository.extend({
  days: z.array(RepositoryDay).meta({ description: "At most 90 days, oldest first" }),
  secrets: z.object({
    rest_password: SecretChange.nullable(),
    password: SecretChange.nullable(),
  }),
});
export type RepositoryDetail = z.infer<typeof RepositoryDetail>;

export const FleetSummary = z.object({
  hosts: z.int(),
  by_state: z.record(BackupState, z.int()),
  by_status: z.record(z.enum(["pending", "online", "degraded", "offline"]), z.int()),
  running_jobs: z.int(),
  queued_jobs: z.int(),
  total_bytes: z.int(),
  snapshots: z.int(),
  server_version: z.string(),
});
export type FleetSummary = z.infer<typeof FleetSummary>;

/** The one shape of every error over REST. */
export const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
  hint: z.string().optional(),
  request_id: z.string(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
