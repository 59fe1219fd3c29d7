import assert from "node:assert/strict";
import fc from "fast-check";
import { mintId } from "../ids.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { acked, aHello, sessions, stats, types } from "./test_sessions.ts";
import { ADMIN, enrolledHost, testWorld, VIEWER } from "./test_world.ts";

Deno.test("a session greets, then sends config and waiting commands in order, signed", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, jobs } = await sessions(world);
  const issued = world.db.transaction(() =>
    [mintId(), mintId()].map((job_id) =>
      world.commands.issue(host.id, { type: "command.cancel", job_id }, world.clock.now_ms() + 1e6)
    )
  );
  const agent = open(host);
  agent.send(aHello(world, { running_jobs: [mintId()] }));
  const messages = await agent.received();
  assert.equal(types(agent.socket)[0], "welcome");
  assert.equal(messages[0]?.type, "config.update");
  assert.deepEqual(messages.slice(1), issued);
  assert.deepEqual(jobs.notes, [`reconcile ${host.id} 1`, `dispatch ${host.id}`]);
  assert.equal(world.hub.connected(host.id), true);
  world.hub.wake(host.id);
  assert.equal((await agent.received()).length, 3, "what this socket carried is not sent again");
  agent.send({ type: "ack", command_ids: issued.map((command) => command.id) });
  assert.deepEqual(world.commands.waiting(host.id, 10), []);
  world.db.close();
});

Deno.test("a session sends commands issued later and an edited config at once", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const agent = open(host);
  agent.send(aHello(world));
  await agent.received();
  await world.repositories.editCredentials(ADMIN, host.id, { password: "n3w-repo" });
  world.db.transaction(() => {
    const command = { type: "command.cancel", job_id: mintId() } as const;
    world.commands.issue(host.id, command, world.clock.now_ms() + 1e6);
    world.db.afterCommit(() => world.hub.wake(host.id));
  });
  const messages = await agent.received();
  assert.deepEqual(messages.map((message) => message.type), [
    "config.update",
    "config.update",
    "command.cancel",
  ]);
  assert.equal(
    messages[1]?.type === "config.update" && messages[1].repository?.password,
    "n3w-repo",
  );
  agent.send({ type: "config.ack", config_version: 3 });
  assert.equal(world.hosts.get(VIEWER, host.id).status, "online");
  world.db.close();
});

Deno.test("a session sends more commands than one batch holds, all of them in order", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  world.db.transaction(() => {
    for (let i = 0; i < 250; i++) {
      const command = { type: "command.cancel", job_id: mintId() } as const;
      world.commands.issue(host.id, command, world.clock.now_ms() + 1e6);
    }
  });
  const agent = open(host);
  agent.send(aHello(world));
  await agent.received();
  await agent.received();
  await agent.received();
  const counters = (await agent.received()).flatMap((m) => "counter" in m ? [m.counter] : []);
  assert.deepEqual(counters, Array.from({ length: 250 }, (_, i) => i + 1));
  world.db.close();
});

Deno.test("a session names a foreign protocol version before it closes", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const cases = [
    { hello: { type: "hello", protocol_version: 0 }, code: "protocol_too_old", close: 4406 },
    { hello: { type: "hello", protocol_version: 9, x: 1 }, code: "protocol_too_new", close: 4407 },
  ];
  for (const { hello, code, close } of cases) {
    const agent = open(host);
    agent.send(hello);
    const [error] = agent.socket.sent as { type: string; code: string; upgrade_url: string }[];
    assert.deepEqual([error?.type, error?.code], ["error", code]);
    assert.equal(error?.upgrade_url, "https://backup.example/install/install.sh");
    assert.equal(agent.socket.closed_with, close);
  }
  world.db.close();
});

Deno.test("a session closes without a proper hello, and after 5 s without any", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, scheduler } = await sessions(world);
  for (const first of ["not json", "[]", '{"type":"heartbeat"}', '{"type":"hello"}']) {
    const agent = open(host);
    agent.session.message(first);
    assert.equal(agent.socket.closed_with, CLOSE.bad_message, first);
  }
  const short = open(host);
  short.send({ ...aHello(world), os: "beos" });
  assert.equal(short.socket.closed_with, CLOSE.bad_message);
  const mute = open(host);
  assert.deepEqual(scheduler.pending_ms, [5000]);
  scheduler.fire();
  assert.equal(mute.socket.closed_with, CLOSE.hello_timeout);
  world.db.close();
});

Deno.test("a session closes after 45 s of silence and records when it last heard", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, scheduler } = await sessions(world);
  const agent = open(host);
  agent.send(aHello(world));
  world.clock.advance(30);
  agent.send({ type: "heartbeat", time: new Date(world.clock.now_ms()).toISOString() });
  assert.equal(types(agent.socket).includes("heartbeat.reply"), true);
  assert.deepEqual(scheduler.pending_ms, [45_000]);
  const heard = world.clock.now_ms();
  world.clock.advance(45);
  scheduler.fire();
  assert.equal(agent.socket.closed_with, CLOSE.silent);
  assert.equal(world.hub.connected(host.id), false);
  assert.equal(Date.parse(world.hosts.get(VIEWER, host.id).last_seen_at!), heard);
  world.db.close();
});

