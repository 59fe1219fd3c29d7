import assert from "node:assert/strict";
import {
  ADMIN,
  aHost,
  anEnrollment,
  databaseText,
  enrolledHost,
  OPERATOR,
  testWorld,
  VIEWER,
} from "../agents/test_world.ts";
import { iso } from "../clock.ts";
import { mintId } from "../ids.ts";
import type { RepositoryProbed } from "../protocol/agent_messages.ts";
import { Repository } from "../protocol/entities.ts";
import { RepositoryDetail } from "../protocol/rest.ts";
import { SignedMessage } from "../protocol/server_messages.ts";

function aProbe(given: Partial<RepositoryProbed> = {}): RepositoryProbed {
  return {
    type: "repository.probed",
    report: { run_id: mintId(), seq: 1 },
    config_version: 2,
    state: "ready",
    restic_repository_id: "abc",
    error: null,
    took_seconds: 0.1,
    probed_at: "2026-11-12T08:00:00.000Z",
    ...given,
  };
}

Deno.test("repositories.forHost() shows the address from add on, and the user after enrolment", async () => {
  const world = await testWorld();
  const { host } = await world.enrollment.add(ADMIN, aHost("web-01"));
  const repository = world.repositories.forHost(VIEWER, host.id)!;
  assert.deepEqual(Repository.parse(repository), repository);
  assert.equal(repository.url, "https://storage.example:8000/web-01/");
  assert.equal(repository.id, host.repository_id);
  assert.equal(repository.append_only, true);
  const { id } = await enrolledHost(world, "web-02");
  assert.equal(world.repositories.forHost(VIEWER, id)!.rest_username, "web-02");
  assert.equal(world.repositories.forHost(VIEWER, mintId()), undefined);
  world.db.close();
});

Deno.test("repositories.configFor() has no repository before enrolment and a valid one after", async () => {
  const world = await testWorld();
  const { host } = await world.enrollment.add(ADMIN, aHost("web-01"));
  assert.equal((await world.repositories.configFor(host.id)).repository, null);
  const { id } = await enrolledHost(world, "web-02");
  const config = await world.repositories.configFor(id);
  assert.deepEqual(SignedMessage.parse(config), config);
  assert.equal(config.config_version, world.repositories.configVersion(id));
  await assert.rejects(world.repositories.configFor(mintId()), { code: "not_found" });
  world.db.close();
});

Deno.test("repositories.editCredentials() pushes a newer config and audits names, never values", async () => {
  const world = await testWorld();
  const { id, added } = await enrolledHost(world);
  let flushed = 0;
  world.hub.greet(id, {
    run_id: "",
    machine: { hostname: "", address: "" },
    ping() {},
    flush: () => void flushed++,
    close() {},
  });
  world.repositories.applyProbe(id, aProbe());
  const before = world.repositories.configVersion(id)!;
  const edit = { rest_username: "beta", rest_password: "n3w-rest", password: "n3w-repo" };
  const repository = await world.repositories.editCredentials(ADMIN, id, edit);
  assert.equal(repository.probe_state, "unknown");
  assert.equal(repository.rest_username, "beta");
  assert.notEqual(repository.initialised_at, null, "other credentials, same repository");
  const config = await world.repositories.configFor(id);
  assert.equal(config.config_version, before + 1);
  assert.equal(config.repository?.rest_password, "n3w-rest");
  assert.equal(config.repository?.password, "n3w-repo");
  assert.equal(flushed, 1);
  const [entry] = world.audit.list(ADMIN, { action: "credentials.edit", limit: 1 }).items;
  assert.deepEqual(entry?.payload, { changed: ["password", "rest_password", "rest_username"] });
  const kept = databaseText(world);
  for (const secret of ["n3w-rest", "n3w-repo", added.minted.rest_password!]) {
    assert.ok(!kept.includes(secret));
  }
  await assert.rejects(world.repositories.editCredentials(OPERATOR, id, edit), {
    code: "forbidden",
  });
  world.db.close();
});

