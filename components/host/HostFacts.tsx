/** @module The card of a host's facts: last good backup, goal, size, snapshots, 30 days. */
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { moment } from "../days.ts";
import { absolute, ago, ahead, bytes, count, span } from "../format.ts";
import type { Tone } from "../vocabulary.ts";
import { DayRow } from "./DayRow.tsx";

export interface HostFactsProps {
  host: Host;
  /** 30 codes, oldest first. */
  strip: string;
  now_ms: number;
}

/** Five figures and the last 30 days. */
export function HostFacts({ host, strip, now_ms }: HostFactsProps) {
  const good_ms = host.last_good_backup_at === null ? null : Date.parse(host.last_good_backup_at);
  const due_ms = good_ms === null ? null : good_ms + host.goal_seconds * 1000;
  const late = due_ms !== null && due_ms < now_ms;
  return (
    <section class="card clipcard" aria-label="Facts" data-live="host-facts">
      <dl class="stats">
        <Fact
          label="Last good backup"
          value={good_ms === null ? "never" : ago(good_ms, now_ms)}
          sub={good_ms === null ? "none yet" : moment(good_ms, now_ms)}
          title={good_ms === null ? undefined : absolute(good_ms)}
          tone={late || good_ms === null ? "stale" : undefined}
        />
        <Fact
          label="Goal"
          value={span(host.goal_seconds)}
          sub={due_ms === null
            ? "not met yet"
            : late
            ? `passed ${ago(due_ms, now_ms)}`
            : `overdue ${ahead(due_ms, now_ms)}`}
        />
        <Fact
          label="Stored"
          value={host.repo_size_bytes === null ? "not known" : bytes(host.repo_size_bytes)}
          sub="in the repository"
        />
        <Fact
          label="Snapshots"
          value={host.snapshot_count === 0 ? "none" : count(host.snapshot_count)}
          sub="in the repository"
        />
        <GoodDays strip={strip} />
      </dl>
      {strip.length > 0 && (
        <DayRow days={strip} host_id={host.id} host_name={host.name} now_ms={now_ms} />
      )}
      {host.schedule_count === 0 && (
        <p class="meta px-4 pb-3">
          Nothing runs by itself yet: add a{" "}
          <a class="link" href={paths.hostSchedules(host.id)}>
            schedule
          </a>{" "}
          or press Run now.
        </p>
      )}
    </section>
  );
}

interface FactProps {
  label: string;
  value: string;
  sub: string;
  title?: string | undefined;
  tone?: Tone | undefined;
}

function Fact({ label, value, sub, title, tone }: FactProps) {
  return (
    <div class="stat" data-s={tone}>
      <dt>{label}</dt>
      <dd class={tone && "text-(--s)"} title={title}>{value}</dd>
      <dd title={sub}>{sub}</dd>
    </div>
  );
}

function GoodDays({ strip }: { strip: string }) {
  const times = (code: string) => strip.split(code).length - 1;
  const [good, gaps, failed, missed] = [times("o"), times("w"), times("f"), times("m")];
  const days = good + gaps + failed + missed;
  const bad = [
    gaps > 0 ? `${gaps} with gaps` : "",
    failed > 0 ? `${failed} failed` : "",
    missed > 0 ? `${missed} missed` : "",
  ].filter((text) => text !== "").join(", ");
  return (
    <Fact
      label="Good days"
      value={days === 0 ? "none yet" : `${good} of ${days}`}
      sub={days === 0 ? "no backup has ended" : bad === "" ? "all good" : bad}
    />
  );
}
