import assert from "node:assert/strict";
import { TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";
import { FakeTiming } from "./timing.ts";

interface World {
  server: TestServer;
  agent: TestAgent;
  timing: FakeTiming;
}

/** A test with a connected agent whose time stands still. */
function withConnected(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const server = await TestServer.start();
    const agent = await TestAgent.enrolled(server);
    const timing = new FakeTiming();
    try {
      agent.start(timing);
      await until("the welcome", () => agent.logged("connected to"));
      await until("the watch", () => timing.sleeping > 0);
      await test({ server, agent, timing });
    } finally {
      await agent.remove();
      await server.stop();
    }
  });
}

async function tick({ timing }: World, seconds: number): Promise<void> {
  timing.advance(seconds);
  await until("the watch to sleep again", () => timing.sleeping > 0);
}

withConnected(
  "a clock set back or forth is told to the server at once, by a new hello",
  async (world) => {
    const { server, timing } = world;
    for (const [n, hours] of [-3, 72].entries()) {
      timing.jump(hours * 3600);
      await tick(world, 5);
      await until("the next hello", () => server.of("hello").length === n + 2);
      const { time } = server.of("hello").at(-1)!;
      assert.ok(Math.abs(Date.parse(time) - timing.now_ms()) < 10_000);
      await until("the watch", () => timing.sleeping > 0);
    }
  },
);

withConnected("a clock that is corrected by seconds changes nothing", async (world) => {
  const { server, timing } = world;
  timing.jump(-9);
  await tick(world, 5);
  timing.jump(9);
  await tick(world, 26);
  await until("the heartbeat", () => server.of("heartbeat").length === 1);
  assert.equal(server.of("hello").length, 1);
});

withConnected("a clock set back does not hide a server that is silent", async (world) => {
  const { server, agent, timing } = world;
  timing.jump(-9);
  await tick(world, 44);
  assert.equal(agent.logged("silent"), false);
  timing.advance(1);
  await until("the end", () => agent.logged("silent for 45 s"));
  assert.equal(server.of("hello").length, 1);
});

Deno.test("after a machine's sleep the agent does not wait any longer for its next attempt", async () => {
  const server = await TestServer.start();
  const agent = await TestAgent.enrolled(server);
  const timing = new FakeTiming();
  try {
    server.refuse_with = 401;
    agent.start(timing);
    await until("the log line", () => agent.logged("does not know this agent"));
    await until("the wait of a minute", () => timing.sleeping === 2);
    server.refuse_with = undefined;
    timing.jump(8 * 3600);
    timing.advance(5);
    await until("the welcome", () => agent.logged("connected to"));
  } finally {
    await agent.remove();
    await server.stop();
  }
});
