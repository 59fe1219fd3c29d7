/** @module The server's settings: RM_* variables or a YAML file. All faults are reported at once. */
import { isAbsolute, join, resolve } from "node:path";
import * as YAML from "yaml";
import { faultOf } from "./http/address_list.ts";
import { JOB_RETENTION, type JobRetentionLimits } from "./jobs/job_retention.ts";
import type { LogLevel } from "./log.ts";
import { StartError } from "./start_error.ts";

export interface Config {
  listen: { hostname: string; port: number };
  data_dir: string;
  /** Without a trailing slash. https, or http on a loopback address. */
  base_url: string;
  secret_key_file: string;
  trusted_proxies: string[];
  cookie_secure: boolean;
  log_level: LogLevel;
  /** How long jobs and their logs are kept, and how much of the logs. */
  job_retention: JobRetentionLimits;
}

/** Each setting's key in the YAML file and its variable, which wins. */
export const SETTINGS = {
  listen: "RM_LISTEN",
  data_dir: "RM_DATA_DIR",
  base_url: "RM_BASE_URL",
  secret_key_file: "RM_SECRET_KEY_FILE",
  trusted_proxy: "RM_TRUSTED_PROXY",
  cookie_secure: "RM_COOKIE_SECURE",
  log_level: "RM_LOG_LEVEL",
  log_keep_days: "RM_LOG_KEEP_DAYS",
  log_max_gib: "RM_LOG_MAX_GIB",
  job_keep_days: "RM_JOB_KEEP_DAYS",
} as const;

type Key = keyof typeof SETTINGS;
type Values = Partial<Record<Key, string>>;
type Fault = (key: Key, problem: string) => void;

const GIB = 1024 ** 3;
const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.*\.localhost)$/;

export interface ConfigSources {
  env: Record<string, string | undefined>;
  args: readonly string[];
}

/**
 * Reads the settings and makes the data dir.
 * @throws {StartError} naming every fault at once
 */
export function loadConfig({ env, args }: ConfigSources): Config {
  const faults: string[] = [];
  const file_values = readFile(configPath({ env, args }, faults), faults);
  const values: Values = {};
  for (const [key, variable] of Object.entries(SETTINGS) as [Key, string][]) {
    const value = env[variable]?.trim() || file_values[key];
    if (value !== undefined && value !== "") values[key] = value;
  }
  const fault: Fault = (key, problem) => {
    faults.push(`${SETTINGS[key]} (${key} in the file): ${problem}`);
  };
  const data_dir = dataDir(values.data_dir, fault);
  const listen = parseListen(values.listen ?? "127.0.0.1:8080", fault);
  const base_url = parseBaseUrl(values.base_url ?? `http://localhost:${listen.port}`, fault);
  const cookie_secure = parseBoolean("cookie_secure", values.cookie_secure ?? "true", fault);
  if (!cookie_secure && base_url.startsWith("https:")) {
    fault("cookie_secure", "must stay true when the base URL is https: leave it out");
  }
  const config: Config = {
    listen,
    data_dir,
    base_url,
    secret_key_file: keyFile(values.secret_key_file, data_dir),
    trusted_proxies: parseProxies(values.trusted_proxy ?? "", fault),
    cookie_secure,
    log_level: parseLogLevel(values.log_level ?? "info", fault),
    job_retention: parseRetention(values, fault),
  };
  if (faults.length > 0) throw new StartError(faults);
  return config;
}