Deno.test("repositories.editCredentials() changes only what was given", async () => {
  const world = await testWorld();
  const { id, added } = await enrolledHost(world);
  await world.repositories.editCredentials(ADMIN, id, { password: "n3w-repo" });
  await world.repositories.editCredentials(ADMIN, id, { rest_username: "beta" });
  const { repository } = await world.repositories.configFor(id);
  assert.equal(repository?.password, "n3w-repo");
  assert.equal(repository?.rest_username, "beta");
  assert.equal(repository?.rest_password, added.minted.rest_password);
  const without = await world.repositories.editCredentials(ADMIN, id, { rest_username: "" });
  assert.equal(without.rest_username, null);
  assert.equal((await world.repositories.configFor(id)).repository?.rest_password, null);
  await assert.rejects(world.repositories.editCredentials(ADMIN, id, { rest_password: "x" }), {
    code: "invalid_field",
    field: "rest_username",
  });
  world.db.close();
});

Deno.test("repositories.editCredentials() keeps the two secrets different", async () => {
  const world = await testWorld();
  const { id, added } = await enrolledHost(world);
  const { rest_password, repository_password } = added.minted;
  await assert.rejects(
    world.repositories.editCredentials(ADMIN, id, { password: rest_password! }),
    { code: "invalid_field", field: "password" },
  );
  await assert.rejects(
    world.repositories.editCredentials(ADMIN, id, { rest_password: repository_password! }),
    { code: "invalid_field", field: "rest_password" },
  );
  world.db.close();
});

Deno.test("repositories.editCredentials() takes a new address for a repository nobody has seen", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  world.repositories.applyProbe(id, aProbe());
  const same = { url: "https://storage.example:8000/web-01" };
  const kept = await world.repositories.editCredentials(ADMIN, id, same);
  assert.notEqual(kept.initialised_at, null, "the slash at the end is no other address");
  const moved = await world.repositories.editCredentials(ADMIN, id, { url: "http://nas/x" });
  assert.equal(moved.url, "http://nas/x/");
  assert.equal(moved.initialised_at, null);
  world.db.close();
});

Deno.test("repositories.editCredentials() forgets many snapshots of the old address in short steps", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const repository_id = world.repositories.forHost(VIEWER, id)!.id;
  world.db.sqlite.exec(`
    INSERT INTO snapshot_lists (id, host_id, items) VALUES (1, '${id}', '[]');
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2100)
    INSERT INTO snapshots (repository_id, id, host_id, time_ms, hostname, username, paths_id, tags_id)
      SELECT '${repository_id}', printf('%064x', n), '${id}', n, 'web-01', 'root', 1, 1 FROM n;`);
  const count = () => Number(world.db.prepare("SELECT count(*) AS n FROM snapshots").get()!["n"]);
  const steps: number[] = [];
  const transaction = world.db.transaction.bind(world.db);
  world.db.transaction = (work) => {
    const before = count();
    const result = transaction(work);
    if (before > count()) steps.push(before - count());
    return result;
  };
  const moved = await world.repositories.editCredentials(ADMIN, id, { url: "http://nas/x" });
  assert.equal(moved.url, "http://nas/x/");
  assert.deepEqual([count(), steps], [0, [500, 500, 500, 500, 100]]);
  world.db.close();
});

Deno.test("repositories.editCredentials() at the same time loses neither change", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  await Promise.all([
    world.repositories.editCredentials(ADMIN, id, { password: "n3w-repo" }),
    world.repositories.editCredentials(ADMIN, id, { rest_password: "n3w-rest" }),
  ]);
  const { repository, config_version } = await world.repositories.configFor(id);
  assert.equal(repository?.password, "n3w-repo");
  assert.equal(repository?.rest_password, "n3w-rest");
  assert.equal(config_version, 4);
  world.db.close();
});

