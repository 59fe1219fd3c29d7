/** @module What a schedule's fields mean: in words, and the next five runs. */
import type { SchedulePreview } from "../../server/protocol/schedule_rest.ts";
import { absolute, ahead } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { runDay, runOffset, runTime } from "./run_words.ts";

/** What the server says of the times: what they mean, or why they cannot be. */
export type Previewed =
  | { kind: "ok"; preview: SchedulePreview; timezone: string; jitter_seconds: number }
  | { kind: "refused"; message: string; field: string | null }
  | { kind: "unknown" };

export interface NextRunsProps {
  previewed: Previewed;
  now_ms: number;
}

/** The next runs on the schedule's own clock, each with its offset from UTC. */
export function NextRuns({ previewed, now_ms }: NextRunsProps) {
  return (
    <section class="card" aria-labelledby="next-runs-title">
      <header class="card-head">
        <h2 id="next-runs-title">Next 5 runs</h2>
        {previewed.kind === "ok" && (
          <span class="meta push clip">{visibleText(previewed.timezone)}</span>
        )}
      </header>
      {previewed.kind === "ok"
        ? <RunList {...previewed} now_ms={now_ms} />
        : (
          <p class="card-body faint">
            {previewed.kind === "refused"
              ? "None: these times cannot be."
              : "Not known: the server did not answer."}
          </p>
        )}
    </section>
  );
}

function RunList(
  { preview, jitter_seconds, now_ms }: Extract<Previewed, { kind: "ok" }> & { now_ms: number },
) {
  return (
    <ul class="list runs">
      {preview.next_runs.map((run) => (
        <li key={run.at} title={absolute(Date.parse(run.at))}>
          <span>{runDay(run)}</span>
          <span class="dim">{runTime(run, jitter_seconds)}</span>
          <span class="faint">{runOffset(run)}</span>
          <span class="push faint nowrap">{ahead(Date.parse(run.at), now_ms)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The same in one sentence, beside the fields. */
export function PreviewLine({ previewed }: { previewed: Previewed }) {
  if (previewed.kind === "unknown") return null;
  const refused = previewed.kind === "refused";
  return (
    <p class="well row row-top gap-2.5" role="status" data-s={refused ? "fail" : "ok"}>
      <span class="tint mt-0.5">
        <Icon name={refused ? "s-fail" : "s-ok"} />
      </span>
      {refused ? <span class="break">{visibleText(previewed.message)}</span> : (
        <span class="break">
          <b class="strong">{visibleText(previewed.preview.text)}</b>.
        </span>
      )}
    </p>
  );
}
