import assert from "node:assert/strict";
import { mintId } from "../ids.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type { ServerMessage } from "../protocol/server_messages.ts";
import { aHello, type FakeSocket, sessions, stats, types } from "./test_sessions.ts";
import {
  ADMIN,
  anEnrollment,
  enrolledHost,
  type TestWorld,
  testWorld,
  VIEWER,
} from "./test_world.ts";

async function contest() {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, scheduler } = await sessions(world);
  const connect = (run_id: string, hostname: string) => {
    const agent = open(host);
    agent.send(aHello(world, { run_id, hostname }));
    return agent;
  };
  return { world, host, scheduler, connect };
}

/** The nonce of the ping that this socket was sent last. */
function nonceOf(socket: FakeSocket): string {
  const pings = (socket.sent as ServerMessage[]).filter((message) => message.type === "ping");
  return pings.at(-1)!.nonce;
}

function audited({ audit }: TestWorld, action: string): unknown[] {
  return audit.list(ADMIN, { action, limit: 10 }).items.map((entry) => entry.payload);
}

Deno.test("a second machine with a host's identity gets nothing while the first answers", async () => {
  const { world, host, connect } = await contest();
  const first = connect(mintId(), "web-01");
  const second = connect(mintId(), "web-01-clone");
  assert.deepEqual(types(second.socket), [], "not even a welcome before the first was asked");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  assert.equal(second.socket.closed_with, CLOSE.duplicate_identity);
  assert.deepEqual(types(second.socket), ["error"]);
  assert.deepEqual(await second.received(), []);
  assert.equal(first.socket.closed_with, undefined);
  assert.equal(world.hub.connected(host.id), true);
  const seen = world.hosts.get(VIEWER, host.id);
  assert.equal(seen.agent_hostname, "web-01", "what the second says of itself is not taken over");
  assert.equal(seen.obstacle, "duplicate_identity");
  const { holder, other, present } = seen.identity_conflict!;
  assert.deepEqual(
    [holder, other, present],
    [
      { hostname: "web-01", address: "10.0.0.20" },
      { hostname: "web-01-clone", address: "10.0.0.20" },
      true,
    ],
  );
  world.db.close();
});

Deno.test("what a second machine reports before it is decided is neither applied nor acknowledged", async () => {
  const { world, host, connect } = await contest();
  const first = connect(mintId(), "web-01");
  const run_id = mintId();
  const second = connect(run_id, "clone");
  second.send(stats(run_id, 1, 100));
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  second.send(stats(run_id, 2, 200));
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, null);
  assert.deepEqual(await second.received(), []);
  world.db.close();
});

Deno.test("an older socket that does not answer in five seconds gives way to the newer", async () => {
  const { world, host, scheduler, connect } = await contest();
  const first = connect(mintId(), "web-01");
  const second = connect(mintId(), "web-01");
  first.send({ type: "pong", nonce: mintId() });
  assert.equal(second.socket.closed_with, undefined, "a pong that nobody asked for is no answer");
  assert.equal(scheduler.pending_ms.includes(5000), true);
  scheduler.fire(5000);
  assert.equal(first.socket.closed_with, CLOSE.replaced);
  assert.equal(types(second.socket)[0], "welcome");
  assert.equal(world.hosts.get(VIEWER, host.id).identity_conflict, null);
  world.db.close();
});

Deno.test("an older socket that closes while it is asked leaves its place to the newer at once", async () => {
  const { world, host, connect } = await contest();
  const first = connect(mintId(), "web-01");
  const second = connect(mintId(), "web-01");
  first.session.closed(1006);
  assert.equal(types(second.socket)[0], "welcome");
  assert.equal(world.hub.connected(host.id), true);
  world.db.close();
});

Deno.test("two machines of one identity are audited once however often the second tries", async () => {
  const { world, connect } = await contest();
  const first = connect(mintId(), "web-01");
  const run_id = mintId();
  for (let minute = 0; minute < 30; minute++) {
    connect(run_id, "clone");
    first.send({ type: "pong", nonce: nonceOf(first.socket) });
    world.clock.advance(60);
  }
  assert.equal(audited(world, "host.identity_conflict").length, 1);
  world.db.close();
});

