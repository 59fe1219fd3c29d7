import assert from "node:assert/strict";
import { mintId } from "../ids.ts";
import { JobFinished } from "../protocol/agent_messages.ts";
import { agentOf, jobsWorld, readyHost, VIEWER } from "./test_world.ts";

Deno.test("a job that nobody knows is refused, unless the server is known to have lost some", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const job_id = mintId();
  assert.equal(agent.started(job_id), false);
  assert.equal(agent.finished(job_id), false);
  const now_ms = world.clock.now_ms();
  world.hosts.agent_notices.note(host.id, { kind: "server_restored", facts: {}, now_ms });
  assert.equal(agent.progress(job_id, 1), false, "only a start or an end says what it was");
  assert.equal(agent.started(job_id), true);
  assert.equal(world.jobs.get(VIEWER, job_id).status, "running");
  assert.equal(agent.finished(job_id), true);
  const job = world.jobs.get(VIEWER, job_id);
  assert.deepEqual([job.status, job.actor_kind, job.backup_set], ["succeeded", "agent", null]);
  const { last_good_backup_at } = world.hosts.get(VIEWER, host.id);
  assert.equal(last_good_backup_at, null, "what it backed up is not known, so it proves nothing");
  assert.equal(agent.finished(mintId(), { status: "failed", exit_code: 1 }), true);
  assert.equal(world.hosts.get(VIEWER, host.id).backup_state, "failed");
  world.db.close();
});

Deno.test("a job of another host is not taken back by one that the server lost jobs of", async () => {
  const world = await jobsWorld();
  const [host, other] = [await readyHost(world), await readyHost(world, { name: "web-02" })];
  const theirs = mintId();
  const now_ms = world.clock.now_ms();
  for (const { id } of [host, other]) {
    world.hosts.agent_notices.note(id, { kind: "server_restored", facts: {}, now_ms });
  }
  agentOf(world, other.id).started(theirs);
  assert.equal(agentOf(world, host.id).finished(theirs), false);
  assert.equal(world.jobs.get(VIEWER, theirs).status, "running");
  world.db.close();
});

Deno.test("an agent that makes up lost jobs without end fills no table", async () => {
  const world = await jobsWorld();
  const [host, other] = [await readyHost(world), await readyHost(world, { name: "web-02" })];
  const now_ms = world.clock.now_ms();
  for (const { id } of [host, other]) {
    world.hosts.agent_notices.note(id, { kind: "server_restored", facts: {}, now_ms });
  }
  const agent = agentOf(world, host.id);
  let taken = 0;
  for (let n = 0; n < 600; n++) if (agent.started(mintId())) taken++;
  assert.equal(taken, 500);
  assert.equal(agentOf(world, other.id).started(mintId()), true, "each host has its own count");
  world.db.close();
});

Deno.test("job.finished takes the exit code of a crash on Windows, and none beyond 32 bits", () => {
  const exit_code = JobFinished.shape.exit_code;
  for (const code of [0, 3, 0xc000_0005, -0x3fff_fffb, null]) {
    assert.equal(exit_code.safeParse(code).success, true, `${code}`);
  }
  for (const code of [2 ** 32, 1.5, "1"]) assert.equal(exit_code.safeParse(code).success, false);
});
