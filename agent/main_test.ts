import assert from "node:assert/strict";
import { join } from "node:path";
import {
  enrollmentStatement,
  fingerprintOf,
  identityStatement,
  signText,
  toBase64,
} from "../server/protocol/signing.ts";
import { selfSigned } from "../server/tasks/stack/certificates.ts";
import { AgentLock } from "./lock.ts";
import { HOST_ID, TestServer, until } from "./test_server.ts";
import { TestAgent } from "./test_agent.ts";
import { RecordingProxy } from "./test_tls_proxy.ts";

const MAIN = new URL("./main.ts", import.meta.url).pathname;
const TOKEN = "rme_token-of-the-test";

/** The two addresses of enrolment, with a real key. */
class EnrollmentServer {
  /** Bodies of POST …/enroll: where a token would show. */
  readonly bodies: string[] = [];
  readonly #key: CryptoKeyPair;
  readonly #raw: Uint8Array<ArrayBuffer>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  identity_statement = identityStatement;
  enrollment_statement = enrollmentStatement;
  refusal: Response | undefined;

  private constructor(key: CryptoKeyPair, raw: Uint8Array<ArrayBuffer>) {
    this.#key = key;
    this.#raw = raw;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
  }
  static async start(): Promise<EnrollmentServer> {
    const key = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const pair = key as CryptoKeyPair;
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return new EnrollmentServer(pair, raw);
  }
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }
  fingerprint(): Promise<string> {
    return fingerprintOf(this.#raw);
  }
  stop(): Promise<void> {
    return this.#server.shutdown();
  }
  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const public_key = toBase64(this.#raw);
    if (request.method === "GET") {
      const statement = this.identity_statement(url.searchParams.get("nonce")!);
      const signature = await signText(this.#key.privateKey, statement);
      return Response.json({ public_key, signature });
    }
    const text = await request.text();
    this.bodies.push(text);
    if (this.refusal !== undefined) return this.refusal;
    const { nonce } = JSON.parse(text) as { nonce: string };
    const bearer = "rma_bearer-of-the-test";
    const statement = this.enrollment_statement(nonce, HOST_ID, bearer);
    const signature = await signText(this.#key.privateKey, statement);
    const host = { host_id: HOST_ID, host_name: "web-01" };
    return Response.json({ ...host, bearer, public_key, epoch: 1, signature });
  }
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

async function agent(dir: string, args: string[], stdin = ""): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", MAIN, ...args],
    env: {
      RM_AGENT_CONFIG_DIR: join(dir, "config"),
      RM_AGENT_STATE_DIR: join(dir, "state"),
      NO_COLOR: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {}); // It may not read.
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function withServer(
  name: string,
  test: (server: EnrollmentServer, dir: string) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const server = await EnrollmentServer.start();
    const dir = await Deno.makeTempDir();
    try {
      await test(server, dir);
    } finally {
      await server.stop();
      await Deno.remove(dir, { recursive: true });
    }
  });
}

async function enrollArgs(server: EnrollmentServer): Promise<string[]> {
  const fingerprint = await server.fingerprint();
  return ["enroll", "--server", server.url, "--server-key", fingerprint, "--token-stdin"];
}

const fileOf = (dir: string) => join(dir, "config", "agent.yaml");

function isPlain({ stderr }: Ran): void {
  assert.doesNotMatch(stderr, /\n\s+at |Error:/, "no stack");
  assert.ok(stderr.trimEnd().split("\n").length <= 2, stderr);
}

withServer(
  "enroll writes a private agent.yaml, and again only with --force",
  async (server, dir) => {
    const args = await enrollArgs(server);
    const first = await agent(dir, args, TOKEN + "\n");
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.match(first.stdout, /host web-01/);
    assert.equal((await Deno.stat(fileOf(dir))).mode! & 0o777, 0o600);
    assert.equal(JSON.parse(server.bodies[0]!).token, TOKEN);
    const written = await Deno.readTextFile(fileOf(dir));
    assert.equal(written.includes(TOKEN), false);

    const again = await agent(dir, args, TOKEN + "\n");
    assert.equal(again.code, 73);
    isPlain(again);
    assert.equal(server.bodies.length, 1);
    assert.equal((await agent(dir, [...args, "--force"], TOKEN + "\n")).code, 0);
    assert.notEqual(await Deno.readTextFile(fileOf(dir)), written, "a new secrets key");
  },
);

withServer("enroll keeps the token from a server with another key", async (server, dir) => {
  const other = `SHA256:${"A".repeat(43)}`;
  const args = ["enroll", "--server", server.url, "--server-key", other, "--token-stdin"];
  const ran = await agent(dir, args, TOKEN);
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /nothing was sent/);
  isPlain(ran);
  assert.deepEqual(server.bodies, []);
});

