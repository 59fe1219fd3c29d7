/** @module The server's program: settings, start, signals, exit codes (78: what to change is printed). */
import { isAuditCommand, runAuditCommand } from "./audit_command.ts";
import { type Config, loadConfig } from "./config.ts";
import { createLog, writeLine } from "./log.ts";
import { StartError } from "./start_error.ts";
import { type RunningServer, startServer } from "./start_server.ts";

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;
/** Past this the process ends whatever still runs. */
const STOP_MAX_MS = 9000;

async function main(): Promise<void> {
  // Whatever is made from here on is the server's own user's alone.
  if (Deno.build.os !== "windows") Deno.umask(0o077);
  let config: Config;
  let server: RunningServer;
  try {
    if (isAuditCommand(Deno.args)) {
      const { code, text } = runAuditCommand({ env: Deno.env.toObject(), args: Deno.args });
      Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
      Deno.exit(code);
    }
    const [noun, verb, ...args] = Deno.args;
    const rotates = noun === "identity" && verb === "rotate";
    config = loadConfig({ env: Deno.env.toObject(), args: rotates ? args : Deno.args });
    if (rotates) return await rotate(config);
    server = await startServer(config);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const what = isAuditCommand(Deno.args) ? "check the audit log" : "start";
    tell([`restic-manager cannot ${what}:`, ...error.reasons.map((reason) => `- ${reason}`)]);
    if (error.cause instanceof Error) tell([`  (${error.cause.message})`]);
    Deno.exit(EXIT_CONFIG);
  }
  keepAlive(server);
  stopOnSignals(server);
  if (server.setup_code !== undefined) {
    tell([
      "",
      `Set-up code: ${server.setup_code}`,
      `Open ${config.base_url}/setup and enter it to create the first administrator.`,
      `It is also in ${config.data_dir}/setup-code until then.`,
      "",
    ]);
  }
  createLog("info", (line) => writeLine(Deno.stdout, line)).info("listening", {
    address: server.address,
    base_url: config.base_url,
  });
}

/** `identity rotate`: a new key for a stopped server. Agents follow, since the old one signed it. */
async function rotate(config: Config): Promise<void> {
  const { rotateIdentity } = await import("./rotate_identity.ts");
  const fingerprints = await rotateIdentity(config);
  tell([
    `Server key  ${fingerprints.new}`,
    `was         ${fingerprints.old}`,
    "Agents follow when they connect. Lines for new hosts that show the old key no longer work.",
    "Keep a new copy of identity.key and identity.changes.json: the old key commands nobody now.",
  ]);
}

/** A promise that nobody waited for must not end the server; everything durable is in the database. */
function keepAlive({ services }: RunningServer): void {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    services.log.error("a promise failed that nobody waited for", { error: event.reason });
  });
}

function stopOnSignals(server: RunningServer): void {
  let stopping = false;
  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    setTimeout(() => Deno.exit(EXIT_FAILED), STOP_MAX_MS);
    await server.stop();
    Deno.exit(0);
  }
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
}

function tell(lines: string[]): void {
  writeLine(Deno.stderr, lines.join("\n"));
}

await main();
