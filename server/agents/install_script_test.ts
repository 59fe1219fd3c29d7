import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset, Assets } from "../assets.ts";
import { toAppError } from "../errors.ts";
import { RESTIC_FLOOR, RESTIC_RECOMMENDED } from "../protocol/version.ts";
import { installChecksum, installFile, runtimeFile } from "./install_files.ts";

const SCRIPT = fileURLToPath(new URL("../../deploy/install/install.sh", import.meta.url));
const SERVER_KEY = `SHA256:${"k".repeat(43)}`;
const TOKEN = `rme_${"t".repeat(27)}`;

/** Stands in for the agent: writes down how it was called. */
const NOTING_AGENT = `
const dir = Deno.env.get("RM_AGENT_CONFIG_DIR");
const stdin = await new Response(Deno.stdin.readable).text();
const cmdline = await Deno.readTextFile("/proc/self/cmdline");
await Deno.writeTextFile(dir + "/noted.json", JSON.stringify({ args: Deno.args, stdin, cmdline }));
await Deno.writeTextFile(dir + "/agent.yaml", "{}");
`;

function assetsWith(agent: string): Assets {
  const asset = (text: string): Asset => {
    const body = new TextEncoder().encode(text);
    const sha256 = createHash("sha256").update(body).digest("hex");
    return { body, content_type: "text/plain", sha256 };
  };
  const files = new Map([
    ["agent.js", asset(agent)],
    ["restic-manager-agent.service", asset("[Service]\n")],
  ]);
  return { find: (name) => files.get(name) };
}

async function answer(path: string, assets: Assets): Promise<Response> {
  try {
    if (path === "/install/agent.js") return installFile(assets, "agent.js");
    if (path === "/install/agent.js.sha256") return installChecksum(assets, "agent.js");
    if (path.endsWith(".service")) return installFile(assets, "restic-manager-agent.service");
    return await runtimeFile(path.replace("/install/runtime/", ""), Deno.execPath());
  } catch (error) {
    return new Response(null, { status: toAppError(error).status });
  }
}

interface Machine {
  prefix: string;
  url: string;
  asked: string[];
  install(args: string[], options?: InstallOptions): Promise<{ code: number; output: string }>;
}

interface InstallOptions {
  /** The script comes in on standard input, as from curl. */
  piped?: boolean;
  /** No Deno on PATH. */
  no_deno?: boolean;
  stdin?: string;
}

/** All that the script may use of the machine. */
const TOOLS =
  "bash cat chmod curl cut head install mkdir mktemp mv rm sed setsid sha256sum sort tr uname"
    .split(" ");

