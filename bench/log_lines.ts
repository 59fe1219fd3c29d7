/** @module Log lines from agents to SQLite and on to a browser: how many a second, and how late. */
import { join } from "node:path";
import type { Host, Job } from "../server/protocol/entities.ts";
import type { JobStreamMessage } from "../server/protocol/job_stream.ts";
import { paths } from "../server/protocol/paths.ts";
import type { AddHostAnswer } from "../server/protocol/rest.ts";
import { SERVER_DENO_FLAGS } from "../server/tasks/deno_flags.ts";
import type { ApiClient } from "../server/tasks/stack/client.ts";
import { freePort, plainEnvironment, ServerProcess } from "../server/tasks/stack/processes.ts";
import { Program } from "../server/tasks/stack/program.ts";
import { bundle } from "./bundle.ts";
import { cpuSecondsOf, memoryOf } from "./memory.ts";
import { type Figure, median, percentile, skipped } from "./table.ts";

const LOGGING = 5;
/** As many as may enrol from one address in a minute. */
const OTHERS = 4;

const ONE = { name: "one job of 100 log lines/s: line to browser, p99", unit: "ms", budget: 100 };
const LATE = { name: "10,000 log lines/s: line to browser, p99", unit: "ms", budget: 100 };
const RATE = { name: "log flood: ms for 10,000 lines, kept and shown", unit: "ms", budget: 1000 };
const CPU = { name: "10,000 log lines: processor time of the server", unit: "ms" };
const FLOOD = { name: "log flood: line to browser, p99", unit: "ms" };
const OTHER = { name: "log flood: REST beside it, p99", unit: "ms", budget: 1000 };
const MEMORY = { name: "log flood: server's RSS at its highest", unit: "MB" };

export interface LogLinesOptions {
  project_dir: string;
  dir: string;
  seconds: number;
  log(line: string): void;
}

/**
 * One agent logs 100 lines a second, which is the usual case; then five log 2,000 each, then 10,000
 * each. Four more only beat.
 */
export async function measureLogLines(options: LogLinesOptions): Promise<Figure[]> {
  try {
    const { server_file } = await bundle(options.project_dir);
    const one = await run({ ...options, server_file, jobs: 1, rate: 100 });
    const steady = await run({ ...options, server_file, jobs: LOGGING, rate: 2000 });
    const flood = await run({ ...options, server_file, jobs: LOGGING, rate: 10_000 });
    return [
      {
        ...ONE,
        measured: percentile(one.late_ms, 0.99),
        note: `up to 25 ms of it the agent's batching; median ${median(one.late_ms).toFixed(1)} ms`,
      },
      {
        ...LATE,
        measured: percentile(steady.late_ms, 0.99),
        note: `${LOGGING} jobs of 2,000 lines/s, the agent's own batching included; median ` +
          `${median(steady.late_ms).toFixed(1)} ms`,
      },
      {
        ...RATE,
        measured: 10_000_000 / flood.lines_per_second,
        note: `${flood.lines_per_second.toFixed(0)} lines/s of ${LOGGING} × 10,000 offered`,
      },
      {
        ...FLOOD,
        budget: null,
        measured: percentile(flood.late_ms, 0.99),
        note: `median ${median(flood.late_ms).toFixed(1)} ms; five times what the budget asks for`,
      },
      {
        ...CPU,
        budget: null,
        measured: steady.cpu_seconds * 10_000_000 / steady.lines,
        note: "kept and shown to one browser each; does not depend on what else runs",
      },
      {
        ...OTHER,
        measured: percentile(flood.rest_ms, 0.99),
        note: `${flood.rest_ms.length} lists of jobs; median ${
          median(flood.rest_ms).toFixed(1)
        } ms`,
      },
      { ...MEMORY, budget: null, measured: flood.memory_mb, note: "five watched jobs" },
    ];
  } catch (error) {
    return [LATE, RATE, OTHER].map((figure) => skipped(figure, error));
  }
}

interface Measured {
  lines_per_second: number;
  late_ms: number[];
  rest_ms: number[];
  memory_mb: number;
  lines: number;
  cpu_seconds: number;
}

async function run(
  options: LogLinesOptions & { server_file: string; jobs: number; rate: number },
): Promise<Measured> {
  const dir = join(options.dir, `logs-${options.rate}`);
  await Deno.mkdir(dir, { recursive: true });
  const server = await ServerProcess.start({
    entry: { file: options.server_file, flags: SERVER_DENO_FLAGS },
    port: freePort(),
    data_dir: join(dir, "server"),
    log_file: join(dir, "server.log"),
  });
  try {
    const api = await server.firstAdmin("bench", "correct horse battery 9");
    return await withFleet(server, api, { ...options, dir });
  } finally {
    await server.stop();
  }
}

