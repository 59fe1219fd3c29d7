/** @module The story as a running server would show it: agents connected, two backups under way. */
import { SYSTEM } from "../../auth/permissions.ts";
import { type FakeClock, iso } from "../../clock.ts";
import { OPERATOR } from "./people.ts";
import { mintId } from "../../ids.ts";
import type { Host, LogLine } from "../../protocol/entities.ts";
import type { Services } from "../../services.ts";

/** An agent counts as there when it was heard from this lately, in milliseconds. */
const PRESENT_MS = 60_000;
const MIB = 1024 ** 2;

/** Who is in the middle of a backup, and how far. */
const UNDER_WAY = [
  { name: "web-01", fraction: 0.62, bytes_per_second: 92 * MIB, ran_seconds: 402 },
  { name: "mail-01", fraction: 0.18, bytes_per_second: 77 * MIB, ran_seconds: 553 },
];

/** Connects every host that was heard from, without an agent, and starts the running backups. */
export function bringToLife(services: Services, clock: FakeClock): void {
  const { hosts, hub } = services;
  const now_ms = clock.now_ms();
  const ids = hosts.survey(SYSTEM).all.map(({ id }) => id);
  for (const host of hosts.byIds(SYSTEM, ids)) {
    const seen_ms = host.last_seen_at === null ? 0 : Date.parse(host.last_seen_at);
    if (now_ms - seen_ms > PRESENT_MS) continue;
    const machine = { hostname: host.agent_hostname ?? host.name, address: "192.0.2.10" };
    hub.greet(host.id, { run_id: mintId(), machine, ping() {}, flush() {}, close() {} });
    hub.heard(host.id, now_ms);
    hosts.recordConfigApplied(host.id, services.repositories.configVersion(host.id) ?? 1);
    const running = UNDER_WAY.find(({ name }) => name === host.name);
    if (running !== undefined) backUp(services, host, { ...running, clock });
  }
}

/** A backup that began a while ago and goes on. */
function backUp(
  services: Services,
  host: Host,
  part: (typeof UNDER_WAY)[number] & { clock: FakeClock },
): void {
  const { jobs, commands } = services;
  const { clock } = part;
  clock.advance(-part.ran_seconds);
  const began_ms = clock.now_ms();
  const job = jobs.start(OPERATOR, host.id, { kind: "backup", bandwidth: {} });
  commands.acknowledge(host.id, commands.waiting(host.id, 10).map((command) => command.id));
  const key = { run_id: mintId(), seq: 1 };
  jobs.apply(host.id, {
    ...{ type: "job.started", report: key, job_id: job.id, kind: "backup" },
    started_at: iso(began_ms),
  });
  jobs.apply(host.id, {
    ...{ type: "log.stream", report: key, job_id: job.id, lines: linesOf(host, began_ms) },
  });
  clock.advance(part.ran_seconds);
  const total_bytes = host.repo_size_bytes ?? 0;
  const bytes_done = Math.round(total_bytes * part.fraction);
  jobs.apply(host.id, {
    ...{ type: "job.progress", job_id: job.id, phase: "uploading", percent_done: part.fraction },
    ...{ files_done: Math.round(18_445 * part.fraction), total_files: 18_445, error_count: 0 },
    ...{ bytes_done, total_bytes, throughput_bytes_per_second: part.bytes_per_second },
    eta_seconds: Math.round((total_bytes - bytes_done) / part.bytes_per_second),
    current_files: host.backup_set.paths.map((path) => `${path}/index.db`),
  });
}

function linesOf(host: Host, began_ms: number): LogLine[] {
  return [
    `backing up ${host.backup_set.paths.join(", ")}`,
    "using parent snapshot 3c90f1ae",
  ].map((payload, i) => ({
    ...{ seq: i + 1, ts: iso(began_ms + i * 900), stream: "stdout" as const, payload },
  }));
}