Deno.test("the place of the first machine is kept while its line is broken, then the second has it", async () => {
  const { world, host, connect } = await contest();
  const [first_run, second_run] = [mintId(), mintId()];
  const first = connect(first_run, "web-01");
  connect(second_run, "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  world.clock.advance(100);
  first.send({ type: "heartbeat", time: "2026-11-12T08:00:00.000Z" });
  first.session.closed(1006);
  const early = connect(second_run, "clone");
  assert.equal(early.socket.closed_with, CLOSE.duplicate_identity);
  const back = connect(first_run, "web-01");
  assert.equal(types(back.socket)[0], "welcome");
  back.session.closed(1006);
  world.clock.advance(91);
  const late = connect(second_run, "clone");
  assert.equal(types(late.socket)[0], "welcome");
  const { identity_conflict, obstacle } = world.hosts.get(VIEWER, host.id);
  assert.equal(identity_conflict?.present, false, "told, and nothing to repair");
  assert.equal(identity_conflict?.holder.hostname, "clone");
  assert.notEqual(obstacle, "duplicate_identity");
  assert.equal(audited(world, "host.identity_moved").length, 1);
  late.session.closed(1006);
  assert.equal(types(connect(second_run, "clone").socket)[0], "welcome", "it is the host's now");
  world.db.close();
});

Deno.test("a second machine that is known does not take the place of a first that is slow to answer", async () => {
  const { world, host, scheduler, connect } = await contest();
  const [first_run, second_run] = [mintId(), mintId()];
  const first = connect(first_run, "web-01");
  connect(second_run, "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  world.clock.advance(60);
  first.send({ type: "heartbeat", time: "2026-11-12T08:00:00.000Z" });
  const again = connect(second_run, "clone");
  scheduler.fire(5000);
  assert.equal(again.socket.closed_with, CLOSE.duplicate_identity);
  assert.equal(first.socket.closed_with, undefined);
  const third = connect(second_run, "clone");
  first.session.closed(1006);
  assert.equal(third.socket.closed_with, CLOSE.duplicate_identity, "its line broke just then");
  assert.equal(world.hub.connected(host.id), false);
  world.clock.advance(91);
  assert.equal(types(connect(second_run, "clone").socket)[0], "welcome");
  world.db.close();
});

Deno.test("a conflict that cannot be written down harms neither the first socket nor the server", async () => {
  const { world, scheduler, connect } = await contest();
  const [first_run, second_run] = [mintId(), mintId()];
  const first = connect(first_run, "web-01");
  const second = connect(second_run, "clone");
  const { record } = world.audit;
  const diskIsFull = () => {
    throw new Error("database or disk is full");
  };
  world.audit.record = diskIsFull;
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  assert.equal(first.socket.closed_with, undefined);
  assert.equal(second.socket.closed_with, CLOSE.duplicate_identity);
  world.audit.record = record;
  connect(second_run, "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  const late = connect(second_run, "clone");
  world.clock.advance(91);
  world.audit.record = diskIsFull;
  scheduler.fire(5000);
  assert.equal(types(late.socket)[0], "welcome");
  world.db.close();
});

Deno.test("a host that is removed while its first machine is asked loses both sockets", async () => {
  const { world, host, connect } = await contest();
  const second_run = mintId();
  const first = connect(mintId(), "web-01");
  connect(second_run, "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  const again = connect(second_run, "clone");
  world.hosts.remove(ADMIN, host.id);
  assert.equal(first.socket.closed_with, CLOSE.host_removed);
  assert.notEqual(again.socket.closed_with, undefined);
  assert.equal(world.hub.connected(host.id), false);
  world.db.close();
});

Deno.test("a server that starts anew keeps the place of the first machine too", async () => {
  const { world, host, connect } = await contest();
  const second_run = mintId();
  const first = connect(mintId(), "web-01");
  connect(second_run, "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  first.session.closed(1001);
  world.clock.advance(3600);
  const restarted = await sessions(world);
  const clone = restarted.open(host);
  clone.send(aHello(world, { run_id: second_run, hostname: "clone" }));
  assert.equal(clone.socket.closed_with, CLOSE.duplicate_identity);
  world.db.close();
});

Deno.test("two machines are told for a day after the second has gone, and no more once re-enrolled", async () => {
  const { world, host, connect } = await contest();
  const first = connect(mintId(), "web-01");
  connect(mintId(), "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  const conflict = () => world.hosts.get(VIEWER, host.id).identity_conflict;
  world.clock.advance(11 * 60);
  assert.equal(conflict()?.present, false);
  world.clock.advance(24 * 3600);
  assert.equal(conflict(), null);
  connect(mintId(), "clone");
  first.send({ type: "pong", nonce: nonceOf(first.socket) });
  assert.equal(conflict()?.present, true);
  const { token } = await world.enrollment.regenerate(ADMIN, host.id);
  await world.enrollment.enroll(anEnrollment(token), "10.0.0.21");
  assert.equal(conflict(), null);
  world.db.close();
});

Deno.test("an agent of a foreign protocol is told on its host's page until one that is spoken comes", async () => {
  const { world, host, connect } = await contest();
  const { open } = await sessions(world);
  const cases = [[0, /too old and is refused.*Update the agent/], [9, /newer.*Update the server/]];
  for (const [protocol_version, told] of cases as [number, RegExp][]) {
    const agent = open(host);
    agent.send({ ...aHello(world), protocol_version });
    const { status, degraded_reasons } = world.hosts.get(VIEWER, host.id);
    assert.equal(status, "degraded");
    assert.match(degraded_reasons[0]!, told);
  }
  world.clock.advance(120);
  assert.equal(world.hosts.get(VIEWER, host.id).status, "degraded", "it knocks once a minute");
  connect(mintId(), "web-01");
  const { degraded_reasons } = world.hosts.get(VIEWER, host.id);
  assert.equal(degraded_reasons.some((reason) => reason.includes("protocol")), false);
  open(host).send({ ...aHello(world), protocol_version: 0 });
  const after = world.hosts.get(VIEWER, host.id).degraded_reasons;
  assert.equal(after.some((reason) => reason.includes("protocol")), false, "another one is there");
  world.db.close();
});