/** A server on loopback and an empty folder to install into. */
async function onMachine(
  work: (machine: Machine) => Promise<void>,
  serve: (path: string) => Promise<Response> = (path) => answer(path, assetsWith(NOTING_AGENT)),
): Promise<void> {
  const prefix = await Deno.makeTempDir({ prefix: "rm-install-" });
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return serve(pathname);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const [bin, bare] = [join(prefix, "path"), join(prefix, "bare")];
  for (const dir of [bin, bare]) await Deno.mkdir(dir);
  await Deno.symlink(Deno.execPath(), join(bin, "deno"));
  for (const tool of TOOLS) {
    const found = ["/usr/bin", "/bin"].map((dir) => join(dir, tool)).find(exists);
    assert.ok(found !== undefined, `this test needs ${tool}: apt-get install it`);
    for (const dir of [bin, bare]) await Deno.symlink(found, join(dir, tool));
  }
  async function install(
    args: string[],
    { piped = false, no_deno = false, stdin = "" }: InstallOptions = {},
  ) {
    const child = new Deno.Command("setsid", {
      args: ["--wait", "bash", ...(piped ? ["-s", "--"] : [SCRIPT]), ...args],
      env: { PATH: no_deno ? bare : bin, HOME: prefix },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const input = new Blob([piped ? await Deno.readTextFile(SCRIPT) : stdin]).stream();
    // The script may end without reading what is typed to it.
    await input.pipeTo(child.stdin).catch(() => {});
    const { code, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    return { code, output: text.decode(stdout) + text.decode(stderr) };
  }
  try {
    await work({ prefix, url, asked, install });
  } finally {
    await server.shutdown();
    await Deno.remove(prefix, { recursive: true });
  }
}

function noted(prefix: string): { args: string[]; stdin: string; cmdline: string } {
  return JSON.parse(Deno.readTextFileSync(join(prefix, "etc/restic-manager/noted.json")));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // Another folder may have it.
  }
}

function mode(path: string): string {
  return (Deno.statSync(path).mode! & 0o777).toString(8);
}

Deno.test("install.sh, piped, installs the agent and hands it the token of a file on stdin only", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const token_file = join(prefix, "token");
    await Deno.writeTextFile(token_file, `${TOKEN}\n`);
    const base = ["--server", `${url}/`, "--server-key", SERVER_KEY, "--prefix", prefix];
    const { code, output } = await install([...base, "--token-file", token_file], { piped: true });
    assert.equal(code, 0, output);
    const { args, stdin, cmdline } = noted(prefix);
    assert.deepEqual(args, [
      "enroll",
      "--server",
      url,
      "--server-key",
      SERVER_KEY,
      "--token-stdin",
    ]);
    assert.equal(stdin, `${TOKEN}\n`);
    assert.ok(!cmdline.includes(TOKEN));
    assert.equal(mode(join(prefix, "etc/restic-manager")), "700");
    assert.equal(mode(join(prefix, "var/lib/restic-manager")), "700");
    assert.match(output, /Installed, but not started: systemd does not run on this machine\./);
    assert.match(output, /Nothing starts the agent at boot/);
    assert.match(output, /^Run it with: .*restic-manager-agent run$/m);
    assert.ok(!output.includes(TOKEN));
  });
});

Deno.test("install.sh run again updates the agent and keeps the enrolment unless forced", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix];
    const first = await install([...base, "--token-stdin"], { stdin: TOKEN });
    assert.equal(first.code, 0, first.output);
    const config_dir = join(prefix, "etc/restic-manager");
    await Deno.remove(join(config_dir, "noted.json"));
    const again = await install(base);
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /enrolment is kept/);
    assert.throws(() => noted(prefix), Deno.errors.NotFound);
    const forced = await install([...base, "--token-stdin", "--force"], { stdin: `${TOKEN}\n` });
    assert.equal(forced.code, 0, forced.output);
    assert.equal(noted(prefix).args.at(-1), "--force");
  });
});

/** Stands in for systemd: a service that runs keeps the agent's lock, as the real one does. */
async function giveSystemd(prefix: string): Promise<() => string[]> {
  const [notes, active] = [join(prefix, "systemctl.log"), join(prefix, "active")];
  await Deno.mkdir(join(prefix, "run/systemd/system"), { recursive: true });
  const program = `#!/usr/bin/bash
echo "$*" >> '${notes}'
case $1 in
  is-active) [[ -e '${active}' ]] ;;
  start | restart) : > '${active}' ;;
  stop) rm -f '${active}' ;;
esac
`;
  await Deno.writeTextFile(join(prefix, "path/systemctl"), program, { mode: 0o755 });
  return () => Deno.readTextFileSync(notes).trim().split("\n");
}

/** Refuses to enrol beside a service that runs, as the agent's lock does, or when told to. */
const LOCKED_AGENT = `
const root = Deno.env.get("RM_AGENT_CONFIG_DIR") + "/../..";
const exists = (path) => Deno.stat(path).then(() => true, () => false);
if (await exists(root + "/active")) Deno.exit(75);
if (await exists(root + "/refuse")) Deno.exit(1);
${NOTING_AGENT}`;

Deno.test("install.sh --cert-pin hands the pins to the agent", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const pins = ["--cert-pin", "ab".repeat(32), "--cert-pin", "cd".repeat(32)];
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix, "--token-stdin"];
    const { code, output } = await install([...base, ...pins], { stdin: TOKEN });
    assert.equal(code, 0, output);
    assert.deepEqual(noted(prefix).args.slice(-4), pins);
  });
});