async function withFleet(
  server: ServerProcess,
  api: ApiClient,
  { dir, jobs: job_count, rate, seconds, log }: LogLinesOptions & { jobs: number; rate: number },
): Promise<Measured> {
  const hosts: Host[] = [];
  const tokens: string[] = [];
  for (let n = 0; n < LOGGING + OTHERS; n++) {
    const answer = await api.call<AddHostAnswer>("POST", "/api/hosts", {
      ...{ name: `bench-${n}`, os: "linux", repository: { url: "https://s.example/bench/" } },
      backup_set: { paths: ["/srv"], excludes: [], tags: [] },
    });
    hosts.push(answer.host);
    tokens.push(answer.token);
  }
  const file = join(dir, "tokens.json");
  await Deno.writeTextFile(file, JSON.stringify(tokens));
  const fleet = new Program({
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", join(import.meta.dirname!, "log_fleet.ts")]
      .concat(server.url, file, String(rate), String(seconds)),
    env: plainEnvironment(),
    log_file: join(dir, "log_fleet.log"),
  });
  try {
    await fleet.line("agents", (line) => line.startsWith("connected") || undefined, 60);
    const logging = hosts.slice(0, job_count);
    const start = (host: Host, kind: string) =>
      api.call<Job>("POST", `/api/hosts/${host.id}/jobs`, { kind });
    for (const host of logging) await ended(api, (await start(host, "init")).id);
    log(`logging ${job_count} × ${rate} lines/s for ${seconds} s`);
    const jobs = await Promise.all(logging.map((host) => start(host, "backup")));
    const cpu_before = cpuSecondsOf(server.pid);
    const began_ms = performance.now();
    const late_ms: number[] = [];
    const watched = jobs.map((job) => watch(server.url, api.cookie, job.id, late_ms));
    const over = Promise.all(watched).then((counts) => ({
      lines: counts.reduce((sum, count) => sum + count, 0),
      took_ms: performance.now() - began_ms,
    }));
    const rest_ms: number[] = [];
    let memory_mb = 0;
    let done = false;
    over.finally(() => done = true).catch(() => {});
    while (!done) {
      const asked_ms = performance.now();
      await api.call("GET", "/api/jobs?limit=20");
      rest_ms.push(performance.now() - asked_ms);
      memory_mb = Math.max(memory_mb, memoryOf(server.pid).resident_mb);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { lines, took_ms } = await over;
    const cpu_seconds = cpuSecondsOf(server.pid) - cpu_before;
    const stored = await Promise.all(
      jobs.map((job) => api.call<Job>("GET", `/api/jobs/${job.id}`)),
    );
    const kept = stored.reduce((sum, job) => sum + job.log_lines, 0);
    const dropped = stored.reduce((sum, job) => sum + job.log_dropped_lines, 0);
    log(`${kept} lines kept, ${dropped} beyond their log's limit, ${lines} shown in ${took_ms} ms`);
    return {
      lines_per_second: kept / took_ms * 1000,
      late_ms,
      rest_ms,
      memory_mb,
      lines,
      cpu_seconds,
    };
  } finally {
    await fleet.stop();
  }
}

async function ended(api: ApiClient, job_id: string): Promise<void> {
  for (let n = 0; n < 200; n++) {
    if ((await api.call<Job>("GET", `/api/jobs/${job_id}`)).finished_at !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a job did not end in 10 s");
}

/** Counts the lines of a job until it ends, and how late each came. */
function watch(url: string, cookie: string, job_id: string, late_ms: number[]): Promise<number> {
  const options = { headers: { cookie, origin: url } } as unknown as string[];
  const path = paths.api.jobStream(job_id, 0);
  const socket = new WebSocket(url.replace(/^http/, "ws") + path, options);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let count = 0;
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data) as JobStreamMessage;
    const now_ms = performance.timeOrigin + performance.now();
    if (message.type === "log.stream") {
      count += message.lines.length;
      for (const { payload } of message.lines) {
        const sent_ms = Number(payload.slice(0, payload.indexOf(" ")));
        if (sent_ms > 0) late_ms.push(now_ms - sent_ms);
      }
    } else if (message.type === "job" && message.job.finished_at !== null) {
      socket.close();
      resolve(count);
    }
  };
  socket.onclose = (event) => reject(new Error(`the job's stream closed: ${event.code}`));
  socket.onerror = () => {};
  return promise;
}