Deno.test("repositories.editCredentials() before enrolment wins over what lies with the token", async () => {
  const world = await testWorld();
  const added = await world.enrollment.add(ADMIN, aHost("web-01"));
  await world.repositories.editCredentials(ADMIN, added.host.id, { password: "n3w-repo" });
  const { token } = await world.enrollment.regenerate(ADMIN, added.host.id);
  await world.enrollment.enroll(anEnrollment(token), "10.0.0.20");
  const { repository } = await world.repositories.configFor(added.host.id);
  assert.equal(repository?.password, "n3w-repo");
  assert.equal(repository?.rest_password, added.minted.rest_password);
  world.db.close();
});

Deno.test("repositories.applyProbe() takes ready as initialised, once, and ignores an older config", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const state = () => world.repositories.forHost(VIEWER, id)!;
  world.repositories.applyProbe(id, aProbe({ state: "missing", error: "no repository there" }));
  assert.equal(state().probe_state, "missing");
  assert.equal(state().initialised_at, null);
  world.repositories.applyProbe(id, aProbe());
  world.repositories.applyProbe(id, aProbe());
  assert.equal(state().probe_state, "ready");
  assert.equal(world.hosts.get(VIEWER, id).repository_initialised_at, state().initialised_at);
  assert.notEqual(state().initialised_at, null);
  world.repositories.applyProbe(id, aProbe({ config_version: 1, state: "unreachable" }));
  assert.equal(state().probe_state, "ready");
  const entries = world.audit.list(ADMIN, { action: "repository.initialised", limit: 10 }).items;
  assert.deepEqual(entries.map((entry) => entry.actor), ["system"]);
  world.db.close();
});

Deno.test("repositories.applyProbe() keeps who holds locks, and with a probe of none that they are gone", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const lock = {
    ...{ hostname: "db-01", username: "root", pid: 7, exclusive: true, holder: "foreign" as const },
    renewed_at: "2026-11-12T08:00:00.000Z",
  };
  const probe = (locks?: (typeof lock)[]) =>
    world.repositories.applyProbe(id, {
      type: "repository.probed",
      report: { run_id: mintId(), seq: 1 },
      config_version: world.repositories.configVersion(id)!,
      ...{ state: "ready", restic_repository_id: null, error: null, took_seconds: 0.1 },
      ...(locks === undefined ? {} : { locks }),
      probed_at: iso(world.clock.now_ms()),
    });
  const seen = () => {
    const { locks, locks_at, lock_state } = world.repositories.forHost(ADMIN, id)!;
    return { locks, locks_at, lock_state };
  };
  assert.deepEqual(seen(), { locks: null, locks_at: null, lock_state: "unknown" });
  probe([lock]);
  const at = iso(world.clock.now_ms());
  assert.deepEqual(seen(), { locks: [lock], locks_at: at, lock_state: "locked" });
  world.clock.advance(60);
  probe();
  assert.equal(seen().locks_at, at, "an older agent says nothing of locks");
  probe([]);
  assert.deepEqual([seen().locks, seen().lock_state], [[], "unlocked"]);
  world.db.close();
});

Deno.test("repositories.applyStats() keeps the figures on the repository and on its host", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  world.repositories.applyStats(id, {
    type: "repo.stats",
    report: { run_id: mintId(), seq: 1 },
    size_bytes: 5_000_000_000,
    snapshot_count: 3,
    dedup_ratio: 1.5,
    compression_ratio: null,
    last_check_at: null,
    last_check_status: null,
    lock_state: "unlocked",
  });
  const repository = world.repositories.forHost(VIEWER, id)!;
  assert.equal(repository.size_bytes, 5_000_000_000);
  assert.equal(repository.lock_state, "unlocked");
  const host = world.hosts.get(VIEWER, id);
  assert.deepEqual([host.repo_size_bytes, host.snapshot_count], [5_000_000_000, 3]);
  world.db.close();
});

