import assert from "node:assert/strict";
import { AppError } from "../errors.ts";
import { JOB_LOG_QUOTA_BYTES } from "../protocol/limits.ts";
import { ListJobsQuery } from "../protocol/rest.ts";
import {
  ADMIN,
  agentOf,
  jobsWorld,
  linesFrom,
  OPERATOR,
  readyHost,
  startBackup,
  VIEWER,
} from "./test_world.ts";

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

Deno.test("start() sends a backup to a connected host: row, audit and command in one go", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const job = world.jobs.start(OPERATOR, host.id, {
    kind: "backup",
    bandwidth: { limit_upload_kib_per_second: 512 },
  });
  assert.equal(job.status, "dispatched");
  assert.deepEqual(job.backup_set, { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: [] });
  const [command] = world.commands.waiting(host.id, 10);
  assert.equal(command?.type === "command.run" && command.job_id, job.id);
  assert.equal(host.wakes(), 1);
  assert.equal(world.hosts.get(ADMIN, host.id).current_job_id, job.id);
  const [issued, started] = world.audit.list(ADMIN, { limit: 2 }).items;
  assert.deepEqual([started!.action, started!.target_id], ["job.start", job.id]);
  assert.equal(issued!.action, "command.issue");
  assert.equal(issued!.payload["job_id"], job.id);
  world.db.close();
});

Deno.test("start() refuses what could not work, with a code for each reason", async () => {
  const world = await jobsWorld();
  const { jobs } = world;
  const fresh = await readyHost(world, { name: "fresh", initialised: false });
  const ready = await readyHost(world, { name: "ready" });
  const none = { paths: [], excludes: [], tags: [] };
  assert.equal(codeOf(() => startBackup(world, fresh.id)), "not_initialised");
  assert.equal(
    codeOf(() => jobs.start(ADMIN, ready.id, { kind: "init", bandwidth: {} })),
    "already_initialised",
  );
  assert.equal(
    codeOf(() => jobs.start(ADMIN, ready.id, { kind: "backup", backup_set: none, bandwidth: {} })),
    "no_paths",
  );
  assert.equal(
    codeOf(() => jobs.start(OPERATOR, fresh.id, { kind: "init", bandwidth: {} })),
    "forbidden",
  );
  assert.equal(
    codeOf(() => jobs.start(VIEWER, ready.id, { kind: "backup", bandwidth: {} })),
    "forbidden",
  );
  jobs.start(ADMIN, fresh.id, { kind: "init", bandwidth: {} });
  assert.equal(
    codeOf(() => jobs.start(ADMIN, fresh.id, { kind: "init", bandwidth: {} })),
    "already_initialised",
  );
  assert.equal(jobs.list(ADMIN, ListJobsQuery.parse({})).total, 1);
  world.db.close();
});

Deno.test("A job for an absent host waits, says so, and goes when the host connects", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world, { name: "laptop-07", connected: false });
  const job = startBackup(world, host.id);
  assert.equal(job.status, "queued");
  assert.equal(job.waiting_for, "laptop-07 to connect");
  world.hub.greet(host.id, {
    run_id: "r",
    machine: { hostname: "", address: "" },
    ping() {},
    flush() {},
    close() {},
  });
  world.jobs.dispatch();
  assert.equal(world.jobs.get(ADMIN, job.id).status, "dispatched");
  world.db.close();
});

Deno.test("Jobs of one repository go one after the other; another repository never waits", async () => {
  const world = await jobsWorld();
  const one = await readyHost(world, { name: "one" });
  const other = await readyHost(world, { name: "other" });
  const first = startBackup(world, one.id);
  world.clock.advance(120);
  const second = startBackup(world, one.id);
  const third = startBackup(world, one.id);
  assert.equal(second.waiting_for, `backup ${first.id.slice(-8)} on the same repository`);
  assert.equal(startBackup(world, other.id).status, "dispatched");
  const agent = agentOf(world, one.id);
  agent.started(first.id);
  agent.finished(first.id);
  assert.equal(world.jobs.get(ADMIN, second.id).status, "dispatched");
  assert.equal(world.jobs.get(ADMIN, third.id).status, "queued");
  agent.finished(second.id, { status: "failed", exit_code: 1 });
  assert.equal(world.jobs.get(ADMIN, third.id).status, "dispatched");
  world.db.close();
});

