import assert from "node:assert/strict";
import { join } from "node:path";
import { certPin } from "../server/protocol/cert_pin.ts";
import { selfSigned } from "../server/tasks/stack/certificates.ts";
import { CertPins, type KeptPins } from "./cert_pins.ts";
import { readConfig, writeConfig } from "./config.ts";
import { createAgentLog } from "./log.ts";
import { TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";
import { RecordingProxy } from "./test_tls_proxy.ts";

const BEARER = "rma_bearer-of-the-test";

interface World {
  server: TestServer;
  proxy: RecordingProxy;
  agent: TestAgent;
  /** Changes what agent.yaml says. */
  edit(change: Partial<Awaited<ReturnType<typeof readConfig>>>): Promise<void>;
}

function withWorld(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const server = await TestServer.start();
    const proxy = await RecordingProxy.start(server.url, await selfSigned(["127.0.0.1"]));
    const agent = await TestAgent.enrolled(server);
    async function edit(change: Parameters<World["edit"]>[0]) {
      const config = await readConfig(agent.config_dir);
      await writeConfig(agent.config_dir, { ...config, ...change });
    }
    try {
      await test({ server, proxy, agent, edit });
    } finally {
      await agent.remove();
      await proxy.stop();
      await server.stop();
    }
  });
}

const OTHER = "ab".repeat(32);

Deno.test("certPin takes a fingerprint as openssl and browsers write it", () => {
  const colons = OTHER.match(/../g)!.join(":").toUpperCase();
  for (const text of [OTHER, colons, `sha256 Fingerprint=${colons}`, `SHA256: ${OTHER}`]) {
    assert.equal(certPin(text), OTHER);
  }
  for (const text of ["", OTHER.slice(1), `${OTHER}0`, OTHER.replace("a", "g")]) {
    assert.equal(certPin(text), undefined);
  }
});

withWorld("a pinned agent talks to a self-signed server of that certificate", async (world) => {
  const { server, proxy, agent, edit } = world;
  await edit({ server_url: proxy.url, cert_pin_sha256: [OTHER, proxy.fingerprint] });
  agent.start();
  await until("a hello", () => server.of("hello").length === 1);
  assert.deepEqual(server.authorizations, [`Bearer ${BEARER}`]);
  await server.order([server.config()]);
  await until("the config", () => server.of("config.ack").length === 1);
  await server.order([server.run()]);
  await until("the end of a job", () => server.of("job.finished").length === 1);
});

withWorld("the bearer never reaches a certificate that is not pinned", async (world) => {
  const { server, proxy, agent, edit } = world;
  await edit({ server_url: proxy.url, cert_pin_sha256: [OTHER] });
  agent.start();
  await until("the reason", () => agent.logged("but pinned is"));
  assert.deepEqual(proxy.received, [], "not one byte after the handshake");
  assert.equal(server.connections, 0);
  assert.ok(agent.logged(proxy.fingerprint), "what is shown");
  assert.ok(agent.logged(OTHER), "what is pinned");
  assert.ok(agent.logged("cert_pin_sha256"), "what to do");
});

withWorld("a refused bearer is told to a pinned agent as to any", async (world) => {
  const { server, proxy, agent, edit } = world;
  server.refuse_with = 401;
  await edit({ server_url: proxy.url, cert_pin_sha256: [proxy.fingerprint] });
  agent.start();
  await until("the reason", () => agent.logged("does not know this agent"));
});

withWorld("a pushed pin that is not the present certificate waits and is told", async (world) => {
  const { server, proxy, agent, edit } = world;
  await edit({ server_url: proxy.url, cert_pin_sha256: [proxy.fingerprint] });
  agent.start();
  await until("a hello", () => server.of("hello").length === 1);
  await server.order([{ ...server.config(), cert_pins: [OTHER] }]);
  await until("a new hello", () => server.of("hello").length === 2);
  assert.match(server.of("hello")[1]!.problems![0]!, /not in force.*none of them/);
  const kept = await readConfig(agent.config_dir);
  assert.deepEqual(kept.cert_pin_sha256, [proxy.fingerprint], "what was good stays");
  assert.deepEqual(kept.cert_pin_sha256_pushed, [OTHER]);
  await agent.stop();
  agent.start();
  await until("a connection after a restart", () => server.of("hello").length >= 3);
});

