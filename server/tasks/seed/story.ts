/** @module Plays the story: hosts are added and enrolled, initialise, back up for a month, and stop. */
import { SYSTEM } from "../../auth/permissions.ts";
import { iso } from "../../clock.ts";
import { mintId } from "../../ids.ts";
import type { JobFinished } from "../../protocol/agent_messages.ts";
import type { JobKind, LogLine, Schedule, Snapshot } from "../../protocol/entities.ts";
import { SNAPSHOT_PAGE_ROWS } from "../../protocol/limits.ts";
import { castOf, type Character, type World } from "./cast.ts";
import {
  addedBytes,
  dedupRatio,
  fileCount,
  nightsWithSnapshot,
  sizeBytes,
  snapshotId,
  storedBytes,
  tookSeconds,
} from "./figures.ts";
import { OPERATOR } from "./people.ts";
import { addSchedules, changeSchedules, startScheduled } from "./schedules.ts";
import type { SeedServices } from "./services.ts";

export interface StoryOptions {
  host_count: number;
  /** Snapshots of each host, one a day going back. */
  snapshot_count: number;
  now_ms: number;
  world?: World;
}

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Nights are played in full for the named hosts; of the others the last ones tell enough. */
const NIGHTS_OF_OTHERS = 3;
const NAMED_COUNT = 12;
/** Days for which the size of a named host's repository is known. */
const DAYS_OF_SIZES = 90;

/** Writes the story through the nouns' doors, in one transaction per host. */
export async function seedStory(services: SeedServices, options: StoryOptions): Promise<void> {
  const cast = castOf(options.host_count, options.world);
  for (const [n, character] of cast.entries()) {
    setTo(services, options.now_ms - (DAYS_OF_SIZES + 5) * DAY_MS);
    const host_id = await enrol(services, character);
    if (character.stage === "pending") continue;
    services.db.transaction(() => {
      play(services, host_id, { character, options, nights: nightsOf(character, n) });
    });
  }
  setTo(services, options.now_ms);
}

async function enrol(services: SeedServices, character: Character): Promise<string> {
  const { name, os, tags, paths } = character;
  const added = await services.enrollment.add(SYSTEM, {
    name,
    os,
    tags,
    backup_set: { paths, excludes: [], tags: [] },
    repository: { url: `https://nas-01.lab.example:8000/${name}/`, append_only: true },
  });
  if (character.stage === "pending") return added.host.id;
  await services.enrollment.enroll({
    ...{ token: added.token, nonce: "0123456789abcdef", protocol_version: 1 },
    ...{ agent_version: "0.1.0", hostname: `${name}.lab.example`, os },
    ...{ os_version: os === "windows" ? "Windows Server 2025" : "Debian 13", arch: "x86_64" },
  }, "192.0.2.10");
  return added.host.id;
}

function nightsOf({ nights }: Character, n: number): string {
  return n < NAMED_COUNT ? nights : nights.slice(-NIGHTS_OF_OTHERS);
}

function play(services: SeedServices, host_id: string, part: {
  character: Character;
  options: StoryOptions;
  nights: string;
}): void {
  const { character, options, nights } = part;
  const last_ms = options.now_ms - character.last_run_hours * HOUR_MS;
  const first_ms = last_ms - (nights.length - 1) * DAY_MS;
  setTo(services, first_ms - HOUR_MS);
  hello(services, host_id, character);
  services.present.add(host_id);
  if (character.stage !== "enrolled") {
    run(services, host_id, {
      ...{ kind: "init", code: "o", night: nights.length, character },
      at_ms: first_ms - HOUR_MS,
      schedule: undefined,
    });
  }
  look(services, host_id, character, "first");
  const at_ms = last_ms - tookSeconds(nights.at(-1) ?? "o", character, 0) * 1000;
  const schedule = addSchedules(services, host_id, { character, at_ms });
  tellSizes(services, host_id, { character, first_ms, nights });
  for (const [night, code] of [...nights].entries()) {
    if (code === "-") continue;
    const at_ms = first_ms + night * DAY_MS;
    const n = nights.length - 1 - night;
    run(services, host_id, { kind: "backup", code, character, at_ms, night: n, schedule });
    if (nights.length > NIGHTS_OF_OTHERS && code !== "f") {
      tell(services, host_id, { character, nights_ago: n, count: 31 + night });
    }
  }
  if (nights !== "") {
    list(services, host_id, { character, count: options.snapshot_count, last_ms });
    tell(services, host_id, { character, nights_ago: 0, count: options.snapshot_count });
  }
  look(services, host_id, character, "last");
  const seen_ms = options.now_ms - character.seen_hours * HOUR_MS;
  setTo(services, seen_ms);
  hello(services, host_id, character);
  services.hosts.recordSeen(host_id, seen_ms);
  if (character.plan === "several") {
    changeSchedules(services, host_id, { nightly: schedule!, now_ms: options.now_ms });
  }
  if (character.seen_hours > 0) services.present.delete(host_id);
  for (let n = 0; n < (character.waiting ?? 0); n++) {
    services.jobs.start(OPERATOR, host_id, { kind: "backup", bandwidth: {} });
  }
}