/** True if a URL's hostname names this machine itself. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

function configPath({ env, args }: ConfigSources, faults: string[]): string | undefined {
  let path = env["RM_CONFIG"] || undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg.startsWith("--config=")) path = arg.slice("--config=".length);
    else if (arg === "--config" && args[at + 1] !== undefined) path = args[++at];
    else faults.push(`There is no argument "${arg}": only --config FILE is known`);
  }
  return path;
}

function readFile(path: string | undefined, faults: string[]): Values {
  if (path === undefined) return {};
  let parsed: unknown;
  try {
    parsed = YAML.parse(Deno.readTextFileSync(path));
  } catch (error) {
    const reason = error instanceof YAML.YAMLParseError
      ? `is not valid YAML: ${error.message.split("\n")[0]}`
      : "cannot be read: check the path and its permissions";
    faults.push(`The configuration file ${path} ${reason}`);
    return {};
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) {
    faults.push(`The configuration file ${path} must hold "key: value" lines`);
    return {};
  }
  const values: Values = {};
  for (const [key, value] of Object.entries(parsed)) {
    if (!(key in SETTINGS)) {
      const known = Object.keys(SETTINGS).join(", ");
      faults.push(`${path}: there is no setting "${key}"; there are ${known}`);
    } else if (value !== null) {
      values[key as Key] = Array.isArray(value) ? value.join(",") : String(value);
    }
  }
  return values;
}

function dataDir(value: string | undefined, fault: Fault): string {
  const data_dir = resolve(value ?? "data");
  const probe = join(data_dir, `.write-test-${Deno.pid}`);
  try {
    Deno.mkdirSync(data_dir, { recursive: true, mode: 0o700 });
    Deno.writeTextFileSync(probe, "", { mode: 0o600 });
    Deno.removeSync(probe);
  } catch {
    fault("data_dir", `${data_dir} cannot be written: give it to the user that the server runs as`);
  }
  return data_dir;
}

function keyFile(value: string | undefined, data_dir: string): string {
  if (value === undefined) return join(data_dir, "secret.key");
  return isAbsolute(value) ? value : resolve(value);
}

function parseListen(value: string, fault: Fault): Config["listen"] {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(value);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    fault("listen", `"${value}" must be address:port or :port, as :8080 or 127.0.0.1:8080`);
    return { hostname: "0.0.0.0", port: 8080 };
  }
  return { hostname: match[1] ?? (match[2] || "0.0.0.0"), port };
}

function parseBaseUrl(value: string, fault: Fault): string {
  const url = URL.parse(value);
  const example = "as https://backups.example.org";
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    fault("base_url", `"${value}" must be an address that browsers and agents use, ${example}`);
    return value;
  }
  if (url.username !== "" || url.password !== "") {
    fault("base_url", "must not contain a user or password");
  } else if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    fault("base_url", `must end after the host and port, ${example}`);
  } else if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    fault("base_url", "may be http only on this machine (localhost): put https in front of it");
  }
  return url.origin;
}

function parseBoolean(key: Key, value: string, fault: Fault): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  if (/^(false|0|no|off)$/i.test(value)) return false;
  fault(key, `"${value}" must be true or false`);
  return true;
}

function parseProxies(value: string, fault: Fault): string[] {
  const entries = value.split(/[\s,]+/).filter((entry) => entry !== "");
  return entries.filter((entry) => {
    const problem = faultOf(entry);
    if (problem !== undefined) fault("trusted_proxy", `"${entry}" ${problem}`);
    return problem === undefined;
  });
}

function parseRetention(values: Values, fault: Fault): JobRetentionLimits {
  const { log_days, job_days, log_total_bytes } = JOB_RETENTION;
  const log_gib = numberOf("log_max_gib", values, {
    by_default: log_total_bytes / GIB,
    max: 1024,
    fault,
  });
  const limits = {
    log_days: numberOf("log_keep_days", values, { by_default: log_days, max: 3650, fault }),
    log_total_bytes: log_gib * GIB,
    job_days: numberOf("job_keep_days", values, { by_default: job_days, max: 3650, fault }),
  };
  if (limits.job_days < limits.log_days) {
    fault("job_keep_days", `must be at least the ${limits.log_days} days that logs are kept`);
  }
  return limits;
}

function numberOf(
  key: Key,
  values: Values,
  { by_default, max, fault }: { by_default: number; max: number; fault: Fault },
): number {
  const value = values[key];
  if (value === undefined) return by_default;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= max) return number;
  fault(key, `"${value}" must be a whole number from 1 to ${max}`);
  return by_default;
}

function parseLogLevel(value: string, fault: Fault): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
  if (level === undefined) fault("log_level", `"${value}" must be one of ${LOG_LEVELS.join(", ")}`);
  return level ?? "info";
}
