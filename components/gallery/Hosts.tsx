/** @module The gallery's banners of a host, and what a large fleet has: its map and its causes. */
import type { Cause, MapGroup } from "../../server/fleet/fleet.ts";
import { ReadOnly, ReadOnlyPages } from "../ReadOnly.tsx";
import { CausesCard } from "../hosts/CausesCard.tsx";
import { FleetMap } from "../hosts/FleetMap.tsx";
import { HostBanner } from "../host/HostBanner.tsx";
import type { HostCause } from "../host/host_causes.ts";
import { LastNews } from "../host/LastNews.tsx";
import { StoredTrend } from "../StoredTrend.tsx";
import { hoursAgo, NOW_MS, SAMPLE_JOBS, sampleHost, sampleId } from "./samples.ts";

const CAUSES: HostCause[] = [
  {
    tone: "fail",
    title: "The encryption password does not open the repository.",
    text: "The last good backup was 31 h ago.",
    raw: "Fatal: wrong password or no key found",
    act: "retry",
    in_settings: true,
    job: SAMPLE_JOBS[5]!,
  },
  { tone: "fail", title: "Another repository is there.", text: "Seen 5 h ago.", act: "repository" },
  { tone: "stale", title: "Overdue: no good backup inside 26 h.", text: "The last was 3 d ago." },
  { tone: "warn", title: "The agent needs attention.", text: "It is older than the server." },
  { tone: "run", title: "A backup is running.", text: "", act: "open_job", job: SAMPLE_JOBS[2]! },
  { tone: "idle", icon: "s-offline", title: "web-01 is offline.", text: "What you start waits." },
];

const NOTHING = { failed: 0, never: 0, stale: 0, gaps: 0, good: 0, paused: 0 };
const GROUPS: MapGroup[] = [
  {
    ...{ tag: "prod", query: "tag:prod", hosts: 212, running: 6 },
    counts: { failed: 6, never: 2, stale: 3, gaps: 5, good: 193, paused: 3 },
  },
  { tag: "lab", query: "tag:lab", hosts: 40, running: 0, counts: { ...NOTHING, good: 40 } },
  { tag: null, query: null, hosts: 1, running: 0, counts: { ...NOTHING, failed: 1 } },
];

const REASONS: Cause[] = (["failed", "never", "stale", "gaps"] as const).map((state, n) => ({
  ...{ state, title: `A cause of ${n + 1} that is told in one sentence`, hosts: 11 - n },
  ...{ names: ["db-primary", "web-01"], since_ms: NOW_MS - 80_000_000, query: `state:${state}` },
}));

const DAYS = Array.from({ length: 90 }, (_, n) => ({
  day: new Date(NOW_MS - (89 - n) * 86_400_000).toISOString().slice(0, 10),
  size_bytes: (5200 + n * 9 - (n > 52 ? 240 : 0)) * 1024 ** 3,
}));

/** Each tone of a host's banner, a fleet of 253 hosts, and how much all of it stores. */
export function HostGallery() {
  const away = sampleHost(9, { status: "offline", last_seen_at: hoursAgo(79) });
  return (
    <>
      <HostBanner causes={CAUSES} host_id={sampleId(1)} />
      <ReadOnlyPages.Provider value>
        <ReadOnly />
      </ReadOnlyPages.Provider>
      <LastNews host={away} repository={undefined} last_job={SAMPLE_JOBS[3]} now_ms={NOW_MS} />
      <FleetMap groups={GROUPS} />
      <CausesCard causes={REASONS} total={38} now_ms={NOW_MS} />
      <StoredTrend days={DAYS} tone="idle" />
    </>
  );
}