/** What the agent told after earlier backups: it grows, and a prune once took some away. */
function tellSizes(services: SeedServices, host_id: string, of: {
  character: Character;
  first_ms: number;
  nights: string;
}): void {
  const { character, first_ms, nights } = of;
  if (nights.length <= NIGHTS_OF_OTHERS) return;
  const last_ms = services.clock.now_ms();
  for (let n = DAYS_OF_SIZES - 1; n >= nights.length; n--) {
    const at_ms = first_ms + (nights.length - 1 - n) * DAY_MS;
    if (character.nights === "") return;
    setTo(services, at_ms);
    tell(services, host_id, { character, nights_ago: n, count: Math.max(1, 60 - n) });
  }
  setTo(services, last_ms);
}

function tell(services: SeedServices, host_id: string, of: {
  character: Character;
  nights_ago: number;
  count: number;
}): void {
  const { character, nights_ago, count } = of;
  services.repositories.applyStats(host_id, {
    ...{ type: "repo.stats", report: { run_id: mintId(), seq: 1 } },
    ...{ size_bytes: storedBytes(character, nights_ago), snapshot_count: count },
    ...{ dedup_ratio: dedupRatio(character, nights_ago), compression_ratio: 1.3 },
    ...{ last_check_at: null, last_check_status: null },
    lock_state: character.trouble?.error_class === "repository_locked" ? "locked" : "unlocked",
  });
}

/** Looks at the repository: the agent does so when its settings arrive. */
function look(
  services: SeedServices,
  host_id: string,
  character: Character,
  time: "first" | "last",
): void {
  const { repositories, clock } = services;
  const probe = (state: "ready" | "missing", restic_repository_id: string | null) =>
    repositories.applyProbe(host_id, {
      ...{ type: "repository.probed", report: { run_id: mintId(), seq: 1 }, state },
      ...{ config_version: repositories.configVersion(host_id)!, restic_repository_id },
      ...{ error: null, took_seconds: 0.4, probed_at: iso(clock.now_ms()) },
    });
  const id = snapshotId(character, -1);
  if (character.stage === "enrolled") return probe("missing", null);
  if (time === "first") return probe("ready", id);
  if (character.trouble !== null) return;
  probe("ready", id);
  clock.advance(60);
  if (character.found === "another") probe("ready", snapshotId(character, -2));
  if (character.found === "gone") probe("missing", null);
}

interface Run {
  kind: JobKind;
  code: string;
  character: Character;
  at_ms: number;
  /** Counted back from the last one, which is 0. */
  night: number;
  /** Undefined: somebody pressed Run now. */
  schedule: Schedule | undefined;
}

function run(services: SeedServices, host_id: string, of: Run): void {
  const { clock, jobs, commands } = services;
  const { kind, code, character } = of;
  const took_ms = kind === "init" ? 2000 : tookSeconds(code, character, of.night) * 1000;
  setTo(services, of.at_ms - took_ms);
  const job = of.schedule === undefined
    ? jobs.start(OPERATOR, host_id, { kind, bandwidth: {} })
    : startScheduled(services, host_id, of.schedule);
  commands.acknowledge(host_id, commands.waiting(host_id, 10).map((command) => command.id));
  const report = { run_id: mintId(), seq: 1 };
  const now = iso(clock.now_ms());
  jobs.apply(host_id, { type: "job.started", report, job_id: job.id, kind, started_at: now });
  const lines = logOf(of, clock.now_ms());
  setTo(services, of.at_ms);
  jobs.apply(host_id, { type: "log.stream", report, job_id: job.id, lines });
  const finished_at = iso(clock.now_ms());
  jobs.apply(host_id, {
    ...{ type: "job.finished", report, job_id: job.id, kind, started_at: now, finished_at },
    ...{ log_lines: lines.length, ...endOf(of, took_ms / 1000) },
  });
}

