/**
 * @module Keeps a page informed of one job: over a WebSocket while there is one, over REST whenever
 * that ended. So the final state is always reached, also behind a proxy that knows no WebSockets.
 */
import type { Job, LogLine } from "../../server/protocol/entities.ts";
import type { JobStreamMessage } from "../../server/protocol/job_stream.ts";
import { CLOSE } from "../../server/protocol/close_codes.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { LogPage } from "../../server/protocol/rest.ts";
import { isFinalStatus } from "./job_view.ts";
import { reconnectDelayMs } from "./reconnect.ts";

export interface FollowOptions {
  job_id: string;
  /** The last line that the page holds. */
  lastSeq: () => number;
  onMessage: (message: JobStreamMessage) => void;
  /** Told when news can come in at once, and when not, with the time of the next try. */
  onContact: (contact: "live" | { next_try_at_ms: number }) => void;
}

/** Lines read over REST at once. */
const PAGE_LINES = 5000;
/** A network that dies without a word leaves the socket open: after so much silence REST is asked. */
const QUIET_MS = 20_000;
const ANSWER_MS = 10_000;
/** Lines of an ended job may come a moment after its end. */
const LINGER_MS = 3000;

export interface Following {
  stop: () => void;
  /** Does not wait for the next try. */
  tryNow: () => void;
}

/** Follows a job until its final row was seen, or until it is stopped. */
export function followJob(options: FollowOptions): Following {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let ended = false;
  let attempt = 0;
  let heard_at_ms = performance.now();
  const watch = setInterval(() => void lookIfQuiet(), QUIET_MS / 4);

  function stop() {
    stopped = true;
    removeEventListener("offline", onOffline);
    clearInterval(watch);
    clearTimeout(timer);
    socket?.close();
  }

  /** A socket does not notice by itself that the network is gone. */
  function onOffline() {
    socket?.close();
  }

  function tryNow() {
    if (stopped || ended || socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(timer);
    void retry();
  }

  function take(message: JobStreamMessage) {
    if (stopped) return;
    heard_at_ms = performance.now();
    options.onMessage(message);
    if (message.type === "resync") void catchUp(message.after_seq).catch(() => socket?.close());
    if (message.type !== "job" || !isFinalStatus(message.job.status) || ended) return;
    ended = true;
    timer = setTimeout(finish, LINGER_MS);
  }

  async function finish() {
    await catchUp(options.lastSeq()).catch(() => {});
    options.onContact("live");
    stop();
  }

  function connect() {
    const path = paths.api.jobStream(options.job_id, options.lastSeq());
    const own = socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    heard_at_ms = performance.now();
    socket.onopen = () => {
      attempt = 0;
      options.onContact("live");
    };
    socket.onmessage = (event) => take(JSON.parse(event.data));
    socket.onclose = ({ code }) => {
      if (stopped || ended || own !== socket) return;
      // The session is over: the page leads to the sign-in, and back here.
      if (code === CLOSE.bad_credential) return location.reload();
      lost();
    };
  }

  function lost() {
    // Closing a socket in a dead network takes its time; what it still says is of no interest.
    const old = socket;
    socket = undefined;
    old?.close();
    const delay_ms = reconnectDelayMs(attempt++);
    options.onContact({ next_try_at_ms: Date.now() + delay_ms });
    timer = setTimeout(() => void retry(), delay_ms);
  }

  async function lookIfQuiet() {
    if (ended || socket === undefined || performance.now() - heard_at_ms < QUIET_MS) return;
    const asked = socket;
    heard_at_ms = performance.now();
    const alive = await readRow().then(() => true, () => false);
    if (!alive && !stopped && !ended && asked === socket) lost();
  }

  async function retry() {
    // The server may be back, or only its WebSockets out of reach: ask once before trying again.
    await readRow().then(() => catchUp(options.lastSeq())).catch(() => {});
    if (!stopped && !ended) connect();
  }

  async function readRow() {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(paths.api.job(options.job_id), { signal });
    if (answer.ok) take({ type: "job", job: await answer.json() as Job });
  }

  async function catchUp(after_seq: number) {
    for (let after = after_seq; !stopped;) {
      const lines = await fetchLines(options.job_id, after, PAGE_LINES);
      const last = lines.at(-1);
      if (last === undefined) return;
      options.onMessage({ type: "log.stream", job_id: options.job_id, lines });
      after = last.seq;
      if (lines.length < PAGE_LINES) return;
    }
  }

  addEventListener("offline", onOffline);
  connect();
  return { stop, tryNow };
}

/** At most `limit` lines after one, over REST. @throws {Error} when the server does not answer them */
export async function fetchLines(
  job_id: string,
  after_seq: number,
  limit: number,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let after = after_seq; lines.length < limit;) {
    const answer = await fetch(paths.api.jobLogs(job_id, after, limit - lines.length));
    if (!answer.ok) throw new Error(`The log could not be read (${answer.status})`);
    const page = await answer.json() as LogPage;
    lines.push(...page.lines);
    if (!page.has_more) break;
    after = page.last_seq;
  }
  return lines;
}
