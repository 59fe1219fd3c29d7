import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../agents/test_world.ts";
import { SYSTEM } from "../auth/permissions.ts";
import { type SignedInUser, type TestApp, testApp } from "../testing.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { linesFrom } from "./test_world.ts";

async function aWorld(base_url = "http://localhost:8080") {
  const app = await testApp({ config: { base_url } });
  const { services } = app;
  const admin = await app.signIn("admin");
  const added = await services.enrollment.add(SYSTEM, aHost("web-01"));
  await services.enrollment.enroll(anEnrollment(added.token), "192.0.2.7");
  const host_id = added.host.id;
  services.repositories.markInitialised(services.hosts.get(SYSTEM, host_id).repository_id!);
  return { app, services, admin, host_id };
}

function post(app: TestApp, who: SignedInUser, path: string, body: unknown): Promise<Response> {
  const headers = { ...who.headers, "content-type": "application/json" };
  return app.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function errorOf(answer: Response): Promise<string> {
  return `${answer.status} ${(await answer.json()).code}`;
}

Deno.test("A job is started, read, listed and cancelled over REST", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const { headers } = admin;
  const started = await post(app, admin, `/api/hosts/${host_id}/jobs`, { kind: "backup" });
  const job = await started.json();
  assert.equal(started.status, 201);
  assert.equal(started.headers.get("location"), `/api/jobs/${job.id}`);
  assert.equal(job.waiting_for, "web-01 to connect");
  const one = await (await app.ask(`/api/jobs/${job.id}`, { headers })).json();
  assert.deepEqual(one, job);
  for (const path of [`/api/hosts/${host_id}/jobs`, `/api/jobs?host_id=${host_id}&status=queued`]) {
    const list = await (await app.ask(path, { headers })).json();
    assert.deepEqual(list, { items: [job], total: 1 }, path);
  }
  const cancelled = await post(app, admin, `/api/jobs/${job.id}/cancel`, {});
  assert.equal(cancelled.status, 202);
  assert.equal((await cancelled.json()).status, "cancelled");
  assert.equal(
    await errorOf(await post(app, admin, `/api/jobs/${job.id}/cancel`, {})),
    "409 job_finished",
  );
  const summary = await (await app.ask("/api/fleet/summary", { headers })).json();
  assert.equal(summary.hosts, 1);
  assert.equal(summary.queued_jobs, 0);
  services.db.close();
});

Deno.test("Starting a job over REST says what is wrong, and whose work it is not", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const operator = await app.signIn("operator");
  const viewer = await app.signIn("viewer");
  const path = `/api/hosts/${host_id}/jobs`;
  assert.equal(
    await errorOf(await post(app, admin, path, { kind: "init" })),
    "409 already_initialised",
  );
  assert.equal(
    await errorOf(await post(app, admin, path, { kind: "format" })),
    "400 invalid_field",
  );
  assert.equal(await errorOf(await post(app, operator, path, { kind: "init" })), "403 forbidden");
  assert.equal(await errorOf(await post(app, viewer, path, { kind: "backup" })), "403 forbidden");
  const nobody = `/api/hosts/01980000-0000-7000-8000-00000000dead/jobs`;
  assert.equal(await errorOf(await post(app, admin, nobody, { kind: "backup" })), "404 not_found");
  services.db.close();
});

Deno.test("A log is read in pages as JSON and whole as a text file", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const { headers } = admin;
  const { id } = services.jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} });
  for (const first of [1, 501, 1001]) {
    services.jobs.apply(host_id, {
      type: "log.stream",
      report: { run_id: id, seq: first },
      job_id: id,
      lines: linesFrom(first, first + 499),
    });
  }
  const page = await (await app.ask(`/api/jobs/${id}/logs?after_seq=10&limit=5`, { headers }))
    .json();
  assert.equal(page.lines.length, 5);
  assert.equal(page.last_seq, 15);
  const file = await app.ask(`/jobs/${id}/log.txt`, { headers });
  assert.equal(file.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.match(
    file.headers.get("content-disposition")!,
    /^attachment; filename="backup-[0-9a-f]{8}\.txt"$/,
  );
  assert.equal(file.headers.get("x-content-type-options"), "nosniff");
  const lines = (await file.text()).trimEnd().split("\n");
  assert.equal(lines.length, 1500);
  assert.equal(lines.at(-1), "2026-11-12T08:42:05.000Z stdout line 1500");
  services.db.close();
});

