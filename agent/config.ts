/** @module agent.yaml: who this agent is and whom it obeys. Written by `enroll`, read by the rest. */
import { join } from "node:path";
import { CERT_PINS_MAX, certPin } from "../server/protocol/cert_pin.ts";
import type { KeyChange } from "../server/protocol/server_messages.ts";
import { writePrivateFile } from "./atomic_file.ts";
import { keyChange } from "./check.ts";
import { AgentError } from "./errors.ts";

export interface AgentConfig {
  server_url: string;
  host_id: string;
  host_name: string;
  /** The agent's own credential. */
  bearer: string;
  /** base64 of the raw Ed25519 key that signs everything this agent obeys. */
  server_public_key: string;
  epoch: number;
  /** base64 of the 32 bytes that open secrets.enc. */
  secrets_key: string;
  /** Where restic is, if not on PATH. */
  restic_path: string | null;
  /** Fingerprints of the server's certificate: another one is not talked to. Empty: none is pinned. */
  cert_pin_sha256: string[];
  /** A set that the server pushed but has not shown yet (cert_pins.ts). */
  cert_pin_sha256_pushed: string[] | null;
  /** Changes of the server's key that were followed since the enrolment, each signed by the key before. */
  server_key_changes: KeyChange[];
}

export const AGENT_FILE = "agent.yaml";

/**
 * Reads agent.yaml.
 * @throws {AgentError} bad_config if it is missing or wrong, permission if others can read it
 */
export async function readConfig(config_dir: string): Promise<AgentConfig> {
  const path = join(config_dir, AGENT_FILE);
  const text = await readPrivate(path);
  return check(parse(text, path), path);
}

/** Writes agent.yaml, 0600 and atomically. The JSON form of YAML costs no parser at run time. */
export async function writeConfig(config_dir: string, config: AgentConfig): Promise<void> {
  await writePrivateFile(join(config_dir, AGENT_FILE), JSON.stringify(config, null, 2) + "\n");
}

async function readPrivate(path: string): Promise<string> {
  try {
    const { mode } = await Deno.stat(path);
    if (Deno.build.os !== "windows" && mode !== null && (mode & 0o077) !== 0) {
      throw new AgentError("permission", `${path} can be read by others`, `chmod 600 ${path}`);
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new AgentError(
        "bad_config",
        `${path} does not exist: this machine is not enrolled`,
        "add the host in the web interface and run the line that it shows",
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new AgentError("permission", `${path} cannot be read`, "run it as root");
    }
    throw error;
  }
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser quotes the text, and the text holds the bearer.
    throw new AgentError(
      "bad_config",
      `${path} is not in YAML's JSON form, with quotes and commas`,
      "correct it or enrol again with --force",
    );
  }
}

const isText = (v: unknown) => typeof v === "string" && v.length > 0;
const isBytes32 = (v: unknown) => typeof v === "string" && /^[A-Za-z0-9+/]{43}=$/.test(v);

const isPins = (v: unknown) =>
  Array.isArray(v) && v.length <= CERT_PINS_MAX &&
  v.every((pin) => typeof pin === "string" && certPin(pin) !== undefined);

const FIELDS: Record<keyof AgentConfig, (value: unknown) => boolean> = {
  server_url: (v) => typeof v === "string" && /^https?:\/\//.test(v) && URL.canParse(v),
  host_id: isText,
  host_name: isText,
  bearer: isText,
  server_public_key: isBytes32,
  epoch: (v) => Number.isSafeInteger(v),
  secrets_key: isBytes32,
  restic_path: (v) => v === undefined || v === null || isText(v),
  cert_pin_sha256: (v) => v === undefined || isPins(v),
  server_key_changes: (v) => v === undefined || (Array.isArray(v) && v.every(keyChange)),
  cert_pin_sha256_pushed: (v) => v === undefined || v === null || isPins(v),
};

function check(value: unknown, path: string): AgentConfig {
  const record = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const wrong = Object.entries(FIELDS).filter(([name, ok]) => !ok(record[name])).map(([n]) => n);
  if (wrong.length > 0) {
    throw new AgentError(
      "bad_config",
      `${path}: ${wrong.join(", ")} missing or wrong`,
      "correct it or enrol again with --force",
    );
  }
  const config = {
    restic_path: null,
    cert_pin_sha256: [],
    cert_pin_sha256_pushed: null,
    server_key_changes: [],
    ...record,
  } as unknown as AgentConfig;
  return { ...config, cert_pin_sha256: config.cert_pin_sha256.map((pin) => certPin(pin)!) };
}
