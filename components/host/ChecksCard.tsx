/** @module Whether the repository was checked, when, with what result, and the next check. */
import type { Host, Job } from "../../server/protocol/entities.ts";
import type { RepositoryDetail } from "../../server/protocol/rest.ts";
import { paths } from "../../server/protocol/paths.ts";
import { moment } from "../days.ts";
import { duration } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { tookSeconds } from "../job/job_view.ts";
import { readDataText } from "../job/read_data.ts";
import { wordOf } from "../vocabulary.ts";
import { CheckForm } from "./CheckForm.tsx";
import { checkWords } from "./check_words.ts";

export interface ChecksCardProps {
  host: Host;
  repository: RepositoryDetail;
  /** The newest checks, newest first. */
  checks: Job[];
  may_run: boolean;
  csrf_token: string;
  now_ms: number;
}

/** The last check in a sentence, the newest ones in a table, and a form for another. */
export function ChecksCard(props: ChecksCardProps) {
  const { host, repository, checks, may_run, csrf_token, now_ms } = props;
  const words = checkWords(repository, now_ms);
  return (
    <section class="card clipcard" id="checks" aria-labelledby="checks-title">
      <header class="card-head">
        <h2 id="checks-title">Checks</h2>
      </header>
      <div class="card-body stack gap-1" data-live="last-check" data-s={words.tone}>
        <p class="row row-top gap-2">
          <span class="tint mt-0.5">
            <Icon name={words.icon} />
          </span>
          <span>
            <b class="strong">{words.title}</b> <span class="dim">{words.text}</span>{" "}
            {words.job_id && <a class="link nowrap" href={paths.job(words.job_id)}>Open its log</a>}
          </span>
        </p>
      </div>
      <div class="empty:hidden" data-live="checks-table">
        {checks.length > 0 && <Table checks={checks} now_ms={now_ms} />}
      </div>
      {may_run && repository.initialised_at !== null && (
        <details class="card-body border-t border-line" open={checks.length === 0}>
          <summary class="link">Check…</summary>
          <div class="pt-3">
            <CheckForm host_id={host.id} csrf_token={csrf_token} />
          </div>
        </details>
      )}
    </section>
  );
}

function Table({ checks, now_ms }: { checks: Job[]; now_ms: number }) {
  return (
    <div class="tablewrap border-t border-line">
      <table class="tbl tbl-cards">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Result</th>
            <th scope="col">Scope</th>
            <th scope="col" class="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((job) => {
            const word = wordOf(job.status);
            const took = tookSeconds(job);
            return (
              <tr key={job.id}>
                <td data-label="Date">
                  <a class="link" href={paths.job(job.id)}>
                    {moment(Date.parse(job.finished_at ?? job.queued_at), now_ms)}
                  </a>
                </td>
                <td data-label="Result">
                  <span class="st" data-s={word.tone}>
                    <Icon name={word.icon} />
                    {resultText(job)}
                  </span>
                </td>
                <td data-label="Scope">
                  {job.read_data === null ? "structure" : readDataText(job.read_data)}
                </td>
                <td data-label="Took" class="num">{took === null ? "none" : duration(took)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function resultText(job: Job): string {
  if (job.status === "succeeded") return "No errors";
  if (job.error_class === "repository_damaged") return "Errors found";
  return wordOf(job.status).label;
}
