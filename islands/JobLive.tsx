/**
 * @module The page of one job, alive: starts from what the server drew, follows the job's stream,
 * and always ends in the job's final state.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { KIND_TITLE } from "../components/job/causes.ts";
import { fetchLines, type Following, followJob } from "../components/job/follow_job.ts";
import { JobHead, type JobRights } from "../components/job/JobHead.tsx";
import { JobOutcome } from "../components/job/JobOutcome.tsx";
import { JobProgress as ProgressCard } from "../components/job/JobProgress.tsx";
import { JobRail } from "../components/job/JobRail.tsx";
import {
  applyMessage,
  crossedQuarter,
  freshnessOf,
  isFinalStatus,
  percentOf,
  startView,
} from "../components/job/job_view.ts";
import { LostNote, useContact } from "../components/live/Lost.tsx";
import { applyPage, readPage } from "../components/live/page_refresh.ts";
import { mergeLines } from "../components/job/log_lines.ts";
import { LogViewer, type LogViewerProps } from "../components/job/LogViewer.tsx";
import { Note } from "../components/Card.tsx";
import { Icon } from "../components/Icon.tsx";
import { wordOf } from "../components/vocabulary.ts";
import type { JobProgress } from "../server/protocol/agent_messages.ts";
import type { Job, LogLine } from "../server/protocol/entities.ts";
import type { JobStreamMessage } from "../server/protocol/job_stream.ts";
import { paths } from "../server/protocol/paths.ts";

export interface JobLiveProps {
  job: Job;
  progress: JobProgress | null;
  news_at_ms: number | null;
  moved_at_ms: number | null;
  /** The server's time when it drew the page. */
  now_ms: number;
  /** The last lines of the log. */
  lines: LogLine[];
  /** True when the agent could not be talked to when the page was drawn. */
  agent_away: boolean;
  /** How long such a job of this host takes as a rule; null while too few ran. */
  usual_seconds: number | null;
  rights: JobRights;
  csrf: string;
}

const OLDER_LINES = 500;
const ALL_LINES = 5000;

