import assert from "node:assert/strict";
import { SYSTEM } from "../auth/permissions.ts";
import { silentLog } from "../log.ts";
import { mintId } from "../ids.ts";
import { EpochFile } from "./epoch_file.ts";
import { Epochs } from "./epochs.ts";
import { aHello, sessions, types } from "./test_sessions.ts";
import { ADMIN, enrolledHost, type TestWorld, testWorld, VIEWER } from "./test_world.ts";

function audited({ audit }: TestWorld, action: string): number {
  return audit.list(ADMIN, { action, limit: 100 }).items.length;
}

function issue(world: TestWorld, host_id: string): void {
  world.db.transaction(() => {
    const command = { type: "command.cancel", job_id: mintId() } as const;
    world.commands.issue(host_id, command, world.clock.now_ms() + 1e6);
  });
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("epochs.begin() raises nothing over a database that goes on, and all over an earlier copy", async () => {
  await inFolder(async (folder) => {
    const world = await testWorld();
    const host = await enrolledHost(world);
    const start = () => {
      const epochs = new Epochs({ ...world, log: silentLog, file: new EpochFile(folder) });
      epochs.begin();
      return epochs;
    };
    assert.deepEqual([start().epoch, start().epoch], [1, 1]);
    const { mode } = await Deno.stat(`${folder}/epoch.json`);
    assert.equal(mode! & 0o077, 0);

    const copied = start();
    world.db.prepare("UPDATE meta SET value = '1' WHERE key = 'starts'").run();
    assert.equal(start().epoch, 2, "it was started more often than it knows");
    assert.equal(copied.epoch, 2);

    world.db.transaction(() =>
      world.audit.record(SYSTEM, { action: "x", target_kind: "server", target_id: null })
    );
    start();
    const mark = new EpochFile(folder).read()!;
    new EpochFile(folder).write({ ...mark, audit: { seq: mark.audit.seq, hash: "another" } });
    assert.equal(start().epoch, 3, "the audit log is not the one that it was");

    new EpochFile(folder).write({ ...new EpochFile(folder).read()!, epoch: 9 });
    assert.equal(start().epoch, 10);
    world.db.prepare("INSERT INTO agent_epochs VALUES (?, 40)").run(host.id);
    assert.equal(start().epoch, 10, "a host of a higher epoch is no sign of a restore");
    world.db.prepare("UPDATE meta SET value = '1' WHERE key = 'starts'").run();
    assert.equal(start().of(host.id), 41, "all hosts get a new epoch, also those ahead");
    await Deno.writeTextFile(`${folder}/epoch.json`, "{", { mode: 0o600 });
    assert.equal(start().epoch, 41, "a mark that cannot be read says nothing");
    assert.equal(audited(world, "server.restored"), 4);
    assert.match(world.hosts.get(VIEWER, host.id).degraded_reasons.join(), /^$|earlier copy/);
    world.db.close();
  });
});

Deno.test("an agent that has seen more than the database knows raises the epoch of its host alone", async () => {
  const world = await testWorld();
  const [host, other] = [await enrolledHost(world), await enrolledHost(world, "web-02")];
  const { open, epochs, jobs } = await sessions(world);
  issue(world, host.id);
  const agent = open(host);
  const run_id = mintId();
  agent.send(aHello(world, { run_id, epoch: 1, command_counter: 7 }));
  const messages = await agent.received();
  assert.deepEqual(messages.map((message) => message.type), ["config.update"], "no commands yet");
  assert.deepEqual(jobs.notes, [], "nothing is judged by what it runs before it has entered");
  assert.deepEqual([epochs.of(host.id), epochs.of(other.id), epochs.epoch], [2, 1, 1]);
  assert.match(world.hosts.get(VIEWER, host.id).degraded_reasons.join(), /earlier copy/);
  agent.session.closed(1000);

  const again = open(host);
  again.send(aHello(world, { run_id, epoch: 2, command_counter: 0 }));
  const types_of = (await again.received()).map((message) => message.type);
  assert.deepEqual(types_of, ["config.update", "command.cancel"]);
  assert.deepEqual(jobs.notes, [`reconcile ${host.id} 0`, `dispatch ${host.id}`]);
  assert.equal(epochs.of(host.id), 2);
  assert.equal(types(again.socket)[0], "welcome");
  world.db.close();
});

Deno.test("an agent of a later epoch than the server's is followed, within bounds and the audit log's", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, epochs } = await sessions(world);
  const run_id = mintId();
  const greet = (epoch: number) => open(host).send(aHello(world, { run_id, epoch }));
  greet(5);
  assert.equal(epochs.of(host.id), 6);
  for (let n = 0; n < 20; n++) greet(epochs.of(host.id) + 1);
  assert.equal(audited(world, "host.ahead_of_server"), 1);
  const before = epochs.of(host.id);
  greet(1_000_000_000);
  assert.equal(epochs.of(host.id), before + 101, "one agent does not use up the epochs of all");
  greet(3);
  assert.equal(epochs.of(host.id), before + 101, "an epoch never falls");
  world.db.close();
});

Deno.test("an agent that does not tell its epoch is served as ever", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open, jobs } = await sessions(world);
  open(host).send(aHello(world));
  assert.deepEqual(jobs.notes, [`reconcile ${host.id} 0`, `dispatch ${host.id}`]);
  world.db.close();
});

Deno.test("a mark that cannot be written keeps no server from starting, and is made up for", async () => {
  await inFolder(async (folder) => {
    const world = await testWorld();
    await Deno.mkdir(`${folder}/epoch.json.new`);
    const epochs = new Epochs({ ...world, log: silentLog, file: new EpochFile(folder) });
    epochs.begin();
    assert.throws(() => epochs.mark(), /Cannot write the epoch file/);
    await Deno.remove(`${folder}/epoch.json.new`);
    epochs.mark();
    assert.equal(new EpochFile(folder).read()?.starts, 1);
    world.db.close();
  });
});
