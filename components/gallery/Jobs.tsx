/** @module The gallery's heads of jobs in each state, and a log. */
import type { LogLine } from "../../server/protocol/entities.ts";
import { JobHead } from "../job/JobHead.tsx";
import { startView } from "../job/job_view.ts";
import { LogViewer, type LogViewerProps } from "../job/LogViewer.tsx";
import { hoursAgo, NOW_MS, SAMPLE_JOBS, SAMPLE_PROGRESS } from "./samples.ts";

const LINES: LogLine[] = Array.from({ length: 8 }, (_, n) => ({
  seq: n + 1,
  ts: new Date(NOW_MS - (8 - n) * 1000).toISOString(),
  stream: n === 5 ? "stderr" as const : "stdout" as const,
  payload: n === 5 ? "error: /srv/www/private: permission denied" : `processed /srv/www/${n}.jpg`,
}));

const LOG: LogViewerProps = {
  ...{ lines: LINES, total: 90_000, truncated: true, dropped_lines: 1204, removed: null },
  ...{ running: false, download_href: "#", live: false, onOlder: undefined },
};

/** Heads of every state, a stalled one and one on its way to an end; a log that was cut. */
export function JobGallery({ csrf_token }: { csrf_token: string }) {
  const rights = { cancel: true, start: true, initialise: true };
  const running = SAMPLE_JOBS[2]!;
  const cancelling = { ...running, cancel_requested_at: hoursAgo(0.01) };
  return (
    <section class="stack gap-5" aria-label="Jobs, their heads and a log">
      {[...SAMPLE_JOBS, cancelling].map((job, n) => (
        <JobHead
          key={n}
          view={startView(job, job.status === "running" ? SAMPLE_PROGRESS : null, NOW_MS)}
          rights={rights}
          csrf={csrf_token}
          stalled={false}
        />
      ))}
      <JobHead
        view={startView(running, SAMPLE_PROGRESS, NOW_MS)}
        rights={rights}
        csrf={csrf_token}
        stalled
      />
      <LogViewer {...LOG} />
    </section>
  );
}
