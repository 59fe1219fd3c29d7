import assert from "node:assert/strict";
import { ADMIN, enrolledHost, OPERATOR, type TestWorld, testWorld } from "../agents/test_world.ts";
import { mintId } from "../ids.ts";
import type { ProbeState } from "../protocol/entities.ts";

/** A host whose repository was opened and whose last backup was good. */
async function goodHost(world: TestWorld): Promise<string> {
  const { id } = await enrolledHost(world);
  probed(world, id, "ready");
  backedUp(world, id);
  assert.deepEqual(stateOf(world, id), ["good", null]);
  return id;
}

function backedUp(world: TestWorld, host_id: string) {
  const finished_at_ms = world.clock.now_ms();
  world.hosts.recordBackupEnded(host_id, {
    job_id: mintId(),
    status: "succeeded",
    finished_at_ms,
  });
  world.repositories.recordOpened(world.repositories.forHost(ADMIN, host_id)!.id, finished_at_ms);
  world.clock.advance(60);
}

function probed(world: TestWorld, host_id: string, state: ProbeState, hours_off = 0) {
  const config_version = world.repositories.configVersion(host_id)!;
  world.repositories.applyProbe(host_id, {
    type: "repository.probed",
    report: { run_id: mintId(), seq: 1 },
    ...{ config_version, state, restic_repository_id: null, error: null, took_seconds: 0.1 },
    probed_at: new Date(world.clock.now_ms() + hours_off * 3_600_000).toISOString(),
  });
}

function stateOf({ hosts }: TestWorld, host_id: string) {
  const { backup_state, obstacle } = hosts.get(ADMIN, host_id);
  const surveyed = hosts.survey(ADMIN).all.find((host) => host.id === host_id)!;
  assert.deepEqual([surveyed.backup_state, surveyed.obstacle], [backup_state, obstacle]);
  return [backup_state, obstacle];
}

const PATHS = ["/etc", "/home"];

Deno.test("A host with a good backup is failed at once when its repository cannot be opened", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  for (
    const [probe, obstacle] of [
      ["wrong_password", "wrong_password"],
      ["unauthorized", "unauthorized"],
      ["missing", "repository_missing"],
      ["restic_not_found", "restic_not_found"],
    ] as const
  ) {
    probed(world, id, probe);
    assert.deepEqual(stateOf(world, id), ["failed", obstacle]);
  }
  probed(world, id, "unreachable");
  assert.deepEqual(stateOf(world, id), ["good", null]);
  world.db.close();
});

Deno.test("A repository that cannot be opened is told whatever the clock of its host says", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  for (const hours of [-48, 48]) {
    probed(world, id, "wrong_password", hours);
    assert.deepEqual(stateOf(world, id), ["failed", "wrong_password"]);
    world.clock.advance(60);
    backedUp(world, id);
    assert.deepEqual(stateOf(world, id), ["good", null]);
  }
  world.db.close();
});

Deno.test("A backup sent with the credentials before says nothing of those that came meanwhile", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  const repository = () => world.repositories.forHost(ADMIN, id)!;
  const sent_at_ms = world.clock.now_ms();
  world.clock.advance(60);
  await world.repositories.editCredentials(ADMIN, id, { password: "another password of it 7" });
  probed(world, id, "wrong_password");
  world.clock.advance(60);
  const finished_at_ms = world.clock.now_ms();
  const run = { job_id: mintId(), status: "succeeded", finished_at_ms } as const;
  world.hosts.recordBackupEnded(id, run);
  world.repositories.recordOpened(repository().id, sent_at_ms);
  assert.deepEqual(stateOf(world, id), ["failed", "wrong_password"]);
  world.repositories.recordOpened(repository().id, finished_at_ms);
  assert.deepEqual(stateOf(world, id), ["good", null]);
  world.db.close();
});

Deno.test("A good backup after a probe that failed counts for more than the probe", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  probed(world, id, "wrong_password");
  world.clock.advance(60);
  backedUp(world, id);
  assert.deepEqual(stateOf(world, id), ["good", null]);
  world.db.close();
});

Deno.test("A backup set that grew is a gap until a backup took it, one that shrank is none", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  const edit = (paths: string[], excludes = ["*.tmp"]) =>
    world.hosts.edit(OPERATOR, id, { backup_set: { paths, excludes, tags: [] } });
  edit(["/etc"]);
  assert.deepEqual(stateOf(world, id), ["good", null]);
  edit(PATHS);
  assert.deepEqual(stateOf(world, id), ["gaps", "set_changed"]);
  backedUp(world, id);
  assert.deepEqual(stateOf(world, id), ["good", null]);
  edit(PATHS, []);
  assert.deepEqual(stateOf(world, id), ["gaps", "set_changed"]);
  world.db.close();
});

Deno.test("A host without paths in its set is not good, and says why before its first backup too", async () => {
  const world = await testWorld();
  const id = await goodHost(world);
  const backup_set = { paths: [], excludes: [], tags: [] };
  world.hosts.edit(OPERATOR, id, { backup_set });
  assert.deepEqual(stateOf(world, id), ["gaps", "no_paths"]);
  const { id: fresh } = await enrolledHost(world, "web-02");
  world.hosts.edit(OPERATOR, fresh, { backup_set });
  assert.deepEqual(stateOf(world, fresh), ["never", "no_paths"]);
  world.db.close();
});

Deno.test("A repository that was missing before it was made is no obstacle after", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  probed(world, id, "missing");
  world.clock.advance(1);
  const repository_id = world.repositories.forHost(ADMIN, id)!.id;
  world.repositories.markInitialised(repository_id);
  world.repositories.recordOpened(repository_id, world.clock.now_ms());
  assert.deepEqual(stateOf(world, id), ["never", null]);
  world.clock.advance(1);
  probed(world, id, "missing");
  assert.deepEqual(stateOf(world, id), ["never", "repository_missing"]);
  world.db.close();
});
