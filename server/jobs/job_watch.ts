/**
 * @module One watcher of one job. It subscribes first, then reads, then replays: whoever comes late
 * still gets every line once, in order, and the final state.
 */
import type { Job, LogLine } from "../protocol/entities.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import { hasEnded } from "./job_state.ts";
import type { JobSink, JobStream } from "./job_stream.ts";

/** Lines read from the database at a time; between two pages the server does other things. */
const PAGE_LINES = 500;

export interface WatchSource {
  stream: JobStream;
  /** The job's row as it is now. */
  job(): Job;
  /** Stored lines after a number, in order. */
  lines(after_seq: number, limit: number): LogLine[];
  /** Latest progress, if any. */
  progress(): JobStreamMessage | undefined;
}

/** Watches a job from `after_seq`; messages go to `sink` until the returned function is called. */
export function watchJob(source: WatchSource, job_id: string, options: {
  after_seq: number;
  sink: JobSink;
}): () => void {
  const { sink } = options;
  let sent_seq = options.after_seq;
  let waiting: JobStreamMessage[] | undefined = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const unsubscribe = source.stream.subscribe(job_id, (message) => {
    if (waiting === undefined) send(message);
    // Lines are in the database before they are published: the pages will have them.
    else if (message.type !== "log.stream") waiting.push(message);
  });
  const job = source.job();
  send({ type: "job", job });
  replay();
  return stop;

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
    unsubscribe();
  }

  /** Sends one page of the stored log, then goes on in a later turn, or catches up. */
  function replay(): void {
    if (stopped) return;
    const lines = source.lines(sent_seq, PAGE_LINES);
    if (lines.length > 0) send({ type: "log.stream", job_id, lines });
    if (lines.length === PAGE_LINES) timer = setTimeout(replay, 0);
    else catchUp();
  }

  function catchUp(): void {
    const missed = waiting ?? [];
    waiting = undefined;
    if (hasEnded(job.status)) {
      send(finishedMessage(job));
      send({ type: "job", job: source.job() });
    } else {
      const progress = source.progress();
      if (progress !== undefined) send(progress);
    }
    // The latest progress was just sent; what was held back of it is older.
    for (const message of missed) if (message.type !== "job.progress") send(message);
  }

  function send(message: JobStreamMessage): void {
    if (stopped) return;
    if (message.type !== "log.stream") return sink(message);
    // A line may come twice: stored while the pages were read, and published.
    const lines = message.lines.filter((line) => line.seq > sent_seq);
    if (lines.length === 0) return;
    sent_seq = lines.at(-1)!.seq;
    sink({ ...message, lines });
  }
}

/** The `job.finished` of a job that has ended. */
export function finishedMessage(job: Job): JobStreamMessage {
  if (!hasEnded(job.status)) throw new TypeError(`Job ${job.id} has not ended`);
  return {
    type: "job.finished",
    job_id: job.id,
    kind: job.kind,
    status: job.status,
    exit_code: job.exit_code,
    error_class: job.error_class,
    error: job.error,
    stats: job.stats,
    log_lines: job.log_lines,
    started_at: job.started_at,
    finished_at: job.finished_at!,
  };
}
