/** @module Beside an ended job: what to try, and its facts. */
import type { ComponentChildren } from "preact";
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { toTheSecond } from "../days.ts";
import { absolute, rate, shortList } from "../format.ts";
import { isFinalStatus } from "./job_view.ts";
import { readDataText } from "./read_data.ts";
import { visibleText } from "./visible_text.ts";

/** What to try and the facts of a job. */
export function JobRail({ job }: { job: Job }) {
  return (
    <aside class="rail stack stack-lg" aria-label="About this job">
      {job.hint && isFinalStatus(job.status) && <WhatToTry job={job} hint={job.hint} />}
      <section class="card" aria-labelledby="facts-title">
        <header class="card-head">
          <h2 id="facts-title">Facts</h2>
        </header>
        <div class="card-body">
          <dl class="kv kv-fit">
            <Fact label="Host">
              <a class="link" href={paths.host(job.host_id)}>{job.host_name}</a>
            </Fact>
            {job.error_class && (
              <Fact label="Class">
                <span class="mono">{job.error_class}</span>
              </Fact>
            )}
            {job.exit_code !== null && <Fact label="Exit code">{job.exit_code}</Fact>}
            {job.stats?.snapshot_id && (
              <Fact label="Snapshot">
                <a
                  class="link mono"
                  href={paths.hostSnapshots(job.host_id)}
                  title={job.stats.snapshot_id}
                >
                  {job.stats.snapshot_id.slice(0, 8)}
                </a>
              </Fact>
            )}
            <Fact label="Queued">{moment(job.queued_at)}</Fact>
            {job.started_at && <Fact label="Started">{moment(job.started_at)}</Fact>}
            {job.finished_at && <Fact label="Finished">{moment(job.finished_at)}</Fact>}
            {job.kind === "check" && (
              <Fact label="Reads">
                {job.read_data === null ? "structure only" : readDataText(job.read_data)}
              </Fact>
            )}
            {job.kind === "backup" && (
              <Fact label="Upload limit">{limit(job.bandwidth.limit_upload_kib_per_second)}</Fact>
            )}
            {job.backup_set && (
              <>
                <Fact label="Paths">
                  <span class="mono" title={job.backup_set.paths.map(visibleText).join("\n")}>
                    {shortList(job.backup_set.paths.map(visibleText))}
                  </span>
                </Fact>
                <Fact label="Excludes">
                  {job.backup_set.excludes.length === 0 ? "none" : job.backup_set.excludes.length}
                </Fact>
              </>
            )}
          </dl>
        </div>
      </section>
    </aside>
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

function WhatToTry({ job, hint }: { job: Job; hint: string }) {
  return (
    <section class="card" aria-labelledby="try-title">
      <header class="card-head">
        <h2 id="try-title">What to try</h2>
      </header>
      <div class="card-body stack gap-2">
        <p class="break">{visibleText(hint).replace(/[.]?$/, ".")}</p>
        <p class="meta">
          Then press Retry{job.kind === "backup" ? ": it takes the backup set as it is then" : ""}.
        </p>
      </div>
    </section>
  );
}

function moment(at: string) {
  return <time dateTime={at} title={absolute(Date.parse(at))}>{toTheSecond(Date.parse(at))}</time>;
}

function limit(kib_per_second: number | undefined): string {
  return kib_per_second === undefined ? "none" : rate(kib_per_second * 1024);
}