Deno.test("A succeeded backup is projected on its host, its day and its repository", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world, { initialised: false });
  const agent = agentOf(world, host.id);
  const init = world.jobs.start(ADMIN, host.id, { kind: "init", bandwidth: {} });
  agent.started(init.id, "init");
  agent.finished(init.id, { kind: "init", stats: null });
  assert.notEqual(world.hosts.get(ADMIN, host.id).repository_initialised_at, null);
  const job = startBackup(world, host.id);
  agent.started(job.id);
  world.clock.advance(60);
  agent.finished(job.id);
  const after = world.hosts.get(ADMIN, host.id);
  assert.equal(after.current_job_id, null);
  assert.equal(after.last_backup_status, "succeeded");
  assert.equal(after.last_good_backup_at, "2026-11-12T08:43:05.000Z");
  assert.equal(after.backup_state, "good");
  const [day] = world.jobs.days([host.id], "2026-11-01");
  assert.equal(day?.succeeded, 1);
  world.db.close();
});

Deno.test("apply() does not believe a success without exit code 0 and a snapshot", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const gaps = { status: "warning", exit_code: 3, stats: {} } as const;
  for (
    const said of [{ exit_code: 3 }, { exit_code: null }, { stats: null }, { stats: {} }, gaps]
  ) {
    const job = startBackup(world, host.id);
    agent.started(job.id);
    agent.finished(job.id, said);
    const ended = world.jobs.get(ADMIN, job.id);
    assert.equal(ended.status, "failed", JSON.stringify(said));
    assert.equal(ended.error_class, "bad_output");
    assert.ok(ended.hint);
  }
  assert.equal(world.hosts.get(ADMIN, host.id).last_good_backup_at, null);
  world.db.close();
});

Deno.test("A repository with a new address counts as not backed up, whatever the old one's jobs say", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  agent.finished(startBackup(world, host.id).id);
  assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "good");
  const late = startBackup(world, host.id);
  await world.repositories.editCredentials(ADMIN, host.id, { url: "https://elsewhere.example/" });
  assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "never");
  agent.finished(late.id);
  assert.equal(world.jobs.get(ADMIN, late.id).status, "succeeded");
  const after = world.hosts.get(ADMIN, host.id);
  assert.deepEqual([after.backup_state, after.repository_initialised_at], ["never", null]);
  world.clock.advance(1);
  const init = world.jobs.start(ADMIN, host.id, { kind: "init", bandwidth: {} });
  agent.finished(init.id, { kind: "init", stats: null });
  agent.finished(startBackup(world, host.id).id);
  assert.equal(world.hosts.get(ADMIN, host.id).backup_state, "good");
  world.db.close();
});

Deno.test("apply() changes nothing for a job of another host or of nobody", async () => {
  const world = await jobsWorld();
  const mine = await readyHost(world, { name: "mine" });
  const foreign = await readyHost(world, { name: "foreign" });
  const job = startBackup(world, mine.id);
  const agent = agentOf(world, foreign.id);
  assert.equal(agent.started(job.id), false);
  assert.equal(agent.log(job.id, linesFrom(1, 2)), false);
  assert.equal(agent.finished(job.id), false);
  assert.equal(agent.finished("01980000-0000-7000-8000-00000000dead"), false);
  assert.equal(world.jobs.get(ADMIN, job.id).status, "dispatched");
  assert.equal(world.jobs.logs(ADMIN, job.id, 0, 10).lines.length, 0);
  world.db.close();
});

Deno.test("apply() keeps a finished job finished when late reports arrive", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const job = startBackup(world, host.id);
  agent.finished(job.id, { status: "failed", exit_code: 12, error_class: "wrong_password" });
  const ended = world.jobs.get(ADMIN, job.id);
  agent.started(job.id);
  agent.progress(job.id, 10);
  agent.finished(job.id);
  assert.deepEqual(world.jobs.get(ADMIN, job.id), ended);
  assert.equal(world.jobs.latest(job.id), undefined);
  assert.equal(world.jobs.days([host.id], "2026-11-01")[0]?.failed, 1);
  world.db.close();
});

