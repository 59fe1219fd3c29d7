import assert from "node:assert/strict";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { type TestApp, testApp } from "../../server/testing.ts";
import { HostileWorld } from "../fuzz/hostile_world.ts";
import { RawSocket } from "../fuzz/raw_socket.ts";

interface Served {
  world: HostileWorld;
  app: TestApp;
  port: number;
  /** A socket of the attacker that has said hello. */
  attack(): Promise<RawSocket>;
}

/** The real app on a port of loopback, asked over REST all the while; prints how long that took. */
async function onPort(t: Deno.TestContext, work: (served: Served) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const app = await testApp({ config: { base_url: `http://127.0.0.1:${port}` } });
  const world = await HostileWorld.create(app);
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  const sockets: RawSocket[] = [];
  const honest = await RawSocket.open(port, world.other.bearer);
  sockets.push(honest);
  honest.text(JSON.stringify(world.frames().hello));
  const stop = new AbortController();
  const watch = watchAnswers(port, world, stop.signal);
  try {
    await work({
      ...{ world, app, port },
      async attack() {
        const socket = await RawSocket.open(port, world.attacker.bearer);
        sockets.push(socket);
        socket.text(JSON.stringify(world.frames().hello));
        return socket;
      },
    });
    honest.text(JSON.stringify(world.frames().heartbeat));
    await honest.until((text) => text.includes("heartbeat.reply"));
    assert.equal(app.services.hub.connected(world.other.id), true, "the other agent stays");
  } finally {
    stop.abort();
    const slowest_ms = await watch;
    await t.step(`slowest answer over REST meanwhile: ${Math.round(slowest_ms)} ms`, () => {});
    for (const socket of sockets) socket.close();
    app.services.agent_sessions.shutDown();
    await server.shutdown();
    app.services.db.close();
  }
}