Deno.test("a session applies a report once, and acknowledges it again when it comes again", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const run_id = mintId();
  const first = open(host);
  first.send(aHello(world, { run_id }));
  first.send(stats(run_id, 1, 100));
  first.send(stats(run_id, 2, 200));
  assert.deepEqual(acked(await first.received()), [1, 2]);
  first.session.close(CLOSE.silent);
  const second = open(host);
  second.send(aHello(world, { run_id }));
  second.send(stats(run_id, 1, 111));
  second.send(stats(run_id, 2, 222));
  second.send(stats(run_id, 5, 500));
  assert.deepEqual(acked(await second.received()), [1, 2, 5]);
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, 500);
  second.send(stats(run_id, 4, 444));
  second.send(stats(mintId(), 1, 600));
  assert.deepEqual(acked(await second.received()), [1, 2, 5, 4, 1]);
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, 600);
  world.db.close();
});

Deno.test("a session takes more than 32 reports at once, each of them once, and acknowledges them all", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const run_id = mintId();
  const agent = open(host);
  agent.send(aHello(world, { run_id }));
  const numbers = Array.from({ length: 1500 }, (_, index) => index + 1);
  for (const seq of numbers) agent.send(stats(run_id, seq, seq));
  assert.deepEqual(acked(await agent.received()), numbers);
  assert.equal(agent.socket.closed_with, undefined);
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, 1500);
  world.db.close();
});

Deno.test("a session neither acknowledges nor counts a report that could not be applied", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, jobs } = await sessions(world);
  const run_id = mintId();
  const agent = open(host);
  agent.send(aHello(world, { run_id }));
  await agent.received();
  jobs.fault = new Error("the disk is full");
  const started = {
    type: "job.started",
    report: { run_id, seq: 1 },
    job_id: mintId(),
    kind: "backup",
    started_at: "2026-11-12T08:00:00.000Z",
  };
  agent.send(started);
  agent.send(stats(run_id, 2, 200));
  assert.equal(agent.socket.closed_with, CLOSE.server_error);
  assert.deepEqual(acked(await agent.received()), []);
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, null, "nothing after it is read");
  jobs.fault = undefined;
  const again = open(host);
  again.send(aHello(world, { run_id }));
  again.send(started);
  again.send(stats(run_id, 2, 200));
  assert.deepEqual(acked(await again.received()), [1, 2]);
  assert.ok(jobs.notes.includes(`apply ${host.id} job.started`));
  world.db.close();
});

Deno.test("a report that fails for the third time is set aside whole, and those after it are applied", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, jobs } = await sessions(world);
  const run_id = mintId();
  const poison = {
    type: "job.started",
    report: { run_id, seq: 1 },
    job_id: mintId(),
    kind: "backup",
    started_at: "2026-11-12T08:00:00.000Z",
  };
  const replay = () => {
    const agent = open(host);
    agent.send(aHello(world, { run_id }));
    agent.send(poison);
    agent.send(stats(run_id, 2, 200));
    return agent;
  };
  jobs.fault = Object.assign(new Error("the disk is full"), { errcode: 13 });
  for (let n = 0; n < 5; n++) assert.equal(replay().socket.closed_with, CLOSE.server_error);
  jobs.fault = new Error("no row like this");
  for (let n = 0; n < 2; n++) assert.equal(replay().socket.closed_with, CLOSE.server_error);
  const agent = replay();
  assert.equal(agent.socket.closed_with, undefined);
  assert.deepEqual(acked(await agent.received()), [1, 2]);
  assert.equal(agent.socket.closed_with, CLOSE.bad_message, "its next hello ends what hangs");
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, 200);
  const [row] = world.db.prepare("SELECT * FROM refused_reports").all();
  assert.deepEqual(JSON.parse(row!.text as string), poison);
  const { items } = world.audit.list(ADMIN, { action: "report.refuse", limit: 10 });
  assert.deepEqual(items.map((entry) => [entry.actor, entry.target_id, entry.payload]), [
    ["agent", host.id, { type: "job.started", reason: "not applicable", run_id, seq: 1 }],
  ]);
  world.db.close();
});

Deno.test("a report that no schema takes is set aside, up to a bound that its agent then keeps", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const run_id = mintId();
  const ack = async (seq: number) => {
    const agent = open(host);
    agent.send(aHello(world, { run_id }));
    agent.send({ type: "job.paused", report: { run_id, seq } });
    return acked(await agent.received());
  };
  for (let seq = 1; seq <= 50; seq++) assert.deepEqual(await ack(seq), [seq]);
  assert.deepEqual(await ack(51), []);
  assert.equal(world.db.prepare("SELECT count(*) AS n FROM refused_reports").get()!.n, 50);
  world.db.close();
});

