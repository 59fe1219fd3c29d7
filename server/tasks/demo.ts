/**
 * @module `task demo`: the whole product on this machine. A server, a rest-server and two agents, all
 * real, back up real files. Everything it makes lies in `.demo/` and is used again next time.
 *
 * Flags: `--fresh` wipes `.demo/` first; `--once` ends after the first backup, with a non-zero code if
 * it did not succeed; `--json` prints one line for scripts; `--stop` ends a running demo.
 */
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { mintToken } from "../ids.ts";
import { Demo, type DemoHost } from "./demo_stack.ts";
import { failSetup, projectDir, setUp } from "./setup.ts";

const DIR = join(projectDir(), ".demo");
const PID_FILE = join(DIR, "demo.pid");

const flags = readFlags();

const say = (line: string): void => {
  (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
};

if (flags.stop) Deno.exit(await stopRunning());
await Deno.mkdir(DIR, { recursive: true, mode: 0o700 });
const running = await claim();
if (running !== undefined) {
  say(`A demo is running already (process ${running}). End it with --stop first.`);
  Deno.exit(1);
}
if (flags.fresh) await wipe();

const ended = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => ended.resolve());
}

let code = 1;
let demo: Demo | undefined;
try {
  code = await run();
} catch (error) {
  say(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await demo?.stop();
  await Deno.remove(PID_FILE).catch(ignoreMissing);
}
Deno.exit(code);

async function run(): Promise<number> {
  const tools = await setUp((line) => say(`set-up: ${line}`)).catch(failSetup);
  await build();
  demo = new Demo({ dir: DIR, tools, password: mintToken("demo", 12), say });
  const started = demo.start(hostsToShow());
  const interrupted = ended.promise.then(() => "interrupted" as const);
  const result = await Promise.race([started, interrupted]);
  if (result === "interrupted") return 130;
  const { url, username, password, hosts, backups } = result;
  if (flags.json) {
    const line = { url, username, password, pid: Deno.pid, hosts, backups };
    process.stdout.write(JSON.stringify(line) + "\n");
  } else {
    say("");
    say(`  Open       ${url}`);
    say(`  Sign in    ${username}  ${password}`);
    say("");
    for (const backup of backups) say(`  ${backup.host}: ${backup.text}`);
    say("");
  }
  const good = backups.length > 0 && backups.every((backup) => backup.status === "succeeded");
  if (flags.once) return good ? 0 : 1;
  say("It keeps running. Ctrl-C ends it; its files stay in .demo until --fresh.");
  await ended.promise;
  return 0;
}

/** Two hosts with files that every checkout has. */
function hostsToShow(): DemoHost[] {
  const root = projectDir();
  return [
    { name: "web-01", paths: ["server", "routes", "static"].map((name) => join(root, name)) },
    { name: "files-01", paths: ["node_modules", "docs"].map((name) => join(root, name)) },
  ];
}

async function build(): Promise<void> {
  say("set-up: building pages, server and agent");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "build"],
    cwd: projectDir(),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`the build failed: ${new TextDecoder().decode(stderr)}`);
}

/** The flags; a word that is none of them ends the program with the usage. */
function readFlags(): { fresh: boolean; once: boolean; json: boolean; stop: boolean } {
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: Deno.args,
      options: { fresh: flag, once: flag, json: flag, stop: flag },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message.split(".")[0]}.\n`);
    process.stderr.write("Usage: task demo [--fresh] [--once] [--json] [--stop]\n");
    Deno.exit(2);
  }
}

/** Takes the demo's place for this process; answers the process that has it already. */
async function claim(): Promise<number | undefined> {
  for (;;) {
    try {
      await Deno.writeTextFile(PID_FILE, String(Deno.pid), { createNew: true });
      return undefined;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      const pid = await runningPid();
      if (pid !== undefined) return pid;
      await Deno.remove(PID_FILE).catch(ignoreMissing);
    }
  }
}

/** Removes what earlier demos left, all but the claim of this one. */
async function wipe(): Promise<void> {
  for await (const { name } of Deno.readDir(DIR)) {
    if (name !== "demo.pid") await Deno.remove(join(DIR, name), { recursive: true });
  }
}

/** The process of a demo that is alive, if there is one. */
async function runningPid(): Promise<number | undefined> {
  let pid: number;
  try {
    pid = Number(await Deno.readTextFile(PID_FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return Number.isInteger(pid) && pid > 1 && isDemo(pid) ? pid : undefined;
}

/** Ids are used again after a restart: the process must also look like a demo where that can be seen. */
function isDemo(pid: number): boolean {
  try {
    if (Deno.build.os === "linux") {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes("tasks/demo.ts");
    }
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // No such process.
  }
}

async function stopRunning(): Promise<number> {
  const pid = await runningPid();
  if (pid === undefined) {
    say("No demo is running.");
    return 0;
  }
  Deno.kill(pid, "SIGTERM");
  const until = Date.now() + 60_000;
  while (isDemo(pid) && Date.now() < until) await new Promise((done) => setTimeout(done, 100));
  say(isDemo(pid) ? `The demo (process ${pid}) does not end.` : "The demo has ended.");
  return isDemo(pid) ? 1 : 0;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
