import assert from "node:assert/strict";
import { AppError } from "../errors.ts";
import { iso } from "../clock.ts";
import type { ReadData } from "../protocol/entities.ts";
import { StartJobRequest } from "../protocol/rest.ts";
import { refutes } from "../repositories/repository_checks.ts";
import { ADMIN, agentOf, type JobsWorld, jobsWorld, OPERATOR, readyHost } from "./test_world.ts";
import { VIEWER } from "./test_world.ts";

const DAMAGED = { status: "failed", exit_code: 1, error_class: "repository_damaged" } as const;

/** Starts a check and lets the agent end it. */
function check(
  world: JobsWorld,
  host_id: string,
  { read_data, said = {} }: {
    read_data?: ReadData;
    said?: Parameters<ReturnType<typeof agentOf>["finished"]>[1];
  } = {},
) {
  const request = StartJobRequest.parse({ kind: "check", read_data });
  const job = world.jobs.start(OPERATOR, host_id, request);
  const agent = agentOf(world, host_id);
  agent.started(job.id, "check");
  world.clock.advance(60);
  agent.finished(job.id, { kind: "check", stats: null, ...said });
  world.clock.advance(60);
  return world.jobs.get(ADMIN, job.id);
}

function lastCheck(world: JobsWorld, host_id: string) {
  const found = world.repositories.forHost(ADMIN, host_id)!;
  return [found.last_check_status, found.last_check_job_id, found.last_check_read_data];
}

function obstacle(world: JobsWorld, host_id: string) {
  return world.hosts.get(ADMIN, host_id).obstacle;
}

Deno.test("A check carries what it reads to the agent, and its end is the repository's last check", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const read_data = { how: "part", part: 2, of: 7 } as const;
  const request = StartJobRequest.parse({ kind: "check", read_data });
  const job = world.jobs.start(OPERATOR, host.id, request);
  assert.deepEqual(job.read_data, read_data);
  const [command] = world.commands.waiting(host.id, 10);
  assert.deepEqual(command?.type === "command.run" && command.args, {
    backup_set: null,
    bandwidth: {},
    read_data,
  });
  // The agent's clock is far off: the end is where the server's own clock was.
  const agent = agentOf(world, host.id);
  agent.finished(job.id, { kind: "check", stats: null, finished_at: "2031-01-01T00:00:00.000Z" });
  assert.deepEqual(lastCheck(world, host.id), ["succeeded", job.id, read_data]);
  const { last_check_at } = world.repositories.forHost(ADMIN, host.id)!;
  assert.equal(last_check_at, iso(world.clock.now_ms()));
  assert.equal(world.hosts.get(ADMIN, host.id).last_backup_status, null);
  world.db.close();
});

Deno.test("A check that found errors makes its host failed until a later check refutes it", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const backup = world.jobs.start(ADMIN, host.id, { kind: "backup", bandwidth: {} });
  agentOf(world, host.id).finished(backup.id);
  assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "good");
  const failed = check(world, host.id, { said: DAMAGED });
  assert.match(failed.hint!, /Remove nothing from it: no forget, no prune/);
  assert.deepEqual(lastCheck(world, host.id), ["failed", failed.id, null]);
  assert.deepEqual(
    [world.hosts.get(ADMIN, host.id).backup_state, obstacle(world, host.id)],
    ["failed", "repository_damaged"],
  );
  for (const error_class of ["repository_locked", "network", "cancelled"] as const) {
    check(world, host.id, { said: { status: "failed", exit_code: 11, error_class } });
    assert.deepEqual(lastCheck(world, host.id), ["failed", failed.id, null]);
  }
  const good = check(world, host.id);
  assert.deepEqual(lastCheck(world, host.id), ["succeeded", good.id, null]);
  assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "good");
  world.db.close();
});

Deno.test("A check of the structure does not refute one that read data, as it sees no flipped bits", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const read_data = { how: "percent", percent: 5 } as const;
  const failed = check(world, host.id, { read_data, said: DAMAGED });
  check(world, host.id);
  check(world, host.id, { read_data });
  assert.deepEqual(lastCheck(world, host.id), ["failed", failed.id, read_data]);
  const all = check(world, host.id, { read_data: { how: "all" } });
  assert.deepEqual(lastCheck(world, host.id), ["succeeded", all.id, { how: "all" }]);
  const part = { how: "part", part: 1, of: 2 } as const;
  assert.ok(refutes(part, part) && !refutes({ ...part, part: 2 }, part) && refutes(part, null));
  world.db.close();
});

Deno.test("A good check needs exit code 0, and says nothing of a repository with a new address", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const unproven = check(world, host.id, { said: { exit_code: null } });
  assert.deepEqual([unproven.status, unproven.error_class], ["failed", "bad_output"]);
  assert.deepEqual(lastCheck(world, host.id), [null, null, null]);
  const request = StartJobRequest.parse({ kind: "check" });
  const job = world.jobs.start(OPERATOR, host.id, request);
  world.clock.advance(1);
  await world.repositories.editCredentials(ADMIN, host.id, { url: "http://other:8000/web-01/" });
  agentOf(world, host.id).finished(job.id, { kind: "check", stats: null, ...DAMAGED });
  assert.deepEqual(lastCheck(world, host.id), [null, null, null]);
  world.db.close();
});

Deno.test("start() lets an operator check and unlock, and nobody read data with anything but a check", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const fresh = await readyHost(world, { name: "fresh", initialised: false });
  const start = (actor: typeof ADMIN, id: string, request: unknown) => {
    try {
      return world.jobs.start(actor, id, StartJobRequest.parse(request)).kind;
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
  };
  assert.equal(start(OPERATOR, host.id, { kind: "check" }), "check");
  assert.equal(start(OPERATOR, host.id, { kind: "unlock" }), "unlock");
  assert.equal(start(VIEWER, host.id, { kind: "unlock" }), "forbidden");
  assert.equal(start(VIEWER, host.id, { kind: "check" }), "forbidden");
  assert.equal(start(ADMIN, fresh.id, { kind: "check" }), "not_initialised");
  const all = { how: "all" };
  assert.equal(start(ADMIN, host.id, { kind: "unlock", read_data: all }), "invalid_field");
  for (
    const read_data of [
      { how: "percent", percent: 0 },
      { how: "percent", percent: 101 },
      { how: "part", part: 8, of: 7 },
      { how: "part", part: 0, of: 7 },
      { how: "part", part: 1, of: 257 },
      { how: "size", mib: 0.5 },
      { how: "all", more: 1 },
      "5%",
    ]
  ) {
    assert.throws(() => StartJobRequest.parse({ kind: "check", read_data }));
  }
  world.db.close();
});