withWorld("pins current and next follow the server to its next certificate", async (world) => {
  const { server, proxy, agent, edit } = world;
  const next = await selfSigned(["127.0.0.1"]);
  await edit({ server_url: proxy.url, cert_pin_sha256: [proxy.fingerprint] });
  agent.start();
  await until("a hello", () => server.of("hello").length === 1);
  await server.order([{ ...server.config(), cert_pins: [proxy.fingerprint, next.fingerprint] }]);
  await until("both in force", () => server.of("hello").length === 2);
  assert.deepEqual(server.of("hello")[1]!.problems, []);
  await agent.stop();
  const renewed = await RecordingProxy.start(server.url, next);
  try {
    await edit({ server_url: renewed.url });
    agent.start();
    await until("a connection to the next", () => server.of("hello").length === 3);
    await agent.stop();
  } finally {
    await renewed.stop();
  }
});

class Pins {
  kept: KeptPins = { cert_pin_sha256: [], cert_pin_sha256_pushed: null };
  shown: string | Error = "11".repeat(32);
  readonly changes: string[] = [];
  readonly pins = new CertPins({
    kept: this.kept,
    save: (kept) => {
      this.kept = kept;
      return Promise.resolve();
    },
    look: () =>
      typeof this.shown === "string" ? Promise.resolve(this.shown) : Promise.reject(this.shown),
    onChanged: (what) => this.changes.push(what),
    log: createAgentLog("text", () => {}),
  });
}

Deno.test("an unpinned agent takes a pushed pin only when the server shows that certificate", async () => {
  const world = new Pins();
  const { pins } = world;
  const next = "22".repeat(32);
  await pins.push([next]);
  assert.deepEqual(pins.accepted, [], "still as before");
  assert.match(pins.problem!, /not in force/);
  world.shown = next;
  await pins.push([next]);
  assert.deepEqual([pins.accepted, pins.problem], [[next], null]);
  await pins.push([next]);
  assert.equal(world.changes.length, 2, "the same again changes nothing");
  await pins.push(undefined);
  assert.deepEqual(pins.accepted, [next], "an old server takes nothing away");
  await pins.push([]);
  assert.deepEqual(pins.accepted, []);
});

Deno.test("a pushed set counts beside the old one, and alone once it was shown", async () => {
  const world = new Pins();
  const { pins } = world;
  const [one, two] = ["11".repeat(32), "22".repeat(32)];
  await pins.push([one]);
  await pins.push([two]);
  assert.deepEqual(pins.accepted, [one, two]);
  pins.connected(two);
  await pins.push([two]);
  assert.deepEqual([pins.accepted, world.kept.cert_pin_sha256_pushed], [[two], null]);
});

Deno.test("a pin that cannot be checked is not in force", async () => {
  const world = new Pins();
  world.shown = new Error("no TLS here");
  await world.pins.push([OTHER]);
  assert.deepEqual(world.pins.accepted, []);
  assert.match(world.pins.problem!, /no TLS here/);
});

Deno.test("agent.yaml may write a pin as openssl does", async () => {
  const server = await TestServer.start();
  const agent = await TestAgent.enrolled(server);
  try {
    const file = join(agent.config_dir, "agent.yaml");
    const config = JSON.parse(await Deno.readTextFile(file));
    config.cert_pin_sha256 = [OTHER.match(/../g)!.join(":").toUpperCase()];
    await Deno.writeTextFile(file, JSON.stringify(config));
    assert.deepEqual((await readConfig(agent.config_dir)).cert_pin_sha256, [OTHER]);
  } finally {
    await agent.remove();
    await server.stop();
  }
});
