/** @module Hosts whose agents reach the server only through a network of ours, and what they did. */
import assert from "node:assert/strict";
import type { Job, JobStatus } from "../../server/protocol/entities.ts";
import { ended, logOf, randomFolder } from "../faults.ts";
import type { Chance } from "../long/chance.ts";
import type { Stack, StackHost } from "../stack.ts";
import type { TcpProxy } from "./tcp_proxy.ts";

export interface HostBehind {
  host: StackHost;
  source: string;
}

/** Adds a host with a folder of its own, whose agent knows the server by `url`; makes its repository. */
export async function addHostBehind(stack: Stack, name: string, url: string): Promise<HostBehind> {
  const source = await randomFolder(stack, `source-${name}`, 1000);
  const host = await stack.addPendingHost(name, [source]);
  await host.agent.enroll(url, host.answer.server_key, host.answer.token);
  host.agent.start();
  await stack.poll(
    `${name} to connect`,
    () => stack.host(host.id),
    ({ status }) => status === "online" || status === "degraded",
  );
  const init = await stack.runJob(host.id, { kind: "init" });
  assert.equal(init.status, "succeeded", init.error ?? "");
  return { host, source };
}

/** What one host's backups were seen to be, over REST, from their start to their end. */
export interface Seen {
  jobs: Job[];
  statuses: Map<string, JobStatus[]>;
}

const UPLOAD = { limit_upload_kib_per_second: 200 };

/** Runs backups one after the other, each with a tag of its own and new data, and watches them. */
export async function backUpInTurn(
  stack: Stack,
  { host, source }: HostBehind,
  { count, bytes }: { count: number; bytes: number },
): Promise<Seen> {
  const seen: Seen = { jobs: [], statuses: new Map() };
  for (let n = 1; n <= count; n++) {
    await randomFolder(stack, source.slice(stack.dir.length + 1), bytes);
    const backup_set = { paths: [source], excludes: [], tags: [`run-${n}`] };
    const { id } = await stack.startJob(host.id, { kind: "backup", backup_set, bandwidth: UPLOAD });
    const statuses: JobStatus[] = [];
    seen.statuses.set(id, statuses);
    const job = await stack.poll(
      `backup ${n} of ${host.name} to end`,
      () => stack.job(id),
      ({ status, finished_at }) => {
        if (statuses.at(-1) !== status) statuses.push(status);
        return finished_at !== null;
      },
      180,
    );
    seen.jobs.push(job);
  }
  return seen;
}

const FORWARD: JobStatus[] = ["queued", "dispatched", "running", "succeeded"];

/** Every backup succeeded once, forwards only, with all its lines and one snapshot of its tag. */
export async function assertNothingLost(
  stack: Stack,
  { host }: HostBehind,
  seen: Seen,
): Promise<void> {
  for (const [at, job] of seen.jobs.entries()) {
    const after = await ended(stack, job.id);
    assert.equal(after.status, "succeeded", `${host.name}: ${after.error}`);
    assert.deepEqual(after, job, "a final state is kept");
    const shown = seen.statuses.get(job.id)!;
    assert.deepEqual(shown, FORWARD.filter((status) => shown.includes(status)));
    const log = await logOf(stack, job.id);
    assert.deepEqual(log.map((line) => line.seq), log.map((_, index) => index + 1));
    assert.equal(log.length, job.log_lines);
    const tag = `run-${at + 1}`;
    const { stdout } = await stack.restic(host, "snapshots", "--json", "--tag", tag);
    const ids = (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);
    assert.deepEqual(ids, [job.stats!.snapshot_id], `${tag} ran once`);
  }
  assert.equal((await stack.restic(host, "check")).code, 0);
}

/** Bad weather and cuts at random moments, `cuts` of them, until the signal. */
export async function storm(
  proxy: TcpProxy,
  chance: Chance,
  { cuts, pause_ms, signal }: {
    cuts: number;
    pause_ms: readonly [number, number];
    signal: AbortSignal;
  },
): Promise<void> {
  const pause = (low: number, high: number) =>
    new Promise((resolve) => setTimeout(resolve, chance.between(low, high)));
  for (let n = 0; n < cuts && !signal.aborted; n++) {
    await pause(...pause_ms);
    proxy.weather = {
      delay_ms: [0, chance.between(0, 60)],
      piece_bytes: [1, chance.between(20, 4000)],
      bytes_per_second: chance.between(60_000, 400_000),
    };
    if (chance.next() < 0.5) proxy.cutAll();
    else {
      proxy.goDark("reset");
      await pause(300, 2000);
      proxy.restore();
    }
  }
}