Deno.test("a session speaks for the host of its credential whatever ids its messages carry", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const other = await enrolledHost(world, "web-02");
  const { open } = await sessions(world);
  const command = world.db.transaction(() =>
    world.commands.issue(
      other.id,
      { type: "command.cancel", job_id: mintId() },
      world.clock.now_ms() + 1e6,
    )
  );
  const agent = open(host);
  const run_id = mintId();
  agent.send(aHello(world, { run_id, host_id: other.id }));
  agent.send({ type: "ack", command_ids: [command.id], host_id: other.id });
  agent.send({ ...stats(run_id, 1, 700), host_id: other.id });
  assert.deepEqual(world.commands.waiting(other.id, 10), [command]);
  assert.equal(world.hosts.get(VIEWER, other.id).repo_size_bytes, null);
  assert.equal(world.hosts.get(VIEWER, host.id).repo_size_bytes, 700);
  assert.ok((await agent.received()).every((message) => message.type !== "command.cancel"));
  world.db.close();
});

Deno.test("a session bears nine bad messages and closes at the tenth", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const agent = open(host);
  agent.send(aHello(world));
  const bad = ["{", "null", '{"type":"nonsense"}', '{"type":"config.ack"}', '{"type":"hello"}'];
  for (const text of [...bad, ...bad.slice(0, 4)]) agent.session.message(text);
  assert.equal(agent.socket.closed_with, undefined);
  agent.session.message("{");
  assert.equal(agent.socket.closed_with, CLOSE.bad_message);
  world.db.close();
});

Deno.test("a session closes on a frame over 1 MiB and on a flood of messages", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const big = open(host);
  big.session.message(`"${"€".repeat(400_000)}"`);
  assert.equal(big.socket.closed_with, CLOSE.too_big);
  const flood = open(host);
  flood.send(aHello(world));
  const beat = JSON.stringify({ type: "heartbeat", time: "2026-11-12T08:00:00.000Z" });
  for (let i = 0; i < 1999; i++) flood.session.message(beat);
  assert.equal(flood.socket.closed_with, undefined);
  flood.session.message(beat);
  assert.equal(flood.socket.closed_with, CLOSE.too_many_messages);
  world.db.close();
});

Deno.test("a newer socket of the same agent run replaces the older one, which then changes nothing", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const [older, newer] = [open(host), open(host)];
  const run_id = mintId();
  older.send(aHello(world, { run_id }));
  newer.send(aHello(world, { run_id }));
  assert.equal(older.socket.closed_with, CLOSE.replaced);
  older.session.closed(CLOSE.replaced);
  older.send({ type: "heartbeat", time: "2026-11-12T08:00:00.000Z" });
  assert.equal(world.hub.connected(host.id), true);
  newer.session.closed(1006);
  assert.equal(world.hub.connected(host.id), false);
  world.db.close();
});

Deno.test("removing a host closes its sockets, also one that has not said hello", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const [greeted, silent] = [open(host), open(host)];
  greeted.send(aHello(world));
  world.hosts.remove(ADMIN, host.id);
  assert.equal(greeted.socket.closed_with, CLOSE.host_removed);
  assert.equal(silent.socket.closed_with, CLOSE.host_removed);
  const late = open(host);
  late.send(aHello(world));
  assert.equal(late.socket.closed_with, CLOSE.host_removed);
  await Promise.all([greeted.session.settled(), late.session.settled()]);
  world.db.close();
});

Deno.test("agentSessions.shutDown() records who was seen and closes every socket", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, agent_sessions, scheduler } = await sessions(world);
  const agent = open(host);
  agent.send(aHello(world));
  world.clock.advance(10);
  agent.send({ type: "heartbeat", time: "2026-11-12T08:00:00.000Z" });
  agent_sessions.shutDown();
  assert.equal(agent.socket.closed_with, CLOSE.shutting_down);
  assert.deepEqual(scheduler.pending_ms, []);
  const seen = world.hosts.get(VIEWER, host.id).last_seen_at;
  assert.equal(Date.parse(seen!), world.clock.now_ms());
  await agent.session.settled();
  world.db.close();
});

Deno.test("a session bears any text and any fields without throwing or touching another host", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const other = await enrolledHost(world, "web-02");
  const { open } = await sessions(world);
  const before = world.hosts.get(VIEWER, other.id);
  const types = ["hello", "ack", "config.ack", "repo.stats", "repository.probed", "heartbeat", "x"];
  const message = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({
      type: fc.constantFrom(...types),
      report: fc.oneof(fc.anything(), fc.record({ run_id: fc.uuid(), seq: fc.integer() })),
      config_version: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.anything()),
      command_ids: fc.oneof(fc.array(fc.uuid()), fc.anything()),
      size_bytes: fc.oneof(fc.maxSafeNat(), fc.double()),
      host_id: fc.constant(other.id),
    }).map((value) => JSON.stringify(value, (_, v) => typeof v === "bigint" ? String(v) : v)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 12 }), async (texts) => {
      const agent = open(host);
      agent.send(aHello(world));
      for (const text of texts) agent.session.message(text);
      await agent.session.settled();
      assert.notEqual(agent.socket.closed_with, CLOSE.server_error);
      agent.session.closed(1006);
    }),
    { numRuns: 100 },
  );
  assert.deepEqual(world.hosts.get(VIEWER, other.id), before);
  world.db.close();
});
