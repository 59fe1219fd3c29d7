import assert from "node:assert/strict";
import { ADMIN, aHost, type TestWorld, testWorld } from "../agents/test_world.ts";
import { mintId } from "../ids.ts";
import type { Command, NewCommand } from "./commands.ts";

const HOUR_MS = 3_600_000;

function cancelOf(job_id = mintId()): NewCommand {
  return { type: "command.cancel", job_id };
}

async function twoHosts(world: TestWorld): Promise<[string, string]> {
  const a = await world.enrollment.add(ADMIN, aHost("web-01"));
  const b = await world.enrollment.add(ADMIN, aHost("web-02"));
  return [a.host.id, b.host.id];
}

function issue(world: TestWorld, host_id: string, command = cancelOf()): Command {
  const expires = world.clock.now_ms() + HOUR_MS;
  return world.db.transaction(() => world.commands.issue(host_id, command, expires));
}

Deno.test("commands.issue() counts up per host and waiting() answers in that order", async () => {
  const world = await testWorld();
  const [a, b] = await twoHosts(world);
  const issued = [issue(world, a), issue(world, b), issue(world, a)];
  assert.deepEqual(issued.map((command) => command.counter), [1, 1, 2]);
  assert.deepEqual(world.commands.waiting(a, 10), [issued[0], issued[2]]);
  assert.deepEqual(world.commands.waiting(a, 10, 1), [issued[2]]);
  assert.deepEqual(world.commands.waiting(a, 1), [issued[0]]);
  world.db.close();
});

Deno.test("commands.issue() keeps nothing when the transaction of its cause fails", async () => {
  const world = await testWorld();
  const [a] = await twoHosts(world);
  assert.throws(() =>
    world.db.transaction(() => {
      world.commands.issue(a, cancelOf(), world.clock.now_ms() + HOUR_MS);
      throw new Error("the cause failed");
    }), /the cause failed/);
  assert.deepEqual(world.commands.waiting(a, 10), []);
  assert.equal(issue(world, a).counter, 1);
  assert.throws(
    () => world.commands.issue(a, cancelOf(), world.clock.now_ms() + HOUR_MS),
    /transaction/,
  );
  world.db.close();
});

Deno.test("commands.acknowledge() ends the waiting of this host's commands only", async () => {
  const world = await testWorld();
  const [a, b] = await twoHosts(world);
  const [first, foreign] = [issue(world, a), issue(world, b)];
  world.commands.acknowledge(a, [first.id, foreign.id, mintId()]);
  assert.deepEqual(world.commands.waiting(a, 10), []);
  assert.deepEqual(world.commands.waiting(b, 10), [foreign]);
  world.db.close();
});

Deno.test("commands.waiting() leaves out what has expired", async () => {
  const world = await testWorld();
  const [a] = await twoHosts(world);
  issue(world, a);
  world.clock.advance(3601);
  assert.deepEqual(world.commands.waiting(a, 10), []);
  world.db.close();
});

Deno.test("commands.withdraw() takes back what was not delivered and refuses what was", async () => {
  const world = await testWorld();
  const [a] = await twoHosts(world);
  const [waiting_job, delivered_job] = [mintId(), mintId()];
  issue(world, a, cancelOf(waiting_job));
  const delivered = issue(world, a, cancelOf(delivered_job));
  world.commands.acknowledge(a, [delivered.id]);
  assert.equal(world.commands.withdraw(waiting_job), true);
  assert.equal(world.commands.withdraw(delivered_job), false);
  assert.deepEqual(world.commands.waiting(a, 10), []);
  assert.equal(issue(world, a).counter, 3, "a withdrawn counter is never used again");
  world.db.close();
});