withServer("enroll keeps the token from a server that replays a proof", async (server, dir) => {
  server.identity_statement = () => identityStatement("an older nonce");
  const ran = await agent(dir, await enrollArgs(server), TOKEN);
  assert.equal(ran.code, 1);
  assert.deepEqual(server.bodies, []);
});

withServer("enroll keeps nothing of an answer that was swapped on the way", async (server, dir) => {
  server.enrollment_statement = (nonce, host) => enrollmentStatement(nonce, host, "rma_other");
  const ran = await agent(dir, await enrollArgs(server), TOKEN);
  assert.equal(ran.code, 1);
  isPlain(ran);
  await assert.rejects(Deno.stat(fileOf(dir)), Deno.errors.NotFound);
});

withServer("enroll repeats the server's reason when the token is refused", async (server, dir) => {
  const body = { code: "token_used", message: "This token was used.", hint: "Make a new\none." };
  server.refusal = Response.json(body, { status: 403 });
  const ran = await agent(dir, await enrollArgs(server), TOKEN);
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /This token was used\.\n {2}Make a new one\./);
  assert.equal(ran.stderr.includes(TOKEN), false);
});

withServer("enroll and run refuse to be a second agent, naming the first", async (server, dir) => {
  assert.equal((await agent(dir, await enrollArgs(server), TOKEN)).code, 0);
  const lock = await AgentLock.acquire(join(dir, "state"));
  try {
    for (const args of [["run"], [...await enrollArgs(server), "--force"]]) {
      const ran = await agent(dir, args, TOKEN);
      assert.equal(ran.code, 75);
      assert.match(ran.stderr, new RegExp(`process id ${Deno.pid}`));
      isPlain(ran);
    }
  } finally {
    lock.release();
  }
  assert.equal((await agent(dir, ["status"])).code, 1, "not running");
});

