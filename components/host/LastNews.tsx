/** @module What was last heard of a host that is away, newest first. */
import type { Host, Job, Repository } from "../../server/protocol/entities.ts";
import { Card } from "../Card.tsx";
import { bytes, duration } from "../format.ts";
import { Trail, type TrailItem } from "../Trail.tsx";
import { JOB_KINDS, wordOf } from "../vocabulary.ts";
import { isBadProbe, PROBE_WORDS } from "./probe_words.ts";

export interface LastNewsProps {
  host: Host;
  repository: Repository | undefined;
  /** The last job of any kind that is not only waiting. */
  last_job: Job | undefined;
  now_ms: number;
}

/** The card; nothing for a host that is there. */
export function LastNews({ host, repository, last_job, now_ms }: LastNewsProps) {
  if (host.status !== "offline") return null;
  const items = [heartbeat(host, last_job), ended(last_job), looked(repository)]
    .filter((item) => item !== undefined)
    .sort((a, b) => b.at_ms - a.at_ms);
  if (items.length === 0) return null;
  return (
    <Card id="last-news" title="Last news">
      <div class="card-body">
        <Trail items={items} now_ms={now_ms} />
      </div>
    </Card>
  );
}

type News = TrailItem & { at_ms: number };

function heartbeat(host: Host, last_job: Job | undefined): News | undefined {
  if (host.last_seen_at === null) return undefined;
  return {
    key: "seen",
    kind: "offline",
    title: "Last heartbeat",
    at_ms: Date.parse(host.last_seen_at),
    text: last_job?.status === "running"
      ? `${JOB_KINDS[last_job.kind]} was running`
      : "no job was running",
  };
}

function ended(job: Job | undefined): News | undefined {
  if (job === undefined || job.finished_at === null) return undefined;
  const { added, took } = figuresOf(job);
  return {
    key: job.id,
    kind: job.status,
    title: `${JOB_KINDS[job.kind]} ${wordOf(job.status).label.toLowerCase()}`,
    at_ms: Date.parse(job.finished_at),
    ...(took === null ? {} : { text: added === null ? `after ${took}` : `${added} in ${took}` }),
  };
}

function figuresOf({ stats, started_at, finished_at }: Job) {
  const added = stats?.bytes_added === undefined ? null : `${bytes(stats.bytes_added)} added`;
  const took = started_at === null || finished_at === null
    ? null
    : duration((Date.parse(finished_at) - Date.parse(started_at)) / 1000);
  return { added, took };
}

function looked(repository: Repository | undefined): News | undefined {
  if (repository === undefined || repository.probed_at === null) return undefined;
  const bad = isBadProbe(repository.probe_state);
  return {
    key: "probe",
    kind: bad ? "failed" : "good",
    title: "Looked at the repository",
    at_ms: Date.parse(repository.probed_at),
    text: PROBE_WORDS[repository.probe_state],
  };
}
