/** @module How a job ended: the cause and what to try, or the figures of a good end. */
import type { Job, JobStats } from "../../server/protocol/entities.ts";
import { bytes, count, counted, duration, signedBytes } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { wordOf } from "../vocabulary.ts";
import { causeOf, saysNoMore } from "./causes.ts";
import { Stat } from "./JobProgress.tsx";
import { addedBytes, type JobView, tookSeconds } from "./job_view.ts";
import { readDataText } from "./read_data.ts";
import { PhaseList } from "./PhaseList.tsx";
import { visibleText } from "./visible_text.ts";

/** The card of an ended job. */
export function JobOutcome({ view }: { view: JobView }) {
  const { job } = view;
  const word = wordOf(job.status);
  const cause = causeOf(job);
  return (
    <section class="card clipcard" data-s={word.tone} aria-labelledby="outcome-title">
      <div
        class="stack gap-1.5 px-5 pt-4 pb-4.5 outcome-head"
        role={word.tone === "fail" ? "alert" : "status"}
      >
        <h2 class="h2 row row-top" id="outcome-title">
          <span class="tint mt-1">
            <Icon name={word.icon} />
          </span>
          {cause?.title ?? goodTitle(job)}
        </h2>
        <div class="stack gap-1.5 pl-6">
          {cause && <p class="dim">{cause.meaning}</p>}
          {cause && job.error && !saysNoMore(job.error_class) && (
            <p class="outcome-raw break">{visibleText(job.error)}</p>
          )}
          {!cause && <p class="dim">{goodText(job)}</p>}
        </div>
      </div>
      <div class="border-t border-line px-5 pt-1.5 pb-4 phases-box">
        <PhaseList view={view} />
      </div>
      <Figures job={job} />
    </section>
  );
}

function goodTitle(job: Job): string {
  if (job.kind === "init") return "The repository is initialised";
  if (job.kind === "check") return "No errors were found";
  if (job.kind === "unlock") return unlockedTitle(job.stats?.locks_removed);
  const id = job.stats?.snapshot_id;
  return id === undefined ? "The backup succeeded" : `Snapshot ${id.slice(0, 8)} was made`;
}

function goodText(job: Job): string {
  switch (job.kind) {
    case "init":
      return `${job.host_name} can be backed up now: press Run now on its page.`;
    case "backup":
      return "It is in the repository's list of snapshots.";
    case "unlock":
      return "Only locks of processes that are gone are removed.";
    case "check":
      return job.read_data === null
        ? "Everything that the snapshots need is there. Data was not read back, so flipped bits would not show."
        : `What the snapshots need is there, and ${readDataText(job.read_data)} was read back.`;
  }
}

function unlockedTitle(removed: number | undefined): string {
  if (removed === undefined) return "The repository is unlocked";
  return removed === 0 ? "There was no lock to remove" : `${counted(removed, "lock")} removed`;
}

function endingOf({ status, stats }: Job): string {
  if (stats?.error_count) return counted(stats.error_count, "error");
  return status === "succeeded" ? "no errors" : wordOf(status).label.toLowerCase();
}

function CheckFigures({ job, stats }: { job: Job; stats: JobStats }) {
  const took = tookSeconds(job);
  const known = (value: number | undefined) => value === undefined ? "not known" : count(value);
  return (
    <dl class="stats border-t border-line">
      <Stat label="Snapshots" value={known(stats.snapshots_checked)} sub="checked" />
      <Stat
        label="Packs read"
        value={job.read_data === null ? "none" : known(stats.packs_read)}
        sub={job.read_data === null ? "structure only" : readDataText(job.read_data)}
      />
      <Stat
        label="Took"
        value={took === null ? "not known" : duration(took)}
        sub={job.status === "succeeded" ? "no errors" : wordOf(job.status).label.toLowerCase()}
      />
    </dl>
  );
}

function Figures({ job }: { job: Job }) {
  const stats = job.stats;
  if (job.kind === "check" && stats !== null) return <CheckFigures job={job} stats={stats} />;
  if (stats === null || job.kind !== "backup" || stats.files_processed === undefined) return null;
  const took = tookSeconds(job);
  const some = (value: number | undefined, show: (n: number) => string) =>
    value === undefined ? "not known" : show(value);
  return (
    <dl class="stats border-t border-line">
      <Stat label="New files" value={some(stats.files_new, count)} sub="not seen before" />
      <Stat
        label="Changed files"
        value={some(stats.files_changed, count)}
        sub={`${some(stats.files_unmodified, count)} unchanged`}
      />
      <Stat
        label="Data read"
        value={some(stats.bytes_processed, bytes)}
        sub={counted(stats.files_processed, "file")}
      />
      <Stat
        label="Added"
        value={some(addedBytes(job), signedBytes)}
        sub={stats.bytes_stored === undefined || stats.bytes_added === undefined
          ? "after deduplication"
          : `${bytes(stats.bytes_added)} uncompressed`}
      />
      <Stat
        label="Took"
        value={took === null ? "not known" : duration(took)}
        sub={endingOf(job)}
      />
    </dl>
  );
}
