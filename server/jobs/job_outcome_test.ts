import assert from "node:assert/strict";
import { covers } from "../hosts/backup_set.ts";
import { ADMIN, agentOf, jobsWorld, OPERATOR, readyHost } from "./test_world.ts";

const OWN = { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: [] };

Deno.test("covers() wants every path of the host's own set, and no exclude beyond its own", () => {
  assert.equal(covers(OWN, OWN), true);
  assert.equal(covers({ ...OWN, paths: ["/srv", "/home", "/etc"], excludes: [] }, OWN), true);
  assert.equal(covers({ ...OWN, tags: ["weekly"] }, OWN), true);
  assert.equal(covers({ ...OWN, paths: ["/etc"] }, OWN), false);
  assert.equal(covers({ ...OWN, excludes: ["*.tmp", "/home/*"] }, OWN), false);
  assert.equal(covers(null, OWN), false);
  for (
    const less of [{ exclude_caches: true }, { one_file_system: true }, {
      exclude_if_present: [".nobackup"],
    }]
  ) {
    assert.equal(covers({ ...OWN, ...less }, OWN), false);
    assert.equal(covers({ ...OWN, ...less }, { ...OWN, ...less }), true);
    assert.equal(covers(OWN, { ...OWN, ...less }), true);
  }
});

Deno.test("A success of less than the host's own set does not make the host backed up; its gaps and failures count", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const state = () => world.hosts.get(ADMIN, host.id).backup_state;
  const start = (paths?: string[]) => {
    const backup_set = paths === undefined ? {} : { backup_set: { ...OWN, paths } };
    return world.jobs.start(OPERATOR, host.id, { kind: "backup", bandwidth: {}, ...backup_set }).id;
  };
  const part = start(["/etc"]);
  agent.finished(part);
  assert.equal(world.jobs.get(ADMIN, part).status, "succeeded");
  assert.equal(state(), "never");
  assert.deepEqual(world.jobs.days([host.id], "2026-11-01"), []);

  const before_it_grew = start();
  world.hosts.edit(ADMIN, host.id, { backup_set: { ...OWN, paths: ["/etc", "/home", "/srv"] } });
  agent.finished(before_it_grew);
  assert.equal(state(), "never");

  agent.finished(start());
  assert.equal(state(), "good");
  agent.finished(start(["/etc"]), { status: "failed", exit_code: 1 });
  assert.equal(state(), "failed");
  world.db.close();
});
