/** @module A host with 100,000 snapshots: reading its list, and taking a listing in. */
import { join } from "node:path";
import { SYSTEM } from "../server/auth/permissions.ts";
import { iso, systemClock } from "../server/clock.ts";
import { openDatabase } from "../server/db/open.ts";
import { mintId } from "../server/ids.ts";
import { silentLog } from "../server/log.ts";
import type { Snapshot } from "../server/protocol/entities.ts";
import { SNAPSHOT_PAGE_ROWS } from "../server/protocol/limits.ts";
import { ListSnapshotsQuery } from "../server/protocol/rest.ts";
import { type SeedServices, seedServices } from "../server/tasks/seed/services.ts";
import { seedStory } from "../server/tasks/seed/story.ts";
import { type Figure, median, p95 } from "./table.ts";

const SNAPSHOTS = 100_000;
const READS = 40;
const LIST_BUDGET_MS = 50;
/** What the event loop may be held up for while a listing comes in. */
const HOLD_BUDGET_MS = 200;

const QUERIES: [string, Record<string, string>][] = [
  ["first page", {}],
  ["offset 50,000", { offset: "50000" }],
  ["by tag", { tag: "monthly" }],
  ["by path", { path: "/srv/data/7/letters" }],
];

/** Fills a database file below `dir` and measures the noun's door. */
export async function measureSnapshots(dir: string): Promise<Figure[]> {
  const db = openDatabase(join(dir, "snapshots.db"), { clock: systemClock(), log: silentLog });
  try {
    const now_ms = Date.now();
    const services = await seedServices(db, now_ms);
    await seedStory(services, { host_count: 1, snapshot_count: 0, now_ms });
    const host_id = services.hosts.survey(SYSTEM).all[0]!.id;
    const all = await someSnapshots(SNAPSHOTS + 1, now_ms);
    const holds: [string, number][] = [];
    holds.push(["first listing", await takeIn(services, host_id, all.slice(0, -1))]);
    holds.push(["one more", await takeIn(services, host_id, all)]);
    const reads = QUERIES.map(([name, query]) => readTimes(services, host_id, { name, query }));
    holds.push(["half gone", await takeIn(services, host_id, all.filter((_, n) => n % 2 === 0))]);
    const worst = Math.max(...holds.map(([, ms]) => ms));
    const note = holds.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", ");
    return [...reads, {
      name: "100,000 snapshots listed: longest hold of the event loop",
      unit: "ms",
      budget: HOLD_BUDGET_MS,
      measured: worst,
      note: `a database file with fsync: ${note} ms`,
    }];
  } finally {
    db.close();
  }
}

function readTimes(
  { snapshots }: SeedServices,
  host_id: string,
  { name, query }: { name: string; query: Record<string, string> },
): Figure {
  const times: number[] = [];
  for (let n = 0; n < READS; n++) {
    const began = performance.now();
    snapshots.list(SYSTEM, host_id, ListSnapshotsQuery.parse({ limit: "50", ...query }));
    times.push(performance.now() - began);
  }
  return {
    name: `list of 100,000 snapshots, ${name}, p95`,
    unit: "ms",
    budget: LIST_BUDGET_MS,
    measured: p95(times),
    note: `50 rows and the total, ${READS} times; median ${median(times).toFixed(1)} ms`,
  };
}

/** Reports a listing page by page and answers the longest time that one step took, in ms. */
async function takeIn(
  { snapshots }: SeedServices,
  host_id: string,
  all: Snapshot[],
): Promise<number> {
  const listing_id = mintId();
  const pages = Math.ceil(all.length / SNAPSHOT_PAGE_ROWS);
  let longest_ms = 0;
  for (let page = 1; page <= pages; page++) {
    const rows = all.slice((page - 1) * SNAPSHOT_PAGE_ROWS, page * SNAPSHOT_PAGE_ROWS);
    const report = { run_id: listing_id, seq: page };
    const type = "snapshots.report" as const;
    const began = performance.now();
    snapshots.applyPage(host_id, { type, report, listing_id, page, pages, snapshots: rows });
    longest_ms = Math.max(longest_ms, performance.now() - began);
  }
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest_ms = Math.max(longest_ms, now - before);
    before = now;
  }, 1);
  await snapshots.whenSwept();
  clearInterval(timer);
  return longest_ms;
}

async function someSnapshots(count: number, now_ms: number): Promise<Snapshot[]> {
  const all: Snapshot[] = [];
  for (let n = 0; n < count; n++) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${n}`));
    all.push({
      id: new Uint8Array(digest).toHex(),
      time: iso(now_ms - (count - n) * 60_000),
      hostname: "web-01.lab.example",
      username: "root",
      paths: ["/etc", "/home", `/srv/data/${n % 50}`],
      tags: n % 1000 === 0 ? ["monthly"] : ["daily"],
      parent: null,
      program_version: "restic 0.19.1",
      size_bytes: 58_000_000_000,
      file_count: 18_445,
      added_bytes: 640_000_000,
    });
  }
  return all;
}
