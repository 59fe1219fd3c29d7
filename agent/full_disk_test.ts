import assert from "node:assert/strict";
import { join } from "node:path";
import { SmallDisk } from "../tests/small_disk.ts";
import { describeStatus, readStatus, statusExit } from "./status.ts";
import { TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";
import { systemTiming, type Timing } from "./timing.ts";

interface World {
  server: TestServer;
  agent: TestAgent;
  disk: SmallDisk;
}

/** An agent whose state is on a disk of 40 MB. */
function onSmallDisk(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const disk = await SmallDisk.mount(40);
    const server = await TestServer.start();
    const agent = await TestAgent.enrolled(server, join(disk.dir, "state"));
    try {
      await test({ server, agent, disk });
    } finally {
      await agent.remove();
      await server.stop();
      await disk.unmount();
    }
  });
}

function hasSpareRoom(agent: TestAgent): boolean {
  try {
    return Deno.statSync(spare(agent)).size === 4 * 1024 * 1024;
  } catch {
    return false; // Not yet.
  }
}

/** Looks for room a thousand times as often. */
function quickTiming(): Timing {
  const timing = systemTiming();
  return { ...timing, sleep: (ms, signal) => timing.sleep(ms / 1000, signal) };
}

const spare = (agent: TestAgent) => join(agent.state_dir, "spare-room");

/** It was connected once, and is stopped. */
async function workBefore({ server, agent }: World): Promise<void> {
  agent.start();
  await until("a hello", () => server.of("hello").length === 1);
  await until("the welcome", () => agent.logged("connected to"));
  await server.order([server.config()]);
  await until("the spare room", () => hasSpareRoom(agent));
  await agent.stop();
}

onSmallDisk(
  "an agent started on a full disk gives up its spare room, says so, and backs up",
  async (world) => {
    const { server, agent, disk } = world;
    await workBefore(world);
    disk.fill();
    agent.start();
    await until("a hello", () => server.of("hello").length === 2);
    assert.ok(agent.logged("is full: the agent starts in the room it kept for this"));
    const [problem] = server.of("hello")[1]!.problems!;
    assert.match(problem!, /has \d\.\d MiB left: jobs run and their results are kept/);
    await server.order([server.config(2), server.run()]);
    await until("the job's end", () => server.of("job.finished").length === 1);
    assert.equal(server.of("job.finished")[0]!.status, "succeeded");
    assert.match(describeStatus(await readStatus(agent)), /disk {6}\d\.\d MiB left/);
    await agent.stop();
    disk.empty();
    agent.start();
    await until("a hello", () => server.of("hello").length === 3);
    assert.deepEqual(server.of("hello")[2]!.problems, []);
    await until("the spare room", () => hasSpareRoom(agent));
  },
);

onSmallDisk(
  "an agent without any room waits, says so, and goes on once there is some",
  async (world) => {
    const { server, agent, disk } = world;
    await workBefore(world);
    await Deno.remove(spare(agent));
    disk.fill();
    agent.start(quickTiming());
    await until("the log", () => agent.logged("waits for room and backs nothing up"));
    const status = await readStatus(agent);
    assert.equal(status.disk_full, true);
    assert.match(describeStatus(status), /disk {6}full: /);
    assert.notEqual(statusExit(status), "ok");
    assert.equal(server.of("hello").length, 1, "it does not greet without knowing its jobs");
    disk.empty();
    await until("a hello", () => server.of("hello").length === 2);
    assert.equal(agent.log_lines.filter((line) => line.includes("waits for room")).length, 1);
  },
);

onSmallDisk("an agent that waits for room is stopped at once", async (world) => {
  const { agent, disk } = world;
  await workBefore(world);
  await Deno.remove(spare(agent));
  disk.fill();
  agent.start();
  await until("the log", () => agent.logged("waits for room"));
  await agent.stop();
  disk.empty();
});