Deno.test("A log of long lines is downloaded whole", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const { id } = services.jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} });
  const payload = "x".repeat(16_000);
  const lines = linesFrom(1, 300).map((line) => ({ ...line, payload }));
  const report = { run_id: id, seq: 1 };
  services.jobs.apply(host_id, { type: "log.stream", report, job_id: id, lines });
  const file = await app.ask(`/jobs/${id}/log.txt`, { headers: admin.headers });
  assert.equal((await file.text()).trimEnd().split("\n").length, 300);
  services.db.close();
});

Deno.test("The job stream is refused to visitors and to pages of another origin", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const { id } = services.jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} });
  const path = `/api/jobs/${id}/stream?after_seq=0`;
  const upgrade = { upgrade: "websocket", connection: "Upgrade" };
  const { cookie } = admin;
  const code = async (headers: Record<string, string>) =>
    (await app.ask(path, { headers: { accept: "application/json", ...headers } })).status;
  assert.equal(await code({ ...upgrade, origin: "http://localhost:8080" }), 401);
  assert.equal(await code({ ...upgrade, cookie }), 403);
  assert.equal(await code({ ...upgrade, cookie, origin: "http://localhost:8081" }), 403);
  assert.equal(await code({ ...upgrade, cookie, origin: "null" }), 403);
  assert.equal(await code({ cookie, origin: "http://localhost:8080" }), 400);
  services.db.close();
});

Deno.test("GET /api/events is a stream that ends with the page, and needs a session", async () => {
  const { app, services, admin } = await aWorld();
  assert.equal((await app.ask("/api/events")).status, 401);
  const answer = await app.ask("/api/events", { headers: admin.headers });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.equal(services.fleet_events.streams.size, 1);
  await answer.body!.cancel();
  assert.equal(services.fleet_events.streams.size, 0);
  services.db.close();
});

Deno.test("GET /api/events ends at once when its session is signed out", async () => {
  const { app, services, admin } = await aWorld();
  const answer = await app.ask("/api/events", { headers: admin.headers });
  await app.ask("/api/auth/logout", { method: "POST", headers: admin.headers });
  assert.equal(await answer.text(), "retry: 3000\n\n");
  services.db.close();
});

Deno.test("A browser watches a job over a real socket until its end", async () => {
  const handler: { now?: TestApp["handler"] } = {};
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (req, info) => {
    return handler.now!(req, info);
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const { app, services, admin, host_id } = await aWorld(origin);
  handler.now = app.handler;
  const { id } = services.jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} });
  const address = `${origin.replace("http", "ws")}/api/jobs/${id}/stream?after_seq=0`;
  // The DOM's type knows protocols only; Deno takes headers too.
  const options = { headers: { cookie: admin.cookie, origin } } as unknown as string[];
  const socket = new WebSocket(address, options);
  const types: string[] = [];
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  socket.onerror = () => reject(new Error("the socket failed"));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    types.push(message.type);
    if (types.length === 1) services.jobs.cancel(SYSTEM, id);
    if (message.type === "job" && message.job.status === "cancelled") resolve();
  };
  await ended;
  assert.deepEqual(types, ["job", "job.finished", "job"]);
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<number>();
  socket.onclose = ({ code }) => onClosed(code);
  services.sessions.end(admin.cookie.split("=")[1]!, "192.0.2.1");
  assert.equal(await closed, CLOSE.bad_credential, "the socket ends with its session");
  await server.shutdown();
  assert.equal(services.job_stream.watchers(id), 0);
  services.db.close();
});

Deno.test("PUT credentials refuses an empty change and a user name that would break out of its field", async () => {
  const { app, services, admin, host_id } = await aWorld();
  const headers = { ...admin.headers, "content-type": "application/json" };
  const version = services.repositories.configVersion(host_id);
  for (const edit of [{}, { rest_username: "a:b" }, { rest_username: "a/b" }]) {
    const body = JSON.stringify(edit);
    const answer = await app.ask(`/api/hosts/${host_id}/credentials`, {
      ...{ method: "PUT", headers, body },
    });
    assert.equal(await errorOf(answer), "400 invalid_field", body);
    assert.equal(answer.headers.get("cache-control"), "no-store");
  }
  assert.equal(services.repositories.configVersion(host_id), version);
  services.db.close();
});
