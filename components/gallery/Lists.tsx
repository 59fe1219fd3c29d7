/** @module The gallery's tables and lists, with a row in each state. */
import type { RunningJob } from "../../server/fleet/fleet.ts";
import type { UsualTimes } from "../../server/jobs/jobs.ts";
import { AuditTable } from "../AuditTable.tsx";
import { Card } from "../Card.tsx";
import { AttentionList } from "../hosts/AttentionList.tsx";
import { HostTable } from "../hosts/HostTable.tsx";
import { RunningCard } from "../hosts/RunningCard.tsx";
import { SnapshotTable } from "../host/SnapshotTable.tsx";
import { JobTable } from "../job/JobTable.tsx";
import { ListFoot } from "../ListFoot.tsx";
import { Steps } from "../Steps.tsx";
import { Trail } from "../Trail.tsx";
import {
  NOW_MS,
  SAMPLE_ADMIN,
  SAMPLE_AUDIT,
  SAMPLE_DAYS,
  SAMPLE_HOSTS,
  SAMPLE_JOBS,
  SAMPLE_PROGRESS,
  SAMPLE_SNAPSHOTS,
} from "./samples.ts";

const RUNNING: RunningJob[] = SAMPLE_JOBS.slice(0, 3).map((job) => ({
  job,
  progress: job.status === "running" ? SAMPLE_PROGRESS : undefined,
  news_at_ms: NOW_MS - 2000,
  stalled: false,
}));

export interface ListGalleryProps {
  csrf_token: string;
  url: URL;
  usual: UsualTimes;
}

/** Hosts, jobs, snapshots, audit, what needs somebody and what runs. */
export function ListGallery({ csrf_token, url, usual }: ListGalleryProps) {
  const hosts = {
    hosts: SAMPLE_HOSTS,
    actor: SAMPLE_ADMIN,
    csrf_token,
    now_ms: NOW_MS,
  };
  const attention = SAMPLE_HOSTS.slice(0, 3).map((host, n) => ({
    host_id: host.id,
    host_name: host.name,
    state: host.backup_state,
    message: "The before hook exited 1. No good backup for 31 h.",
    since_ms: NOW_MS - 25_000_000,
    job_id: n === 0 ? SAMPLE_JOBS[5]!.id : null,
  }));
  return (
    <>
      <AttentionList {...hosts} items={attention} total={9} />
      <RunningCard running={RUNNING} now_ms={NOW_MS} />
      <Card id="g-hosts" title="Hosts" clip>
        <HostTable
          {...hosts}
          strips={new Map(SAMPLE_HOSTS.map((host) => [host.id, SAMPLE_DAYS]))}
          running={RUNNING}
        />
        <ListFoot noun="host" url={url} offset={50} limit={50} total={1004} />
      </Card>
      <Card id="g-jobs" title="Jobs" clip>
        <JobTable
          jobs={SAMPLE_JOBS}
          now_ms={NOW_MS}
          percents={new Map([[SAMPLE_JOBS[2]!.id, 62]])}
          usual={usual}
          with_host
        />
        <ListFoot noun="job" url={url} offset={0} limit={50} total={8} />
      </Card>
      <Card id="g-snapshots" title="Snapshots" clip>
        <SnapshotTable snapshots={SAMPLE_SNAPSHOTS} now_ms={NOW_MS} />
      </Card>
      <Card id="g-audit" title="Audit" clip>
        <AuditTable entries={SAMPLE_AUDIT} now_ms={NOW_MS} />
      </Card>
      <Card id="g-trail" title="Steps">
        <div class="card-body stack gap-4">
          <Steps steps={["Host", "Install", "First backup"]} at={1} />
          <Trail
            now_ms={NOW_MS}
            items={[
              { key: "1", kind: "good", title: "Enrolled", at_ms: NOW_MS - 60_000 },
              { key: "2", kind: "running", title: "Initialising", text: "since 4 s" },
              { key: "3", kind: "failed", title: "The password is wrong", text: "Replace it" },
              { key: "4", kind: "queued", title: "First backup" },
            ]}
          />
        </div>
      </Card>
    </>
  );
}
