/** @module For tests: jobs over a real database, and hosts whose agents are played by the test. */
import { ADMIN, enrolledHost, testWorld } from "../agents/test_world.ts";
import { iso } from "../clock.ts";
import { mintId } from "../ids.ts";
import type { JobFinished } from "../protocol/agent_messages.ts";
import type { Job, JobKind, LogLine } from "../protocol/entities.ts";
import { JobStream } from "./job_stream.ts";
import { Jobs } from "./jobs.ts";

export { ADMIN, OPERATOR, VIEWER } from "../agents/test_world.ts";

export type JobsWorld = Awaited<ReturnType<typeof jobsWorld>>;

/** Every noun up to jobs; close `db` at the end. */
export async function jobsWorld() {
  const world = await testWorld();
  const stream = new JobStream();
  return { ...world, stream, jobs: new Jobs({ ...world, stream }) };
}

/** An enrolled host with an initialised repository; its agent is connected unless told. */
export async function readyHost(
  world: JobsWorld,
  { name = "web-01", connected = true, initialised = true } = {},
): Promise<{ id: string; repository_id: string; wakes: () => number; leave: () => void }> {
  const { id } = await enrolledHost(world, name);
  const repository_id = world.repositories.forHost(ADMIN, id)!.id;
  if (initialised) world.repositories.markInitialised(repository_id);
  let wakes = 0;
  const connection = {
    run_id: mintId(),
    machine: { hostname: "", address: "" },
    ping() {},
    flush: () => void wakes++,
    close() {},
  };
  if (connected) world.hub.greet(id, connection);
  const leave = () => void world.hub.remove(id, connection);
  return { id, repository_id, wakes: () => wakes, leave };
}

/** Plays the agent of a host: what it reports about a job. */
export function agentOf(world: JobsWorld, host_id: string) {
  const { clock, jobs } = world;
  let seq = 0;
  const report = () => ({ run_id: "01980000-0000-7000-8000-000000000001", seq: ++seq });
  const now = () => iso(clock.now_ms());
  return {
    started: (job_id: string, kind: JobKind = "backup") =>
      jobs.apply(host_id, {
        type: "job.started",
        report: report(),
        job_id,
        kind,
        started_at: now(),
      }),
    progress: (job_id: string, bytes_done: number) =>
      jobs.apply(host_id, {
        type: "job.progress",
        job_id,
        phase: "uploading",
        percent_done: bytes_done / 1000,
        files_done: 1,
        total_files: 2,
        bytes_done,
        total_bytes: 1000,
        error_count: 0,
        eta_seconds: null,
        throughput_bytes_per_second: null,
        current_files: [],
      }),
    log: (job_id: string, lines: LogLine[]) =>
      jobs.apply(host_id, { type: "log.stream", report: report(), job_id, lines }),
    finished: (job_id: string, said: Partial<JobFinished> = {}) =>
      jobs.apply(host_id, {
        type: "job.finished",
        report: report(),
        job_id,
        kind: "backup",
        status: "succeeded",
        exit_code: 0,
        error_class: null,
        error: null,
        stats: { snapshot_id: "ab12cd34" },
        log_lines: 0,
        started_at: null,
        finished_at: now(),
        ...said,
      }),
  };
}

/** Log lines numbered from `first` to `last`. */
export function linesFrom(first: number, last: number): LogLine[] {
  const lines: LogLine[] = [];
  for (let seq = first; seq <= last; seq++) {
    lines.push({ seq, ts: "2026-11-12T08:42:05.000Z", stream: "stdout", payload: `line ${seq}` });
  }
  return lines;
}

/** Starts a backup with the host's own set, as an administrator. */
export function startBackup(world: JobsWorld, host_id: string): Job {
  return world.jobs.start(ADMIN, host_id, { kind: "backup", bandwidth: {} });
}