Deno.test("install.sh --no-service says that it was asked not to start the agent", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    await giveSystemd(prefix);
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix, "--token-stdin"];
    const { code, output } = await install([...base, "--no-service"], { stdin: TOKEN });
    assert.equal(code, 0, output);
    assert.match(output, /Installed, but not started: --no-service was given\./);
  });
});

/** Programs that print one line, as restic and apt-cache on some machine. */
async function givePrograms(prefix: string, lines: Record<string, string>): Promise<void> {
  for (const [name, line] of Object.entries(lines)) {
    const program = `#!/usr/bin/bash\necho '${line}'\n`;
    await Deno.writeTextFile(join(prefix, "path", name), program, { mode: 0o755 });
  }
}

const RESTIC_CASES: [string, Record<string, string>, RegExp[], RegExp][] = [
  [
    "nothing of a restic that is new enough",
    { restic: "restic 0.18.0 compiled with go" },
    [],
    /restic/,
  ],
  [
    "to install the package when it is new enough",
    { "apt-cache": "  Candidate: 0.18.0-1+b5" },
    [
      /restic is not installed yet/,
      /this system has 0\.18\.0: apt-get install restic/,
      /no restart/,
    ],
    /github/,
  ],
  [
    "to take restic's own program where the package is too old",
    { "apt-cache": "  Candidate: 0.14.0-1+b5" },
    [
      /has only 0\.14\.0\./,
      /Debian 13/,
      /v0\.19\.1\/\{SHA256SUMS,restic_0\.19\.1_linux_a\w+64\.bz2\}/,
    ],
    /has 0/,
  ],
  [
    "to take restic's own program where there are no packages",
    { "apt-cache": "  Candidate: (none)" },
    [/needs 0\.17\.1 or newer\.$/m, /sha256sum --check/],
    /this system has/,
  ],
  [
    "that the restic there is too old",
    { restic: "restic 0.14.0 compiled with go1.19.8 on linux/amd64" },
    [/restic 0\.14\.0 is too old/, /github\.com\/restic/],
    /not installed/,
  ],
];

for (const [what, programs, said, unsaid] of RESTIC_CASES) {
  Deno.test(`install.sh says ${what}`, async () => {
    await onMachine(async ({ prefix, url, install }) => {
      await givePrograms(prefix, programs);
      const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix];
      const { code, output } = await install([...base, "--token-stdin"], { stdin: TOKEN });
      assert.equal(code, 0, output);
      const words = output.replaceAll("restic-manager", "");
      for (const text of said) assert.match(words, text);
      assert.doesNotMatch(words, unsaid);
    });
  });
}

Deno.test("install.sh wants the restic that the agent wants", async () => {
  const text = await Deno.readTextFile(SCRIPT);
  assert.ok(text.includes(`\nreadonly RESTIC_FLOOR=${RESTIC_FLOOR}\n`));
  assert.ok(text.includes(`\nreadonly RESTIC_WANTED=${RESTIC_RECOMMENDED}\n`));
});

Deno.test("install.sh --force over a running service stops it, enrols, and starts it again", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const calls = await giveSystemd(prefix);
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix, "--token-stdin"];
    const first = await install(base, { stdin: TOKEN });
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /Installed and started/);
    const unit = join(prefix, "etc/systemd/system/restic-manager-agent.service");
    assert.equal(Deno.readTextFileSync(unit), "[Service]\n");
    const forced = await install([...base, "--force"], { stdin: TOKEN });
    assert.equal(forced.code, 0, forced.output);
    const verbs = calls().map((call) => call.split(" ")[0]);
    const once = ["daemon-reload", "enable", "restart"];
    assert.deepEqual(verbs, ["is-active", ...once, "is-active", "stop", ...once]);
  }, (path) => answer(path, assetsWith(LOCKED_AGENT)));
});

