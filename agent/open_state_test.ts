import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "./config.ts";
import { openState } from "./open_state.ts";
import { TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";

function withAgent(
  name: string,
  test: (server: TestServer, agent: TestAgent) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const server = await TestServer.start();
    const agent = await TestAgent.enrolled(server);
    try {
      await test(server, agent);
    } finally {
      await agent.remove();
      await server.stop();
    }
  });
}

/** A good state.db of an agent that has worked and is stopped. */
async function work(server: TestServer, agent: TestAgent): Promise<string> {
  agent.start();
  await until("a hello", () => server.of("hello").length === 1);
  await server.order([server.config(), server.run()]);
  await until("a job's end", () => server.of("job.finished").length === 1);
  await agent.stop();
  return join(agent.state_dir, "state.db");
}

const damaged = (agent: TestAgent) =>
  [...Deno.readDirSync(agent.state_dir)].map(({ name }) => name)
    .filter((name) => /^state\.db\.damaged-[^.]*$/.test(name) && !/-(wal|shm)$/.test(name));

withAgent(
  "an agent whose state.db is no database sets it aside and says so",
  async (server, agent) => {
    const path = await work(server, agent);
    const rubbish = "no database ".repeat(1000);
    await Deno.writeTextFile(path, rubbish);
    agent.start();
    await until("a hello", () => server.of("hello").length === 2);
    assert.match(server.of("hello")[1]!.problems![0]!, /state\.db was damaged.*set aside/);
    assert.ok(server.of("hello")[1]!.problems![0]!.length <= 512, "as the protocol allows");
    assert.ok(agent.logged("state.db is damaged"));
    const [kept] = damaged(agent);
    assert.equal(await Deno.readTextFile(join(agent.state_dir, kept!)), rubbish, "nothing is lost");
    await server.order([server.config(2), server.run()]);
    await until("a job after it", () => server.of("job.finished").length === 2);

    await agent.stop();
    agent.start();
    await until("a hello", () => server.of("hello").length === 3);
    assert.equal(server.of("hello")[2]!.problems!.length, 1, "told until it is removed");
    await agent.stop();
    await Deno.remove(join(agent.state_dir, kept!));
    agent.start();
    await until("a hello", () => server.of("hello").length === 4);
    assert.deepEqual(server.of("hello")[3]!.problems, []);
  },
);

withAgent("damage in the middle of state.db is found at the start", async (server, agent) => {
  const path = await work(server, agent);
  using file = await Deno.open(path, { write: true, read: true });
  const { size } = await file.stat();
  for (let at = 4096 + 64; at < size; at += 4096) {
    await file.seek(at - 64, Deno.SeekMode.Start);
    await file.write(new Uint8Array(512).fill(0xa5));
  }
  agent.start();
  await until("a hello", () => server.of("hello").length === 2);
  assert.equal(server.of("hello")[1]!.problems!.length, 1);
  assert.equal(damaged(agent).length, 1);
});

withAgent("status names a damaged state.db and leaves it alone", async (server, agent) => {
  const path = await work(server, agent);
  await Deno.writeTextFile(path, "no database ".repeat(1000));
  const config = await readConfig(agent.config_dir);
  assert.throws(() => openState(agent.state_dir, config), {
    code: "failed",
    message: /is damaged/,
  });
  assert.equal(damaged(agent).length, 0);
});