Deno.test("repositories.applyProbe() notices that another repository stands at the address, until accepted", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const now = () => world.repositories.forHost(VIEWER, id)!;
  const found = (restic_repository_id: string | null) =>
    world.repositories.applyProbe(id, aProbe({ restic_repository_id }));
  found("first");
  found(null);
  assert.equal(now().replaced_at, null);
  found("second");
  assert.equal(now().replaced_restic_repository_id, "first");
  assert.notEqual(now().replaced_at, null);
  found("third");
  assert.equal(now().replaced_restic_repository_id, "first");
  found("first");
  assert.equal(now().replaced_at, null, "the right one is back");
  found("second");
  assert.throws(() => world.repositories.acceptReplacement(OPERATOR, id), { code: "forbidden" });
  world.repositories.acceptReplacement(ADMIN, id);
  assert.equal(now().replaced_at, null);
  found("second");
  assert.equal(now().replaced_at, null);
  const [entry] = world.audit.list(ADMIN, { action: "repository.accept", limit: 1 }).items;
  assert.deepEqual(entry?.payload, { host_id: id, before: "first", now: "second" });
  world.db.close();
});

Deno.test("A host whose repository was replaced is failed until a backup is good in the new one", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const state = () => {
    const { backup_state, obstacle } = world.hosts.get(VIEWER, id);
    return [backup_state, obstacle];
  };
  const backedUp = () =>
    world.hosts.recordBackupEnded(id, {
      ...{ job_id: mintId(), status: "succeeded", finished_at_ms: world.clock.now_ms() },
    });
  world.repositories.applyProbe(id, aProbe({ restic_repository_id: "first" }));
  backedUp();
  assert.deepEqual(state(), ["good", null]);
  world.clock.advance(60);
  world.repositories.applyProbe(id, aProbe({ restic_repository_id: "second" }));
  assert.deepEqual(state(), ["failed", "repository_replaced"]);
  world.clock.advance(60);
  backedUp();
  assert.deepEqual(state(), ["good", null]);
  assert.notEqual(world.repositories.forHost(VIEWER, id)!.replaced_at, null, "the note stays");
  world.db.close();
});

Deno.test("repositories.probeAgain() makes the agent apply its settings again, and an old probe void", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  let flushed = 0;
  world.hub.greet(id, {
    run_id: "",
    machine: { hostname: "", address: "" },
    ping() {},
    flush: () => void flushed++,
    close() {},
  });
  const before = world.repositories.configVersion(id)!;
  assert.throws(() => world.repositories.probeAgain(VIEWER, id), { code: "forbidden" });
  world.repositories.probeAgain(OPERATOR, id);
  assert.deepEqual([world.repositories.configVersion(id), flushed], [before + 1, 1]);
  world.repositories.applyProbe(id, aProbe({ config_version: before, state: "unreachable" }));
  assert.equal(world.repositories.forHost(VIEWER, id)!.probe_state, "unknown");
  assert.throws(() => world.repositories.probeAgain(OPERATOR, mintId()), { code: "not_found" });
  world.db.close();
});

Deno.test("repositories.detail() has the last figures of each day, and who set which secret when", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const told = (size_bytes: number) =>
    world.repositories.applyStats(id, {
      ...{ type: "repo.stats", report: { run_id: mintId(), seq: 1 }, size_bytes },
      ...{ snapshot_count: 1, dedup_ratio: 1.5, compression_ratio: null, last_check_at: null },
      ...{ last_check_status: null, lock_state: "unlocked" },
    });
  told(1000);
  told(1100);
  world.clock.advance(86_400);
  told(900);
  await world.repositories.editCredentials(ADMIN, id, { password: "n3w-repo" });
  const detail = world.repositories.detail(VIEWER, id);
  assert.deepEqual(RepositoryDetail.parse(detail), detail);
  assert.deepEqual(detail.days.map((day) => day.size_bytes), [1100, 900]);
  assert.equal(detail.secrets.password?.changed_by, ADMIN.name);
  assert.equal(detail.secrets.rest_password?.changed_by, null);
  world.clock.advance(89 * 86_400);
  assert.deepEqual(world.repositories.detail(VIEWER, id).days.map((day) => day.size_bytes), [900]);
  await world.repositories.editCredentials(ADMIN, id, { url: "http://nas/x" });
  assert.deepEqual(world.repositories.detail(VIEWER, id).days, []);
  assert.throws(() => world.repositories.detail(VIEWER, mintId()), { code: "not_found" });
  world.db.close();
});
