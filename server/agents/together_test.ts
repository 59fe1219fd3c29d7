import assert from "node:assert/strict";
import { mintId } from "../ids.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { acked, aHello, sessions, stats } from "./test_sessions.ts";
import { enrolledHost, testWorld, VIEWER } from "./test_world.ts";

/** Two greeted agents of a server that rests, so that what they send next is one transaction. */
async function resting() {
  const world = await testWorld();
  const hosts = [await enrolledHost(world, "web-01"), await enrolledHost(world, "web-02")];
  let now_ms = 0;
  let step_ms = 4;
  const { jobs, scheduler, open } = await sessions(world, () => now_ms += step_ms);
  async function greeted(host: { id: string; name: string }) {
    const run_id = mintId();
    const agent = open(host);
    agent.send(aHello(world, { run_id }));
    await agent.received();
    return {
      ...agent,
      stats: (seq: number) => agent.send(stats(run_id, seq, seq * 100)),
      poison: (seq: number) =>
        agent.send({
          ...{ type: "job.started", job_id: mintId(), kind: "backup" },
          ...{ report: { run_id, seq }, started_at: "2026-11-12T08:00:00.000Z" },
        }),
      acked: async () => acked(await agent.received()),
      stored: () => world.hosts.get(VIEWER, host.id).repo_size_bytes,
    };
  }
  const [a, b] = [await greeted(hosts[0]!), await greeted(hosts[1]!)];
  a.stats(1);
  assert.deepEqual(await a.acked(), [1]);
  step_ms = 0;
  let commits = 0;
  const transaction = world.db.transaction.bind(world.db);
  world.db.transaction = (work) => {
    if (!world.db.inTransaction) commits++;
    return transaction(work);
  };
  const serve = () => scheduler.fire(Math.min(...scheduler.pending_ms));
  return { world, jobs, a, b, serve, commits: () => commits };
}

Deno.test("reports of several agents are one transaction, acknowledged after it", async () => {
  const { world, a, b, serve, commits } = await resting();
  a.stats(2);
  b.stats(1);
  a.stats(3);
  assert.deepEqual([await a.acked(), await b.acked(), a.stored()], [[1], [], 100]);
  serve();
  assert.equal(commits(), 1);
  assert.deepEqual([await a.acked(), await b.acked()], [[1, 2, 3], [1]]);
  assert.deepEqual([a.stored(), b.stored()], [300, 100]);
  world.db.close();
});

Deno.test("a report that fails takes only what its own agent sent after it along", async () => {
  const { world, jobs, a, b, serve } = await resting();
  a.stats(2);
  a.poison(3);
  a.stats(4);
  b.stats(1);
  jobs.fault = new Error("no row like this");
  serve();
  assert.deepEqual([a.socket.closed_with, b.socket.closed_with], [CLOSE.server_error, undefined]);
  assert.deepEqual([a.stored(), b.stored()], [200, 100]);
  assert.deepEqual(await b.acked(), [1]);
  assert.equal((await a.acked()).includes(3), false);
  const [row] = world.db.prepare("SELECT max(last_seq) AS seq FROM agent_runs").all();
  assert.equal(row!["seq"], 2, "the mark stays below what failed");
  world.db.close();
});

Deno.test("a COMMIT that fails acknowledges nothing to anyone, and keeps nothing", async () => {
  const { world, a, b, serve } = await resting();
  // SQLite looks at such a reference at COMMIT alone.
  world.db.sqlite.exec(`
    CREATE TABLE never (id INTEGER PRIMARY KEY);
    CREATE TABLE broken (id INTEGER REFERENCES never (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER break_commit AFTER INSERT ON agent_runs BEGIN INSERT INTO broken VALUES (7); END;
  `);
  a.stats(2);
  b.stats(1);
  serve();
  assert.deepEqual([await a.acked(), await b.acked()], [[1], []]);
  assert.deepEqual([a.stored(), b.stored()], [100, null]);
  for (const { socket } of [a, b]) assert.equal(socket.closed_with, CLOSE.server_error);
  world.db.close();
});