Deno.test("apply() trusts no clock of an agent beyond what the server saw", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const job = startBackup(world, host.id);
  agentOf(world, host.id).finished(job.id, {
    started_at: "2001-01-01T00:00:00.000Z",
    finished_at: "2099-01-01T00:00:00.000Z",
  });
  const ended = world.jobs.get(ADMIN, job.id);
  assert.equal(ended.started_at, "2026-11-12T08:42:05.000Z");
  assert.equal(ended.finished_at, "2026-11-12T08:42:05.000Z");
  world.db.close();
});

Deno.test("Log lines are kept once, in order, and cut at the quota", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const agent = agentOf(world, host.id);
  const job = startBackup(world, host.id);
  agent.log(job.id, linesFrom(1, 3));
  agent.log(job.id, linesFrom(2, 5));
  const page = world.jobs.logs(ADMIN, job.id, 1, 3);
  assert.deepEqual(page.lines.map((line) => line.seq), [2, 3, 4]);
  assert.equal(page.last_seq, 4);
  assert.equal(world.jobs.get(ADMIN, job.id).log_lines, 5);
  const huge = linesFrom(6, 6).map((line) => ({
    ...line,
    payload: "x".repeat(JOB_LOG_QUOTA_BYTES),
  }));
  agent.log(job.id, huge);
  const cut = world.jobs.get(ADMIN, job.id);
  assert.equal(cut.log_truncated, true);
  assert.equal(cut.log_dropped_lines, 1);
  assert.equal(cut.log_lines, 6);
  assert.match(
    world.jobs.logs(ADMIN, job.id, 5, 9).lines[0]!.payload,
    /^\[1 log lines were dropped/,
  );
  world.db.close();
});

Deno.test("cancel() ends a queued job at once and asks the agent for a sent one", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const sent = startBackup(world, host.id);
  const queued = startBackup(world, host.id);
  const ended = world.jobs.cancel(OPERATOR, queued.id);
  assert.equal(ended.status, "cancelled");
  assert.equal(ended.error_class, "cancelled");
  const asked = world.jobs.cancel(OPERATOR, sent.id);
  assert.equal(asked.status, "dispatched");
  assert.notEqual(asked.cancel_requested_at, null);
  world.jobs.cancel(OPERATOR, sent.id);
  const cancels = world.commands.waiting(host.id, 10).filter((c) => c.type === "command.cancel");
  assert.equal(cancels.length, 1);
  agentOf(world, host.id).finished(sent.id, { status: "cancelled", exit_code: 130, stats: null });
  assert.equal(world.jobs.get(ADMIN, sent.id).status, "cancelled");
  assert.equal(codeOf(() => world.jobs.cancel(ADMIN, sent.id)), "job_finished");
  assert.equal(world.hosts.get(ADMIN, host.id).last_backup_status, null);
  assert.equal(codeOf(() => world.jobs.cancel(VIEWER, sent.id)), "forbidden");
  world.db.close();
});

Deno.test("A job withdrawn while its host was away is cancelled there when it began all the same", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const job = startBackup(world, host.id);
  host.leave();
  assert.equal(world.jobs.cancel(ADMIN, job.id).status, "cancelled");
  assert.equal(world.commands.waiting(host.id, 10).length, 0);
  agentOf(world, host.id).started(job.id);
  assert.deepEqual(world.commands.waiting(host.id, 10).map((c) => c.type), ["command.cancel"]);
  assert.equal(world.jobs.get(ADMIN, job.id).status, "cancelled");
  world.db.close();
});

