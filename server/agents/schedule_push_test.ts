import assert from "node:assert/strict";
import { AddScheduleRequest } from "../protocol/schedule_rest.ts";
import type { ScheduleSet, SignedMessage } from "../protocol/server_messages.ts";
import { aHello, sessions } from "./test_sessions.ts";
import { enrolledHost, OPERATOR, testWorld, VIEWER } from "./test_world.ts";

const NIGHTLY = AddScheduleRequest.parse({
  name: "Nightly",
  cron: "30 2 * * *",
  timezone: "UTC",
});

async function aWorld() {
  const world = await testWorld();
  const host = await enrolledHost(world);
  return { world, host, ...await sessions(world) };
}

function sets(messages: SignedMessage[]): ScheduleSet[] {
  return messages.filter((message) => message.type === "schedule.set");
}

Deno.test("a session sends schedules only when the agent has another version, and each version once", async () => {
  const { world, host, open } = await aWorld();
  const agent = open(host);
  agent.send(aHello(world, { schedule_version: 0 }));
  assert.deepEqual(sets(await agent.received()), [], "there is none yet");
  world.schedules.add(OPERATOR, host.id, NIGHTLY);
  world.hub.wake(host.id);
  const [set, ...more] = sets(await agent.received());
  assert.deepEqual([set!.schedule_version, set!.schedules.length, more.length], [1, 1, 0]);
  agent.session.closed(1006);

  const again = open(host);
  again.send(aHello(world, { schedule_version: 1 }));
  assert.deepEqual(sets(await again.received()), []);
  again.session.closed(1006);
  const behind = open(host);
  behind.send(aHello(world, { schedule_version: 0 }));
  assert.equal(sets(await behind.received()).length, 1);
  world.db.close();
});

Deno.test("an agent that keeps no schedules is sent none, and its host says what to do", async () => {
  const { world, host, open } = await aWorld();
  world.schedules.add(OPERATOR, host.id, NIGHTLY);
  const agent = open(host);
  agent.send(aHello(world));
  assert.deepEqual(sets(await agent.received()), []);
  const { applied_schedule_version, degraded_reasons } = world.hosts.get(VIEWER, host.id);
  assert.equal(applied_schedule_version, null);
  assert.ok(degraded_reasons.some((reason) => reason.includes("cannot keep schedules")));
  world.db.close();
});

Deno.test("what the agent applied or refused is on its host, until the next change", async () => {
  const { world, host, open } = await aWorld();
  world.schedules.add(OPERATOR, host.id, NIGHTLY);
  const agent = open(host);
  agent.send(aHello(world, { schedule_version: 0 }));
  await agent.received();
  const facts = () => {
    const { schedule_version, applied_schedule_version, schedule_refused } = world.hosts.get(
      VIEWER,
      host.id,
    );
    return [schedule_version, applied_schedule_version, schedule_refused];
  };
  assert.deepEqual(facts(), [1, 0, null]);
  agent.send({ type: "schedule.ack", schedule_version: 0, refused: "no such zone here" });
  assert.deepEqual(facts(), [1, 0, "no such zone here"]);
  assert.deepEqual(
    world.hosts.get(VIEWER, host.id).degraded_reasons.filter((one) => one.includes("schedules")),
    ["The host still runs schedules v0, v1 is not applied: no such zone here"],
  );
  const [schedule] = world.schedules.list(VIEWER, host.id).items;
  world.schedules.edit(OPERATOR, schedule!.id, { cron: "0 3 * * *" });
  assert.deepEqual(facts(), [2, 0, null]);
  await agent.received();
  agent.send({ type: "schedule.ack", schedule_version: 2, refused: null });
  assert.deepEqual(facts(), [2, 2, null]);
  world.db.close();
});

Deno.test("after a restore the agent's schedules are sent anew, also under the same number", async () => {
  const { world, host, open } = await aWorld();
  world.schedules.add(OPERATOR, host.id, NIGHTLY);
  const agent = open(host);
  // It has seen more than this database knows: what it calls 1 may be something else.
  agent.send(aHello(world, { schedule_version: 1, epoch: 3 }));
  assert.deepEqual(sets(await agent.received()), [], "not before it has entered the new epoch");
  agent.session.closed(1006);
  const again = open(host);
  again.send(aHello(world, { schedule_version: 1, epoch: 4 }));
  const [set] = sets(await again.received());
  assert.equal(set!.schedule_version, 2);
  world.db.close();
});

Deno.test("an agent with schedules that the server never had is told that there are none", async () => {
  const { world, host, open } = await aWorld();
  const agent = open(host);
  agent.send(aHello(world, { schedule_version: 1 }));
  const [set] = sets(await agent.received());
  assert.deepEqual([set!.schedule_version, set!.schedules], [2, []]);
  world.db.close();
});
