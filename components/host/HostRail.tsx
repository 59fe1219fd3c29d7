/** @module Beside a host's facts: its schedules, its repository and its agent. */
import type { Host, Job, Repository } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { date, moment } from "../days.ts";
import { bytes, count, duration } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";
import { Icon } from "../Icon.tsx";
import { Status } from "../Status.tsx";
import { Time } from "../Time.tsx";
import type { ComponentChildren } from "preact";
import { SchedulesCard } from "../schedule/SchedulesCard.tsx";
import { versionWords } from "../schedule/schedule_state.ts";
import { isBadProbe, PROBE_WORDS } from "./probe_words.ts";

export interface HostRailProps {
  host: Host;
  schedules: ShownSchedule[];
  /** The last job of each schedule, where there was one. */
  last_jobs: Map<string, Job>;
  may_edit: boolean;
  repository: Repository | undefined;
  now_ms: number;
}

/** The schedules, the repository and the agent. */
export function HostRail({ host, repository, now_ms, ...scheduled }: HostRailProps) {
  return (
    <aside
      class="rail stack stack-lg"
      aria-label="Schedules, repository and agent"
      data-live="host-rail"
    >
      <SchedulesCard host={host} now_ms={now_ms} {...scheduled} />
      {repository && <RepositoryCard repository={repository} now_ms={now_ms} />}
      <AgentCard host={host} now_ms={now_ms} />
    </aside>
  );
}

function RepositoryCard({ repository, now_ms }: { repository: Repository; now_ms: number }) {
  const bad = isBadProbe(repository.probe_state);
  return (
    <section class="card" aria-labelledby="repository-title">
      <header class="card-head">
        <h2 id="repository-title">
          <a href={paths.hostRepository(repository.host_id)}>Repository</a>
        </h2>
        <span class="st push" data-s={bad ? "fail" : repository.initialised_at ? "ok" : "idle"}>
          <Icon name={bad ? "s-fail" : repository.initialised_at ? "s-ok" : "s-never"} />
          {bad ? "Needs you" : repository.initialised_at ? "Initialised" : "Not initialised"}
        </span>
      </header>
      <div class="card-body stack gap-3">
        <p class="mono text-xs faint break" title={visibleText(repository.url)}>
          {visibleText(repository.url)}
        </p>
        <dl class="kv kv-fit">
          <Fact label="User">{repository.rest_username ?? "none"}</Fact>
          <Fact label="Access">
            {repository.append_only ? "Append-only, as you said" : "Full, as you said"}
          </Fact>
          <Fact label="Size">
            {repository.size_bytes === null ? "not known yet" : bytes(repository.size_bytes)}
          </Fact>
          <Fact label="Snapshots">
            {repository.snapshot_count === 0 ? "none" : count(repository.snapshot_count)}
          </Fact>
          <Fact label="Dedup">{dedup(repository.dedup_ratio)}</Fact>
          <Fact label="Compression">{ratio(repository.compression_ratio)}</Fact>
          {repository.initialised_at && (
            <Fact label="Initialised">{date(Date.parse(repository.initialised_at))}</Fact>
          )}
          <Fact label="Last try">
            {PROBE_WORDS[repository.probe_state]}
            {repository.probed_at && (
              <>
                , <Time at={repository.probed_at} now_ms={now_ms} />
              </>
            )}
          </Fact>
        </dl>
      </div>
    </section>
  );
}

function AgentCard({ host, now_ms }: { host: Host; now_ms: number }) {
  return (
    <section class="card" aria-labelledby="agent-title">
      <header class="card-head">
        <h2 id="agent-title">Agent</h2>
        <span class="push">
          <Status kind={host.status} short />
        </span>
      </header>
      <div class="card-body">
        <dl class="kv kv-fit">
          <Fact label="Last seen">
            <Time at={host.last_seen_at} now_ms={now_ms} />
          </Fact>
          <Fact label="Agent">{visibleText(host.agent_version ?? "not known yet")}</Fact>
          <Fact label="restic">{visibleText(host.restic_version ?? "not known yet")}</Fact>
          {host.schedule_version > 0 && (
            <Fact label="Schedules applied">
              {versionWords(host.schedule_version, host.applied_schedule_version)}
            </Fact>
          )}
          <Fact label="Clock">{skew(host.clock_skew_seconds)}</Fact>
          {host.enrolled_at && (
            <Fact label="Enrolled">
              <time dateTime={host.enrolled_at}>
                {moment(Date.parse(host.enrolled_at), now_ms)}
              </time>
            </Fact>
          )}
          {host.status === "pending" && (
            <Fact label="Install">
              <a class="link" href={paths.hostInstall(host.id)}>Show the line</a>
            </Fact>
          )}
        </dl>
      </div>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Below 1 where the repository's own lists outweigh what was the same: nothing was saved. */
function dedup(value: number | null): string {
  return value !== null && value < 1.05 ? "nothing yet" : ratio(value);
}

function ratio(value: number | null): string {
  return value === null ? "not known yet" : `${value.toFixed(1)} : 1`;
}

function skew(seconds: number | null): string {
  if (seconds === null) return "not known yet";
  if (Math.abs(seconds) < 2) return "as the server's";
  return `${duration(Math.abs(seconds))} ${seconds > 0 ? "ahead" : "behind"}`;
}