/** A job's page below the top bar. */
export default function JobLive(props: JobLiveProps) {
  const [view, setView] = useState(() =>
    startView(props.job, props.progress, props.news_at_ms, props.moved_at_ms)
  );
  const [lines, setLines] = useState(props.lines);
  const [live, setLive] = useState(false);
  /** Since when, and until when, the server is out of reach, by this browser's clock. */
  const [lost, setLost] = useState<{ since_ms: number; next_try_at_ms: number }>();
  const [now_ms, setNow] = useState(props.now_ms);
  const [announced, setAnnounced] = useState("");
  const [complete, setComplete] = useState(false);
  const last_seq = useRef(props.lines.at(-1)?.seq ?? 0);
  const last_percent = useRef(percentOf(view));
  /** What of the log could not be read: a part above, or all of it for a search. */
  const [unread, setUnread] = useState<"part" | "all">();
  const loading = useRef(false);
  const following = useRef<Following | undefined>(undefined);
  const clock_offset_ms = useRef(0);
  const { job } = view;
  const final = isFinalStatus(job.status);

  useEffect(() => {
    clock_offset_ms.current = props.now_ms - Date.now();
    setLive(true);
    const followed = following.current = followJob({
      job_id: props.job.id,
      lastSeq: () => last_seq.current,
      onContact: (contact) =>
        setLost((before) =>
          contact === "live" ? undefined : { since_ms: Date.now(), ...before, ...contact }
        ),
      onMessage: receive,
    });
    return followed.stop;
  }, []);

  useEffect(() => {
    if (final) return;
    const timer = setInterval(() => setNow(Date.now() + clock_offset_ms.current), 1000);
    return () => clearInterval(timer);
  }, [final]);

  function receive(message: JobStreamMessage) {
    const at_ms = Date.now() + clock_offset_ms.current;
    setNow(at_ms);
    setView((before) => applyMessage(before, message, at_ms));
    if (message.type === "log.stream" && message.lines.length > 0) {
      last_seq.current = Math.max(last_seq.current, message.lines.at(-1)!.seq);
      setLines((held) => mergeLines(held, message.lines));
    }
  }

  useEffect(() => {
    if (!live) return;
    const percent = percentOf(view);
    const quarter = crossedQuarter(last_percent.current, percent);
    last_percent.current = percent;
    if (quarter !== null && !final) setAnnounced(`${quarter} percent`);
    document.title = `${titleOf(job, percent)} · restic-manager`;
  }, [view, live]);

  useEffect(() => {
    if (live) setAnnounced(wordOf(job.status).label);
  }, [job.status]);

  useEffect(() => {
    if (!live || !final) return;
    // The count beside "Jobs" is the page's, not the stream's. Without it the page is still right.
    readPage({ href: null, may_reload: false }).then(applyPage, () => {});
  }, [final]);

  useContact({
    kind: !live ? "unknown" : lost !== undefined && !final ? "lost" : "live",
    news_at_ms: lost?.since_ms ?? Date.now(),
  });

  const first_seq = lines[0]?.seq ?? 1;
  const has_older = live && !complete && first_seq > 1;

  async function loadOlder(all: boolean) {
    if (loading.current) return;
    loading.current = true;
    setUnread(undefined);
    try {
      const size = all ? ALL_LINES : OLDER_LINES;
      for (let before = first_seq; before > 1; before -= size) {
        const after = Math.max(0, before - 1 - size);
        const older = await fetchLines(job.id, after, before - 1 - after);
        setLines((held) => mergeLines(held, older));
        if (after === 0) setComplete(true);
        if (!all) break;
      }
    } catch {
      // What is held stays on the page.
      setUnread(all ? "all" : "part");
    } finally {
      loading.current = false;
    }
  }

  // While the server is out of reach nobody knows more than was known then.
  const known_ms = lost === undefined ? now_ms : lost.since_ms + clock_offset_ms.current;
  const freshness = freshnessOf(view, known_ms);
  const log = (
    <>
      {unread !== undefined && (
        <Note
          tone="fail"
          title="Earlier lines of the log could not be read."
          actions={
            <button
              type="button"
              class="btn btn-sm"
              onClick={() => void loadOlder(unread === "all")}
            >
              <Icon name="retry" size={14} />
              Retry
            </button>
          }
        >
          What is shown stays{unread === "all" ? ", and the search covers that alone" : ""}.
        </Note>
      )}
      <LogViewer
        lines={lines}
        total={Math.max(job.log_lines, last_seq.current)}
        truncated={job.log_truncated}
        dropped_lines={job.log_dropped_lines}
        removed={removedLog(job)}
        running={!final}
        download_href={paths.jobLogDownload(job.id)}
        live={live}
        onOlder={has_older ? loadOlder : undefined}
      />
    </>
  );
  return (
    <>
      <JobHead
        view={view}
        rights={props.rights}
        csrf={props.csrf}
        stalled={freshness.kind === "stalled"}
      />
      <p class="vh" role="status">{announced}</p>
      {lost !== undefined && !final && (
        <LostNote
          news_at_ms={lost.since_ms}
          next_try_at_ms={lost.next_try_at_ms}
          onTry={() => following.current?.tryNow()}
        />
      )}
      {!final && (
        <noscript>
          <Note tone="idle">
            This page does not follow the job without script.{" "}
            <a class="link" href={paths.job(job.id)}>Refresh</a>
          </Note>
        </noscript>
      )}
      {final
        ? (
          <div class="split [--rail:320px]">
            <div class="stack gap-5">
              <JobOutcome view={view} />
              {log}
            </div>
            <JobRail job={job} />
          </div>
        )
        : (
          <>
            <ProgressCard
              view={view}
              now_ms={known_ms}
              freshness={freshness}
              agent_away={props.agent_away}
              usual_seconds={props.usual_seconds}
            />
            {log}
          </>
        )}
    </>
  );
}

function removedLog({ log_removed_at, finished_at }: Job): LogViewerProps["removed"] {
  if (log_removed_at === null || finished_at === null) return null;
  const after_ms = Date.parse(log_removed_at) - Date.parse(finished_at);
  return { at: log_removed_at, after_days: Math.floor(after_ms / 86_400_000) };
}

function titleOf(job: Job, percent: number | null): string {
  const what = `${KIND_TITLE[job.kind]} of ${job.host_name}`;
  if (job.status === "running" && percent !== null) return `${what}, ${percent} %`;
  return `${what}, ${wordOf(job.status).label.toLowerCase()}`;
}