Deno.test("install.sh --force starts the old service again when it cannot enrol", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const calls = await giveSystemd(prefix);
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix, "--token-stdin"];
    assert.equal((await install(base, { stdin: TOKEN })).code, 0);
    await Deno.writeTextFile(join(prefix, "refuse"), "");
    const forced = await install([...base, "--force"], { stdin: TOKEN });
    assert.equal(forced.code, 1, forced.output);
    assert.match(forced.output, /enrolment failed/);
    assert.equal(calls().at(-1), "start restic-manager-agent.service");
    assert.ok(exists(join(prefix, "active")));
  }, (path) => answer(path, assetsWith(LOCKED_AGENT)));
});

Deno.test("install.sh takes the server's own Deno where there is none", async () => {
  await onMachine(async ({ prefix, url, asked, install }) => {
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix];
    const { code, output } = await install([...base, "--token-stdin"], {
      no_deno: true,
      stdin: TOKEN,
    });
    assert.equal(code, 0, output);
    assert.ok(asked.includes(`/install/runtime/linux-${Deno.build.arch}`));
    assert.match(output, /downloaded from the server/);
  });
});

Deno.test("install.sh refuses what is wrong in one line and installs nothing", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const key = ["--server-key", SERVER_KEY, "--prefix", prefix];
    const cases: [string[], RegExp][] = [
      [key, /--server is missing/],
      [["--server", "http://backup.example", ...key], /must begin with https/],
      [["--server", url, "--server-key", "SHA256:short", "--prefix", prefix], /--server-key must/],
      [["--server", url, ...key, "--token", TOKEN], /never an argument/],
      [["--server", url, ...key, `--token=${TOKEN}`], /never an argument/],
      [["--server", url, ...key, "--nonsense"], /unknown argument/],
    ];
    for (const [args, message] of cases) {
      const { code, output } = await install(args);
      assert.equal(code, 1, output);
      assert.match(output, message);
      assert.equal(output.trim().split("\n").length, 1, output);
    }
    assert.throws(() => Deno.statSync(join(prefix, "opt")), Deno.errors.NotFound);
  });
});

Deno.test("install.sh without a terminal says how to give the token", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix];
    const without = await install(base, { piped: true });
    assert.equal(without.code, 1);
    assert.match(without.output, /error: there is no terminal .* --token-file/);
    const wrong = await install([...base, "--token-stdin"], { stdin: "hunter2\n" });
    assert.match(wrong.output, /error: that is no enrolment token/);
    assert.ok(!wrong.output.includes("hunter2"));
  });
});

Deno.test("install.sh does not keep an agent whose checksum is wrong", async () => {
  await onMachine(async ({ prefix, url, install }) => {
    const base = ["--server", url, "--server-key", SERVER_KEY, "--prefix", prefix];
    const { code, output } = await install([...base, "--token-stdin"], { stdin: TOKEN });
    assert.equal(code, 1);
    assert.match(output, /error: the checksum of \/install\/agent\.js is wrong/);
    const agent = join(prefix, "opt/restic-manager/agent.js");
    assert.throws(() => Deno.statSync(agent), Deno.errors.NotFound);
  }, (path) => answer(path, assetsWith(path.endsWith(".sha256") ? "other" : NOTING_AGENT)));
});

Deno.test("install.sh does nothing when only a part of it arrived", async () => {
  const text = await Deno.readTextFile(SCRIPT);
  const prefix = await Deno.makeTempDir({ prefix: "rm-install-" });
  // Nobody listens there: the whole script makes its folders and then fails.
  const server = ["--server", "http://127.0.0.1:1", "--server-key", SERVER_KEY];
  async function run(share: number): Promise<string[]> {
    const child = new Deno.Command("bash", {
      args: ["-s", "--", ...server, "--prefix", prefix],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const part = text.slice(0, Math.floor(text.length * share));
    await new Blob([part]).stream().pipeTo(child.stdin).catch(() => {});
    await child.status;
    return [...Deno.readDirSync(prefix)].map((entry) => entry.name).sort();
  }
  for (const share of [0.25, 0.5, 0.75, 0.99]) assert.deepEqual(await run(share), []);
  assert.deepEqual(await run(1), ["etc", "opt", "var"]);
  await Deno.remove(prefix, { recursive: true });
});