type End = Pick<JobFinished, "status" | "exit_code" | "error_class" | "error" | "stats">;

function endOf({ kind, code, character, night }: Run, duration_seconds: number): End {
  const { trouble } = character;
  const good: End = {
    status: "succeeded",
    exit_code: 0,
    error_class: null,
    error: null,
    stats: null,
  };
  if (kind === "init") return good;
  const stats = {
    ...{ snapshot_id: snapshotId(character, night), files_new: 12, files_changed: 31 },
    ...{ files_unmodified: fileCount(character, night) - 43 },
    ...{ files_processed: fileCount(character, night), duration_seconds },
    ...{ bytes_processed: sizeBytes(character, night), bytes_added: addedBytes(character, night) },
  };
  if (code === "o") return { ...good, stats };
  if (code === "w") {
    const { error_count = 2, error = "2 files could not be read" } = trouble ?? {};
    const error_class = "files_unreadable" as const;
    return {
      status: "warning",
      exit_code: 3,
      error_class,
      error,
      stats: { ...stats, error_count },
    };
  }
  const { error_class = "network", exit_code = 1, error = "The storage server did not answer" } =
    trouble ?? {};
  return { status: "failed", exit_code, error_class, error, stats: null };
}

function logOf(of: Run, at_ms: number): LogLine[] {
  const texts = of.kind === "init" ? ["created restic repository"] : [
    `backing up ${of.character.paths.join(", ")}`,
    `using parent snapshot ${snapshotId(of.character, of.night + 1).slice(0, 8)}`,
  ];
  if (of.code === "f") texts.push(`Fatal: ${of.character.trouble?.error ?? "connection refused"}`);
  return texts.map((payload, i) => ({
    ...{ seq: i + 1, ts: iso(at_ms + i * 1000), payload },
    stream: payload.startsWith("Fatal") ? "stderr" : "stdout",
  }));
}

function list(services: SeedServices, host_id: string, of: {
  character: Character;
  count: number;
  last_ms: number;
}): void {
  const { character, count, last_ms } = of;
  const listing_id = mintId();
  const nights = nightsWithSnapshot(character, count);
  const pages = Math.max(1, Math.ceil(count / SNAPSHOT_PAGE_ROWS));
  for (let page = 1; page <= pages; page++) {
    const from = (page - 1) * SNAPSHOT_PAGE_ROWS;
    const snapshots = nights.slice(from, from + SNAPSHOT_PAGE_ROWS)
      .map((night) => aSnapshot(character, night, last_ms));
    const report = { run_id: listing_id, seq: page };
    const type = "snapshots.report" as const;
    services.snapshots.applyPage(host_id, { type, report, listing_id, page, pages, snapshots });
  }
}

/** The snapshot of the n-th night back. */
function aSnapshot(character: Character, n: number, last_ms: number): Snapshot {
  return {
    id: snapshotId(character, n),
    time: iso(last_ms - n * DAY_MS),
    hostname: `${character.name}.lab.example`,
    username: "root",
    paths: character.paths,
    tags: n % 7 === 0 ? ["weekly"] : [],
    parent: null,
    program_version: "restic 0.19.1",
    size_bytes: sizeBytes(character, n),
    file_count: fileCount(character, n),
    added_bytes: addedBytes(character, n),
  };
}

function hello(services: SeedServices, host_id: string, character: Character): void {
  const { name, os, agent = {} } = character;
  const restic_version = agent.restic === undefined ? "0.19.1" : agent.restic;
  services.hosts.recordHello(host_id, {
    ...{ type: "hello", protocol_version: 1, run_id: mintId(), os },
    agent_version: agent.version ?? "0.1.0",
    ...{ os_version: os === "windows" ? "Windows Server 2025" : "Debian 13", arch: "x86_64" },
    ...{ hostname: `${name}.lab.example`, restic_version },
    restic_error: restic_version === null ? "restic was not found on PATH" : null,
    ...{ running_jobs: [], config_version: 1, command_counter: 0 },
    schedule_version: services.hosts.schedules.version(host_id) ?? 0,
    time: iso(services.clock.now_ms() + (agent.clock_seconds ?? 0) * 1000),
  });
}

function setTo({ clock }: SeedServices, at_ms: number): void {
  clock.advance((at_ms - clock.now_ms()) / 1000);
}
