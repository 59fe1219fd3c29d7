import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../server/agents/test_world.ts";
import { SYSTEM } from "../server/auth/permissions.ts";
import { paths } from "../server/protocol/paths.ts";
import { type SignedInUser, testApp } from "../server/testing.ts";

async function aWorld() {
  const app = await testApp();
  const { services } = app;
  const added = await services.enrollment.add(SYSTEM, aHost("web-01"));
  await services.enrollment.enroll(anEnrollment(added.token), "192.0.2.7");
  const id = added.host.id;
  const initialise = () =>
    services.repositories.markInitialised(services.hosts.get(SYSTEM, id).repository_id!);
  const post = (who: SignedInUser, path: string, fields: Record<string, string>) =>
    app.ask(path, { method: "POST", headers: who.headers, body: new URLSearchParams(fields) });
  const read = async (who: SignedInUser, path: string) =>
    await (await app.ask(path, { headers: who.headers })).text();
  return { app, services, id, initialise, post, read, admin: await app.signIn("admin") };
}

Deno.test("A host's page offers Initialise repo before, and Run now after", async () => {
  const { id, initialise, read, admin } = await aWorld();
  assert.match(await read(admin, paths.host(id)), /Initialise repo/);
  initialise();
  const after = await read(admin, paths.host(id));
  assert.match(after, /Run now/);
  assert.doesNotMatch(after, /Initialise repo/);
});

Deno.test("Run now with a limit starts a backup that carries it, and leads to the job", async () => {
  const { services, id, initialise, post, read, admin } = await aWorld();
  initialise();
  const fields = { action: "run", limit_upload_kib_per_second: "2048" };
  const answer = await post(admin, paths.host(id), fields);
  const [job] = services.jobs.list(SYSTEM, { order: "desc", limit: 1, offset: 0 }).items;
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get("location"), paths.job(job!.id));
  assert.deepEqual(job!.bandwidth, { limit_upload_kib_per_second: 2048 });
  assert.match(await read(admin, paths.job(job!.id)), /Waits for web-01 to connect\./);
});

Deno.test("A job page without script shows the log's last lines as text, and cancels", async () => {
  const { services, id, initialise, post, read, admin } = await aWorld();
  initialise();
  const job = services.jobs.start(SYSTEM, id, { kind: "backup", bandwidth: {} });
  const payload = "<script>alert(1)</script>\x1b[31m\u202e";
  const report = { run_id: "01980000-0000-7000-8000-000000000001", seq: 1 };
  const line = { seq: 1, ts: "2026-11-12T08:42:05.000Z", stream: "stderr" as const, payload };
  services.jobs.apply(id, { type: "log.stream", report, job_id: job.id, lines: [line] });
  const page = await read(admin, paths.job(job.id));
  assert.match(page, /&lt;script>alert\(1\)&lt;\/script>\\x1b\[31m\\u202e/);
  const answer = await post(admin, paths.job(job.id), { action: "cancel" });
  assert.equal(answer.headers.get("location"), paths.job(job.id));
  assert.notEqual(services.jobs.get(SYSTEM, job.id).cancel_requested_at, null);
});

Deno.test("A job page without script shows the end of a long log, not its beginning", async () => {
  const { services, id, initialise, read, admin } = await aWorld();
  initialise();
  const job = services.jobs.start(SYSTEM, id, { kind: "backup", bandwidth: {} });
  const report = { run_id: "01980000-0000-7000-8000-000000000001", seq: 1 };
  const ts = "2026-11-12T08:42:05.000Z";
  const lines = Array.from({ length: 450 }, (_, i) => ({
    ...{ seq: i + 1, ts, stream: "stdout" as const, payload: `line number ${i + 1}.` },
  }));
  services.jobs.apply(id, { type: "log.stream", report, job_id: job.id, lines });
  const page = await read(admin, paths.job(job.id));
  assert.ok(page.includes("line number 450."), "the last line is there");
  assert.ok(!page.includes("line number 10."), "an old one is not");
});

Deno.test("Settings keep what was typed and say which line is wrong", async () => {
  const { services, id, post, admin } = await aWorld();
  const fields = {
    action: "save",
    name: "web-02",
    "backup_set.paths": "/etc\r\nhome",
    "backup_set.excludes": "",
    "backup_set.tags": "",
  };
  const answer = await post(admin, paths.hostSettings(id), fields);
  const text = await answer.text();
  assert.equal(answer.status, 400);
  assert.match(text, /Line 2: must be absolute/);
  assert.match(text, /value="web-02"/);
  assert.equal(services.hosts.get(SYSTEM, id).name, "web-01");
});

Deno.test("An operator changes the backup set, and gets neither fields nor right for the rest", async () => {
  const { app, services, id, post, read } = await aWorld();
  const operator = await app.signIn("operator");
  const page = await read(operator, paths.hostSettings(id));
  assert.match(page, /name="backup_set.paths"/);
  assert.doesNotMatch(page, /name="(name|goal_hours|rest_password|password)"|Remove web-01/);
  const set = { "backup_set.paths": "/srv", "backup_set.excludes": "", "backup_set.tags": "" };
  const saved = await post(operator, paths.hostSettings(id), { action: "save", ...set });
  assert.equal(saved.status, 303);
  assert.deepEqual(services.hosts.get(SYSTEM, id).backup_set.paths, ["/srv"]);
  await post(operator, paths.hostSettings(id), { action: "save", name: "mine" });
  assert.equal(services.hosts.get(SYSTEM, id).name, "web-01");
});

Deno.test("A viewer reads every page of a host without one button that acts", async () => {
  const { app, id, initialise, read } = await aWorld();
  initialise();
  const viewer = await app.signIn("viewer");
  const pages = [
    paths.host(id),
    paths.hostSnapshots(id),
    paths.hostJobs(id),
    paths.hostSettings(id),
  ];
  for (const path of pages) {
    const page = await read(viewer, path);
    assert.match(page, /web-01/, path);
    assert.doesNotMatch(page, /name="action"/, path);
  }
});

Deno.test("A new encryption password is taken and shown nowhere", async () => {
  const { id, post, read, admin } = await aWorld();
  const secret = "a new and secret phrase";
  const fields = { action: "credentials", password: secret };
  assert.equal((await post(admin, paths.hostSettings(id), fields)).status, 303);
  for (const path of [paths.hostSettings(id), paths.audit()]) {
    assert.doesNotMatch(await read(admin, path), new RegExp(secret), path);
  }
});

Deno.test("A host is removed only when its name was typed", async () => {
  const { services, id, post, admin } = await aWorld();
  await post(admin, paths.hostSettings(id), { action: "remove", confirm: "web-02" });
  assert.equal(services.hosts.get(SYSTEM, id).name, "web-01");
  const answer = await post(admin, paths.hostSettings(id), { action: "remove", confirm: "web-01" });
  assert.equal(answer.headers.get("location"), paths.hosts());
  assert.throws(() => services.hosts.get(SYSTEM, id), { code: "not_found" });
});

Deno.test("The audit log pages backwards and filters by who", async () => {
  const { read, admin } = await aWorld();
  assert.match(await read(admin, paths.audit()), /host\.add/);
  assert.match(await read(admin, `${paths.audit()}?limit=1`), /before_seq=\d+/);
  assert.doesNotMatch(await read(admin, `${paths.audit()}?actor=agent`), /host\.add/);
});