Deno.test("enroll refuses a token as an argument, whatever its flag", async () => {
  const dir = await Deno.makeTempDir();
  for (const bad of [[TOKEN], ["--token", "x"], ["--token=x"], [`--token-file=${TOKEN}`]]) {
    const ran = await agent(dir, ["enroll", ...bad]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /must not be an argument/);
    assert.equal(ran.stderr.includes(TOKEN), false);
    isPlain(ran);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("the command line names each mistake with its exit code and no stack", async () => {
  const dir = await Deno.makeTempDir();
  const key = `SHA256:${"A".repeat(43)}`;
  const cases: [string[], number, RegExp][] = [
    [[], 2, /give one command/],
    [["fly"], 2, /no command fly/],
    [["run", "--wings"], 2, /--wings/],
    [["enroll"], 2, /wants --server/],
    [["enroll", "--server", "http://backup.example", "--server-key", key], 2, /https:/],
    [["enroll", "--server", "https://u:p@x", "--server-key", key], 2, /user or password/],
    [["enroll", "--server", "https://x", "--server-key", "md5"], 2, /no fingerprint/],
    [["enroll", "--server", "http://127.0.0.1:1", "--server-key", key], 69, /does not answer/],
    [["run"], 78, /not enrolled/],
    [["status"], 78, /not enrolled/],
  ];
  for (const [args, code, message] of cases) {
    const ran = await agent(dir, args);
    assert.equal(ran.code, code, args.join(" ") + ran.stderr);
    assert.match(ran.stderr, message);
    isPlain(ran);
  }
  const version = await agent(dir, ["version", "--json"]);
  assert.equal(typeof JSON.parse(version.stdout).protocol_version, "number");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("run ignores SIGHUP, and on SIGTERM ends in order with exit code 0", async () => {
  const server = await TestServer.start();
  const enrolled = await TestAgent.enrolled(server);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", MAIN, "run", "--log-format", "json"],
    env: { RM_AGENT_CONFIG_DIR: enrolled.config_dir, RM_AGENT_STATE_DIR: enrolled.state_dir },
    stderr: "piped",
  }).spawn();
  const output = child.stderr.pipeThrough(new TextDecoderStream());
  const said = Array.fromAsync(output);
  try {
    await until("the hello", () => server.of("hello").length > 0);
    child.kill("SIGHUP");
    await server.order([server.config()]);
    await until("config.ack", () => server.of("config.ack").length > 0);
    const dirs = ["--config-dir", enrolled.config_dir, "--state-dir", enrolled.state_dir];
    const status = await agent("/nonexistent", ["status", "--json", ...dirs]);
    assert.equal(status.code, 0, status.stderr);
    assert.deepEqual(
      [JSON.parse(status.stdout).pid, JSON.parse(status.stdout).connected],
      [child.pid, true],
    );
  } finally {
    child.kill("SIGTERM");
  }
  assert.equal((await child.status).code, 0);
  const lines = (await said).join("").trim().split("\n").map((line) => JSON.parse(line).message);
  assert.match(lines[0], /^connected to/);
  assert.equal(lines.at(-1), "stopping");
  await enrolled.remove();
  await server.stop();
});

withServer("enroll --force keeps where restic is", async (server, dir) => {
  const args = await enrollArgs(server);
  assert.equal((await agent(dir, args, TOKEN)).code, 0);
  const config = JSON.parse(await Deno.readTextFile(fileOf(dir)));
  await Deno.writeTextFile(fileOf(dir), JSON.stringify({ ...config, restic_path: "/opt/restic" }));
  assert.equal((await agent(dir, [...args, "--force"], TOKEN)).code, 0);
  assert.equal(JSON.parse(await Deno.readTextFile(fileOf(dir))).restic_path, "/opt/restic");
});

withServer("enroll --force refuses an agent.yaml that others can read", async (server, dir) => {
  const args = await enrollArgs(server);
  assert.equal((await agent(dir, args, TOKEN)).code, 0);
  await Deno.chmod(fileOf(dir), 0o644);
  const again = await agent(dir, [...args, "--force"], TOKEN);
  assert.equal(again.code, 77);
  assert.match(again.stderr, /can be read by others\n {2}chmod 600/);
  isPlain(again);
  assert.equal(server.bodies.length, 1, "no token was used up");
});

withServer("enroll --cert-pin sends nothing to another certificate", async (server, dir) => {
  const proxy = await RecordingProxy.start(server.url, await selfSigned(["127.0.0.1"]));
  try {
    const args = await enrollArgs(server);
    args[2] = proxy.url;
    const pinned = (pin: string) => agent(dir, [...args, "--cert-pin", pin], TOKEN);
    const wrong = await pinned("ab".repeat(32));
    assert.equal(wrong.code, 1);
    assert.ok(wrong.stderr.includes(proxy.fingerprint), wrong.stderr);
    isPlain(wrong);
    assert.deepEqual(proxy.received, []);
    assert.equal((await pinned("abc")).code, 2);

    const right = await pinned(proxy.fingerprint.toUpperCase());
    assert.deepEqual([right.code, right.stderr], [0, ""]);
    assert.deepEqual(JSON.parse(server.bodies[0]!).cert_pins, [proxy.fingerprint]);
    const config = JSON.parse(await Deno.readTextFile(fileOf(dir)));
    assert.deepEqual(config.cert_pin_sha256, [proxy.fingerprint]);
  } finally {
    await proxy.stop();
  }
});
