/** @module What waits for a host that is away, in the order in which it will be sent. */
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card } from "../Card.tsx";
import { moment } from "../days.ts";
import { CsrfField } from "../Field.tsx";
import { absolute, ahead, count, rate, shortId } from "../format.ts";
import { Count, Status } from "../Status.tsx";
import { visibleText } from "../job/visible_text.ts";

export interface WaitingCardProps {
  host_name: string;
  /** Jobs of this host that wait, the next one first. */
  jobs: Job[];
  may_cancel: boolean;
  csrf_token: string;
  now_ms: number;
}

/** Nothing when nothing waits. */
export function WaitingCard({ host_name, jobs, may_cancel, csrf_token, now_ms }: WaitingCardProps) {
  if (jobs.length === 0) return <div class="hidden" data-live="waiting" />;
  return (
    <Card
      id="waiting"
      title={`Waiting for ${host_name}`}
      beside={<Count value={count(jobs.length)} />}
      actions={<span class="meta">sent in this order when it is back</span>}
      clip
      live
    >
      <table class="tbl tbl-cards">
        <thead>
          <tr>
            <th scope="col">Command</th>
            <th scope="col">State</th>
            <th scope="col" class="c-sm">Sent by</th>
            <th scope="col" class="c-md">Sent</th>
            <th scope="col" class="num">Expires</th>
            {may_cancel && (
              <th scope="col">
                <span class="vh">Action</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.id} data-key={job.id}>
              <td>
                <a class="rowlink strong" href={paths.job(job.id)} title={job.id}>{job.kind}</a>
                {" "}
                <span class="faint">{what(job)}</span>
              </td>
              <td>
                <Status kind={job.status} short />
              </td>
              <td class="dim c-sm" data-c="drop">{job.actor_name ?? job.actor_kind}</td>
              <td class="dim nowrap c-md" data-c="sub">
                <Moment at={job.queued_at} now_ms={now_ms} />
              </td>
              <td class="num dim nowrap" data-c="sub">
                <time dateTime={job.expires_at} title={absolute(Date.parse(job.expires_at))}>
                  {ahead(Date.parse(job.expires_at), now_ms)}
                </time>
              </td>
              {may_cancel && (
                <td class="num" data-c="drop">
                  <form method="post" action={paths.job(job.id)}>
                    <CsrfField token={csrf_token} />
                    <input type="hidden" name="action" value="cancel" />
                    <button
                      type="submit"
                      class="btn btn-sm btn-quiet"
                      aria-label={`Cancel ${job.kind} ${shortId(job.id)}`}
                    >
                      Cancel
                    </button>
                  </form>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Moment({ at, now_ms }: { at: string; now_ms: number }) {
  const at_ms = Date.parse(at);
  return <time dateTime={at} title={absolute(at_ms)}>{moment(at_ms, now_ms)}</time>;
}

function what({ kind, backup_set, bandwidth }: Job): string {
  if (kind !== "backup" || backup_set === null) return "of the repository";
  const [first, ...others] = backup_set.paths.map(visibleText);
  const paths = others.length === 0 ? first ?? "" : `${first} and ${count(others.length)} more`;
  const limit = bandwidth.limit_upload_kib_per_second;
  return limit === undefined ? paths : `${paths}, at most ${rate(limit * 1024)}`;
}
