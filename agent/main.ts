/** @module restic-manager-agent: the command line. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../server/protocol/version.ts";
import { runAgent } from "./agent.ts";
import { makePrivateFolder } from "./atomic_file.ts";
import { CERT_PINS_MAX, certPin } from "../server/protocol/cert_pin.ts";
import { AGENT_FILE, type AgentConfig, readConfig, writeConfig } from "./config.ts";
import { type Directories, findDirectories } from "./directories.ts";
import { enroll } from "./enroll.ts";
import { AgentError, EXIT, type ExitCode, messageOf } from "./errors.ts";
import { AgentLock } from "./lock.ts";
import { createAgentLog } from "./log.ts";
import { describeStatus, readStatus, statusExit } from "./status.ts";
import { askUnseen, readStdin } from "./terminal.ts";

const USAGE = `restic-manager-agent ${SOFTWARE_VERSION}

  enroll --server URL --server-key SHA256:…  make this machine a host of that server
         [--token-stdin | --token-file FILE] [--force]
         [--cert-pin SHA256]…                talk to a server with this certificate only
  run    [--log-format text|json]            connect and do what the server orders
  status [--json]                            running? connected? what waits?
  version [--json]

  --config-dir DIR, --state-dir DIR          or RM_AGENT_CONFIG_DIR, RM_AGENT_STATE_DIR
`;

const OPTIONS = {
  "config-dir": { type: "string" },
  "state-dir": { type: "string" },
  "server": { type: "string" },
  "server-key": { type: "string" },
  "cert-pin": { type: "string", multiple: true },
  "token-stdin": { type: "boolean" },
  "token-file": { type: "string" },
  "force": { type: "boolean" },
  "json": { type: "boolean" },
  "log-format": { type: "string" },
  "help": { type: "boolean", short: "h" },
} as const;

type Flags = ReturnType<typeof parse>["values"];

/** Runs one command. Errors are told on stderr in a line and a hint; the answer is the exit code. */
export async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    return EXIT[await command(positionals, values)];
  } catch (error) {
    const known = error instanceof AgentError ? error : toAgentError(error);
    writeLine(Deno.stderr, `restic-manager-agent: ${messageOf(known)}`);
    if (known.hint !== undefined) writeLine(Deno.stderr, `  ${known.hint}`);
    return EXIT[known.code];
  }
}

async function command(positionals: string[], flags: Flags): Promise<ExitCode> {
  const [name, ...rest] = positionals;
  if (flags.help) return print(USAGE);
  if (name === undefined || rest.length > 0) {
    throw new AgentError("usage", "give one command", "enroll, run, status or version; see --help");
  }
  const directories = findDirectories({
    ...(flags["config-dir"] === undefined ? {} : { config_dir: flags["config-dir"] }),
    ...(flags["state-dir"] === undefined ? {} : { state_dir: flags["state-dir"] }),
  });
  switch (name) {
    case "enroll":
      return await enrollCommand(flags, directories);
    case "run":
      return await runCommand(flags, directories);
    case "status": {
      const status = await readStatus(directories);
      print(flags.json ? JSON.stringify(status) : describeStatus(status));
      return statusExit(status);
    }
    case "version": {
      const version = { version: SOFTWARE_VERSION, protocol_version: PROTOCOL_VERSION };
      return print(flags.json ? JSON.stringify(version) : SOFTWARE_VERSION);
    }
    default:
      throw new AgentError("usage", `there is no command ${name}`, "see --help");
  }
}

async function enrollCommand(flags: Flags, directories: Directories): Promise<ExitCode> {
  const { server, "server-key": server_key } = flags;
  if (server === undefined || server_key === undefined) {
    throw new AgentError(
      "usage",
      "enroll wants --server and --server-key",
      "add the host in the web interface and run the line that it shows",
    );
  }
  const cert_pins = pinsOf(flags);
  const before = await enrolledBefore(directories.config_dir, flags);
  await makePrivateFolder(directories.config_dir);
  await makePrivateFolder(directories.state_dir);
  // A running agent would go on with the old identity and fight with the new one.
  const lock = await AgentLock.acquire(directories.state_dir);
  try {
    const token = tokenSource(flags);
    const config = await enroll({ server_url: server, server_key, cert_pins, token });
    // Where restic is on this machine has nothing to do with the server.
    const restic_path = before?.restic_path ?? null;
    await writeConfig(directories.config_dir, { ...config, restic_path });
    return print(`This machine is now the host ${config.host_name} of ${config.server_url}.`);
  } finally {
    lock.release();
  }
}

/**
 * The enrolment that is to be replaced; undefined if there is none, or none that can be read as one.
 * @throws {AgentError} exists without --force; permission if others can read the file
 */
async function enrolledBefore(
  config_dir: string,
  flags: Flags,
): Promise<AgentConfig | undefined> {
  const path = join(config_dir, AGENT_FILE);
  if (!await fileExists(path)) return undefined;
  if (!flags.force) {
    throw new AgentError("exists", `${path} exists: this machine is enrolled`, "see --force");
  }
  try {
    return await readConfig(config_dir);
  } catch (error) {
    // A broken file is what enrolling again repairs; one that others can read is to be looked at.
    if (error instanceof AgentError && error.code === "bad_config") return undefined;
    throw error;
  }
}

function pinsOf(flags: Flags): string[] {
  const pins = (flags["cert-pin"] ?? []).map((text) => {
    const pin = certPin(text);
    if (pin !== undefined) return pin;
    throw new AgentError(
      "usage",
      "--cert-pin is no fingerprint: it has 64 hex digits, with or without colons",
      "openssl x509 -in certificate.pem -noout -fingerprint -sha256",
    );
  });
  if (pins.length <= CERT_PINS_MAX) return [...new Set(pins)];
  throw new AgentError("usage", `give at most ${CERT_PINS_MAX} times --cert-pin`);
}

function tokenSource(flags: Flags): () => Promise<string> {
  const file = flags["token-file"];
  if (file !== undefined) return async () => (await Deno.readTextFile(file)).trim();
  if (flags["token-stdin"]) return readStdin;
  return () => askUnseen("Enrolment token: ");
}

async function runCommand(flags: Flags, directories: Directories): Promise<ExitCode> {
  const format = flags["log-format"] ?? "text";
  if (format !== "text" && format !== "json") {
    throw new AgentError("usage", "--log-format is text or json");
  }
  const stop = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, () => stop.abort());
  // restic's unlock sends SIGHUP to holders of stale locks it wants to check.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", () => {});
  await runAgent({ ...directories, signal: stop.signal, log: createAgentLog(format) });
  return "ok";
}

function parse(args: string[]) {
  // Arguments are seen by every user of the machine, and kept in shell histories.
  if (args.some((arg) => /^rme_|=rme_/.test(arg) || /^--token(=|$)/.test(arg))) {
    throw new AgentError(
      "usage",
      "an enrolment token must not be an argument: every user of this machine can read those",
      "leave it out and type it when asked, or use --token-stdin; this token should be replaced",
    );
  }
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new AgentError("usage", messageOf(error), "see --help");
  }
}

function toAgentError(error: unknown): AgentError {
  if (error instanceof Deno.errors.PermissionDenied) {
    return new AgentError("permission", messageOf(error), "run it as root");
  }
  return new AgentError("failed", messageOf(error));
}

async function fileExists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function print(text: string): "ok" {
  writeLine(Deno.stdout, text.trimEnd());
  return "ok";
}

function writeLine(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  to.writeSync(new TextEncoder().encode(text + "\n"));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