Deno.test("expire() ends what never began, and leaves what the agent has", async () => {
  const world = await jobsWorld();
  const away = await readyHost(world, { name: "away", connected: false });
  const here = await readyHost(world, { name: "here" });
  const waiting = startBackup(world, away.id);
  const taken = startBackup(world, here.id);
  world.commands.acknowledge(here.id, world.commands.waiting(here.id, 10).map((c) => c.id));
  world.clock.advance(25 * 3600);
  world.jobs.expire();
  const expired = world.jobs.get(ADMIN, waiting.id);
  assert.equal(expired.status, "cancelled");
  assert.equal(expired.error_class, "expired");
  assert.equal(world.jobs.get(ADMIN, taken.id).status, "dispatched");
  world.db.close();
});

Deno.test("reconcile() interrupts only what the agent had and no longer knows", async () => {
  const world = await jobsWorld();
  const statuses: Record<string, string> = {};
  for (const name of ["running-known", "running-lost", "sent-unseen", "sent-taken"]) {
    const host = await readyHost(world, { name });
    const job = startBackup(world, host.id);
    if (name.startsWith("running")) agentOf(world, host.id).started(job.id);
    if (name === "sent-taken") {
      world.commands.acknowledge(host.id, world.commands.waiting(host.id, 10).map((c) => c.id));
    }
    world.jobs.reconcile(host.id, name === "running-known" ? [job.id] : []);
    statuses[name] = world.jobs.get(ADMIN, job.id).status;
  }
  assert.deepEqual(statuses, {
    "running-known": "running",
    "running-lost": "interrupted",
    "sent-unseen": "dispatched",
    "sent-taken": "interrupted",
  });
  world.db.close();
});

Deno.test("an agent that names a cancelled job again and again is sent three cancels of it at most", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world);
  const job = startBackup(world, host.id);
  host.leave();
  world.jobs.cancel(ADMIN, job.id);
  for (let n = 0; n < 10; n++) {
    world.jobs.reconcile(host.id, [job.id]);
    agentOf(world, host.id).started(job.id);
  }
  assert.equal(world.commands.waiting(host.id, 100).length, 3);
  world.db.close();
});

Deno.test("list() filters by host, kind, status and time, pages, and counts all that match", async () => {
  const world = await jobsWorld();
  const one = await readyHost(world, { name: "one" });
  const other = await readyHost(world, { name: "other" });
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    ids.push(startBackup(world, one.id).id);
    world.clock.advance(60);
  }
  startBackup(world, other.id);
  const list = (query: Record<string, unknown>) =>
    world.jobs.list(VIEWER, ListJobsQuery.parse(query));
  assert.equal(list({}).total, 6);
  const page = list({ host_id: one.id, limit: "2", offset: "1", order: "asc" });
  assert.deepEqual(page.items.map((job) => job.id), [ids[1], ids[2]]);
  assert.equal(page.total, 5);
  assert.equal(list({ host_id: one.id, status: "queued" }).total, 4);
  assert.equal(list({ since: "2026-11-12T08:45:00Z", until: "2026-11-12T08:47:00Z" }).total, 2);
  assert.equal(list({ kind: "init" }).total, 0);
  world.db.close();
});

Deno.test("shownOfHost() tells a host's last jobs, last backups and open ones, and no other host's", async () => {
  const world = await jobsWorld();
  const host = await readyHost(world, { name: "one" });
  const other = await readyHost(world, { name: "other" });
  const agent = agentOf(world, host.id);
  const begin = (kind: "backup" | "check") => {
    world.clock.advance(60);
    startBackup(world, other.id);
    return world.jobs.start(ADMIN, host.id, { kind, bandwidth: {} }).id;
  };
  const failed = begin("backup");
  agent.started(failed);
  agent.finished(failed, { status: "failed", exit_code: 1 });
  const running = begin("backup");
  agent.started(running);
  const queued = begin("backup");
  const checks = [begin("check"), begin("check")];
  for (const id of checks) world.jobs.cancel(ADMIN, id);
  const shown = world.jobs.shownOfHost(ADMIN, host.id, { recent: 1, backups: 2 });
  const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);
  assert.deepEqual(idsOf(shown.recent), [checks[1]]);
  assert.deepEqual(idsOf(shown.backups), [queued, running]);
  assert.deepEqual(idsOf(shown.open), [running, queued]);
  world.db.close();
});