/** Asks over and over; every answer must be 200. Answers how long the slowest took. */
async function watchAnswers(port: number, world: HostileWorld, over: AbortSignal): Promise<number> {
  let slowest_ms = 0;
  while (!over.aborted) {
    const began_ms = performance.now();
    world.app.clock.advance(1);
    const answer = await fetch(`http://127.0.0.1:${port}/api/hosts/${world.other.id}`, {
      headers: { cookie: world.admin.cookie },
    });
    await answer.body?.cancel();
    assert.equal(answer.status, 200);
    slowest_ms = Math.max(slowest_ms, performance.now() - began_ms);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return slowest_ms;
}

async function until(what: string, is_so: () => boolean): Promise<void> {
  for (let n = 0; n < 1000; n++) {
    if (is_so()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited 10 s for ${what}`);
}

function kinds({ app, attacker }: HostileWorld): string[] {
  const query = { action: "agent.violation", target_id: attacker.id, limit: 500 };
  app.services.agent_sessions.tellViolations();
  return app.services.audit.list(SYSTEM, query).items.map((entry) => JSON.stringify(entry.payload));
}

Deno.test("bytes that are no text frames of JSON close the socket and are audited", async (t) => {
  await onPort(t, async ({ world, app, attack }) => {
    const cases: [string, (socket: RawSocket) => void, RegExp][] = [
      ["a binary frame", (socket) => socket.frame(0x82, new Uint8Array([1, 2, 3])), /not_text/],
      ["a frame over 1 MiB", (socket) => socket.text("x".repeat(1_100_000)), /too_big/],
      ["invalid UTF-8", (socket) => socket.frame(0x81, new Uint8Array([0xff, 0xfe, 0xc0])), /./],
      ["a reserved opcode", (socket) => socket.frame(0x83, new Uint8Array([1])), /./],
      ["reserved bits", (socket) => socket.frame(0xf1, new Uint8Array([0x7b, 0x7d])), /./],
      ["a ping of 300 bytes", (socket) => socket.frame(0x89, new Uint8Array(300)), /./],
    ];
    for (const [what, act, kind] of cases) {
      world.app.clock.advance(601);
      const socket = await attack();
      await until("a welcome", () => app.services.hub.connected(world.attacker.id));
      act(socket);
      await until(`the close after ${what}`, () => !app.services.hub.connected(world.attacker.id));
      if (kind.source !== ".") assert.match(kinds(world)[0]!, kind, what);
    }
  });
});

Deno.test("unreadable text, nested 100,000 deep and with keys twice, is counted and closes at the tenth", async (t) => {
  await onPort(t, async ({ world, app, attack }) => {
    const socket = await attack();
    await until("a welcome", () => app.services.hub.connected(world.attacker.id));
    const texts = [
      "[".repeat(100_000) + "]".repeat(100_000),
      '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000),
      '{"type":"heartbeat","type":"hello"}',
      '{"type":"ack","command_ids":{"length":{"toString":1,"valueOf":1}}}',
      "\x1b[2J\x1b]0;title\x07",
      "\ud800".toWellFormed(),
      "null",
      '"hello"',
      "1e999",
    ];
    for (const text of texts) socket.text(text);
    socket.text(JSON.stringify(world.frames().heartbeat));
    await socket.until((text) => text.includes("heartbeat.reply"));
    assert.equal(app.services.hub.connected(world.attacker.id), true);
    socket.text("{");
    await until("the close", () => !app.services.hub.connected(world.attacker.id));
  });
});

Deno.test("a message of unfinished fragments, or of 2^63 bytes, keeps nobody else waiting", async (t) => {
  await onPort(t, async ({ world, app, attack }) => {
    const socket = await attack();
    await until("a welcome", () => app.services.hub.connected(world.attacker.id));
    socket.frame(0x01, new Uint8Array(60_000).fill(0x20));
    for (let n = 0; n < 200; n++) socket.frame(0x00, new Uint8Array(60_000).fill(0x20));
    await socket.drained();
    const other = await attack();
    other.raw(hugeHeader());
    await other.drained();
    const answer = await app.ask("/healthz");
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  });
});

Deno.test("floods of heartbeats, of hellos, of sockets and of unknown bearers are cut off", async (t) => {
  await onPort(t, async ({ world, app, port, attack }) => {
    const socket = await attack();
    await until("a welcome", () => app.services.hub.connected(world.attacker.id));
    const beat = JSON.stringify(world.frames().heartbeat);
    for (let n = 0; n < 10_000; n++) socket.text(beat);
    await until("the flood's close", () => !app.services.hub.connected(world.attacker.id));
    assert.match(kinds(world).join(), /too_much/);

    const unknown = `rma_${"x".repeat(43)}`;
    const refused = await Promise.all(
      Array.from({ length: 500 }, () => RawSocket.statusOf(port, unknown)),
    );
    assert.deepEqual([...new Set(refused)], [401]);

    world.app.clock.advance(120);
    const opened = await Promise.all(
      Array.from({ length: 200 }, () => RawSocket.statusOf(port, world.attacker.bearer)),
    );
    const counts = (status: number) => opened.filter((one) => one === status).length;
    assert.equal(counts(101) + counts(429), 200);
    assert.ok(counts(101) < 130 && counts(429) > 0, `${counts(101)} opened`);
    const { body } = await fetch(`http://127.0.0.1:${port}/healthz`);
    await body?.cancel();
    await t.step(`of 200 sockets at once ${counts(101)} were upgraded`, () => {});
  });
});

Deno.test("an agent that reads nothing is closed before the server holds much for it", async (t) => {
  await onPort(t, async ({ world, app, attack }) => {
    const socket = await attack();
    await until("a welcome", () => app.services.hub.connected(world.attacker.id));
    socket.stopReading();
    const beat = JSON.stringify(world.frames().heartbeat);
    for (let n = 0; n < 400; n++) {
      if (!app.services.hub.connected(world.attacker.id)) break;
      for (let beats = 0; beats < 1000; beats++) socket.text(beat);
      world.app.clock.advance(10);
      await socket.drained();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await until("the close", () => !app.services.hub.connected(world.attacker.id));
    assert.match(kinds(world).join(), /too_slow|too_much/);
  });
});

/** A text frame that announces more than anybody has. */
function hugeHeader(): Uint8Array {
  return new Uint8Array([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
}
