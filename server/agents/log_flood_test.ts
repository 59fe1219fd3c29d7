import assert from "node:assert/strict";
import { SYSTEM } from "../auth/permissions.ts";
import type { LogLine } from "../protocol/entities.ts";
import { REPORTS_IN_FLIGHT_MAX } from "../protocol/limits.ts";
import { FakeAgent } from "../tasks/stack/fake_agent.ts";
import { type TestApp, testApp } from "../testing.ts";
import { aHost } from "./test_world.ts";

const BATCH_LINES = 500;
const BATCHES = 60;

/** The real app on a port of loopback. */
async function onPort(work: (app: TestApp, base_url: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({ config: { base_url }, time_ms: () => performance.now() });
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  try {
    await work(app, base_url);
  } finally {
    app.services.agent_sessions.shutDown();
    await server.shutdown();
    app.services.db.close();
  }
}

async function until(what: string, done: () => boolean): Promise<void> {
  for (let n = 0; n < 10_000; n++) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited 50 s for ${what}`);
}

/** A connected agent with a job that it was told to run. */
async function busyAgent({ services }: TestApp, base_url: string, name: string) {
  const { host, token } = await services.enrollment.add(SYSTEM, aHost(name));
  const agent = await FakeAgent.enroll({ base_url }, token);
  services.repositories.markInitialised(host.repository_id!);
  await agent.connect();
  const { id: job_id } = services.jobs.start(SYSTEM, host.id, { kind: "backup", bandwidth: {} });
  await until("the command", () => agent.received.some((one) => one.type === "command.run"));
  agent.report({
    ...{ type: "job.started", job_id, kind: "backup", started_at: new Date().toISOString() },
  });
  return { agent, job_id };
}

type Busy = Awaited<ReturnType<typeof busyAgent>>;

/** Logs as fast as the server acknowledges, at most 32 reports ahead. */
async function flood({ agent, job_id }: Busy, payload: string, lines_each: number): Promise<void> {
  const sent: number[] = [];
  const ts = new Date().toISOString();
  for (let n = 0; n < BATCHES; n++) {
    await until(
      "room",
      () => sent.filter((seq) => !agent.acknowledged(seq)).length < REPORTS_IN_FLIGHT_MAX,
    );
    const lines: LogLine[] = Array.from(
      { length: lines_each },
      (_, i) => ({ seq: n * lines_each + i + 1, ts, stream: "stdout", payload }),
    );
    sent.push(agent.report({ type: "log.stream", job_id, lines }));
  }
  await until("the last line", () => sent.every((seq) => agent.acknowledged(seq)));
}

Deno.test("five agents that flood the server with log lines leave the others served", async () => {
  await onPort(async (app, base_url) => {
    const { services } = app;
    const admin = await app.signIn("admin");
    const noisy: Busy[] = [];
    for (let n = 1; n <= 5; n++) noisy.push(await busyAgent(app, base_url, `noisy-${n}`));
    const quiet = await busyAgent(app, base_url, "quiet-1");
    let flooding = 5;
    const floods = noisy.map((one, n) =>
      (n === 0
        ? flood(one, "x".repeat(10_000), 50)
        : flood(one, "unchanged /srv/file", BATCH_LINES))
        .finally(() => flooding--)
    );
    await until(
      "the flood",
      () => services.jobs.logs(SYSTEM, noisy[1]!.job_id, 0, 1).lines.length > 0,
    );
    const at = new Date().toISOString();
    const end = quiet.agent.report({
      ...{ type: "job.finished", job_id: quiet.job_id, kind: "backup", status: "failed" },
      ...{ exit_code: 1, error_class: null, error: null, stats: null, log_lines: 0 },
      ...{ started_at: at, finished_at: at },
    });
    await until("the end of the quiet job", () => quiet.agent.acknowledged(end));
    const answer = await fetch(`${base_url}/api/jobs`, { headers: { cookie: admin.cookie } });
    assert.equal((await answer.json()).total, 6);
    assert.ok(flooding > 0, "the flood was over before the others were served");
    await Promise.all(floods);
    for (const [n, { agent, job_id }] of noisy.entries()) {
      assert.equal(services.hub.connected(agent.host_id), true);
      const job = services.jobs.get(SYSTEM, job_id);
      const lines: LogLine[] = [];
      for (let after = 0;;) {
        const page = services.jobs.logs(SYSTEM, job_id, after, 5000);
        lines.push(...page.lines);
        after = page.last_seq;
        if (page.lines.length === 0) break;
      }
      assert.deepEqual(lines.map((line) => line.seq), lines.map((_, i) => i + 1));
      const sent = BATCHES * (n === 0 ? 50 : BATCH_LINES);
      assert.equal(job.log_lines, lines.length);
      if (n > 0) assert.equal(lines.length, sent);
      else {
        const marked = /^\[(\d+) log lines were dropped/.exec(lines.at(-1)!.payload)?.[1];
        assert.equal(Number(marked), job.log_dropped_lines);
        assert.equal(lines.length - 1 + job.log_dropped_lines, sent);
      }
    }
  });
});
