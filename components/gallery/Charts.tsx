/** @module The gallery's charts, bars and what a job's page shows. */
import { BarChart } from "../BarChart.tsx";
import { Card } from "../Card.tsx";
import { HeatStrip } from "../HeatStrip.tsx";
import { DayRow } from "../host/DayRow.tsx";
import { HostFacts } from "../host/HostFacts.tsx";
import { JobOutcome } from "../job/JobOutcome.tsx";
import { JobProgress } from "../job/JobProgress.tsx";
import { startView } from "../job/job_view.ts";
import { UsualTime } from "../job/UsualTime.tsx";
import { Progress } from "../Progress.tsx";
import { Verdict } from "../Verdict.tsx";
import type { Kind, Tone } from "../vocabulary.ts";
import {
  NOW_MS,
  SAMPLE_DAYS,
  SAMPLE_HOSTS,
  SAMPLE_JOBS,
  SAMPLE_PROGRESS,
  sampleId,
} from "./samples.ts";

const TONES: Tone[] = ["run", "ok", "warn", "stale", "fail", "idle"];
const COUNTS: [Kind, number][] = [
  ["failed", 2],
  ["stale", 1],
  ["gaps", 1],
  ["good", 7],
  ["paused", 1],
];

/** The verdict with its bar: a fleet in trouble, and one where all is well. */
export function VerdictGallery({ here }: { here: string }) {
  const segments = COUNTS.map(([kind, n]) => ({ kind, n, href: here, here: false }));
  return (
    <Verdict
      title="7 of 12 hosts are backed up"
      sub="2 failed and 1 is overdue."
      facts={[
        { label: "Stored", value: "5.89 TiB", note: "+58.8 GiB in 7 days" },
        { label: "Last 24 h", value: "58 jobs" },
      ]}
      segments={segments}
    />
  );
}

/** Bars, strips and charts. */
export function ChartGallery() {
  const speeds = Array.from({ length: 20 }, (_, n) => ({
    at_ms: NOW_MS - (20 - n) * 15_000,
    bytes_per_second: 60_000_000 + 30_000_000 * Math.sin(n),
  }));
  const view = { ...startView(SAMPLE_JOBS[2]!, SAMPLE_PROGRESS, NOW_MS - 2000), speeds };
  return (
    <>
      <Card id="charts" title="Bars and charts">
        <div class="card-body stack gap-4">
          {TONES.map((tone, n) => (
            <Progress key={tone} fraction={n / 5} label={`A bar, ${tone}`} tone={tone} />
          ))}
          <Progress fraction={0.62} label="A large bar" large />
          <HeatStrip days={SAMPLE_DAYS} host_name="db-primary" />
          <span class="row gap-3">
            <UsualTime seconds={40} median_seconds={60} running={false} />
            <UsualTime seconds={110} median_seconds={60} running={false} />
            <UsualTime seconds={30} median_seconds={60} running />
          </span>
          <BarChart
            height={64}
            label="How long 12 backups took"
            bars={Array.from({ length: 12 }, (_, n) => ({
              key: `${n}`,
              value: n % 5,
              label: `${n} min`,
              tone: n === 3 ? "fail" : n === 7 ? "warn" : undefined,
              picked: n === 9,
            }))}
          />
        </div>
        <DayRow days={SAMPLE_DAYS} host_id={sampleId(1)} host_name="web-01" now_ms={NOW_MS} />
      </Card>
      <HostFacts host={SAMPLE_HOSTS[0]!} strip={SAMPLE_DAYS} now_ms={NOW_MS} />
      <JobProgress
        view={view}
        now_ms={NOW_MS}
        freshness={{ kind: "fresh" }}
        agent_away={false}
        usual_seconds={400}
      />
      <JobOutcome view={startView(SAMPLE_JOBS[5]!, null, null)} />
    </>
  );
}
