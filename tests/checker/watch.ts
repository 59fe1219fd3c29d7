/** @module Watching live what the server shows, as open pages do, across every crash of it. */
import type { BackupState, Host, Job } from "../../server/protocol/entities.ts";
import type { JobStreamMessage } from "../../server/protocol/job_stream.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { JobFacts, ShownLines } from "./history.ts";
import { isFinal } from "./job_rules.ts";
import { type Reader, Unanswered } from "./reader.ts";
import type { Record } from "./record.ts";

const AGAIN_MS = 100;
/** Jobs, and hosts, that are read again on one notice. */
const LOOKS = 6;
/** The words of a host's page (components/vocabulary.ts) that promise a snapshot. */
const PAGE_CLAIMS: [RegExp, BackupState][] = [
  [/>Backed up, with gaps</, "gaps"],
  [/>Backed up</, "good"],
];

export class Watch {
  readonly #reader: Reader;
  readonly #record: Record;
  readonly #over = new AbortController();
  #views = 0;

  constructor(reader: Reader, record: Record) {
    this.#reader = reader;
    this.#record = record;
  }

  stop(): void {
    this.#over.abort();
  }

  /** Watches a job over its socket, as often as that is cut, until its end was shown. */
  async follow(job_id: string): Promise<void> {
    let after_seq = 0;
    while (!this.#over.signal.aborted) {
      const seen = await this.#once(job_id, after_seq);
      if (seen.ended) return;
      after_seq = seen.last_seq;
      await pause();
    }
  }

  /** Reads again whatever the stream of changes names: a few jobs, a few hosts, a page. */
  async followChanges(): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        await this.#changes();
      } catch {
        // The server went away; the stream is opened again.
      }
      await pause();
    }
  }

  #once(job_id: string, after_seq: number): Promise<{ ended: boolean; last_seq: number }> {
    const view = `socket ${++this.#views}`;
    const { history } = this.#record;
    const lines: ShownLines = { view, job_id, after_seq, seqs: [], gap_allowed: false };
    const headers = { cookie: this.#reader.cookie(), origin: this.#reader.base_url };
    const address = this.#reader.base_url.replace("http", "ws") +
      paths.api.jobStream(job_id, after_seq);
    const socket = new WebSocket(address, { headers } as unknown as string[]);
    const { promise, resolve } = Promise.withResolvers<{ ended: boolean; last_seq: number }>();
    let ended = false;
    const finish = () => {
      if (lines.seqs.length > 0) history.shown_lines.push(lines);
      resolve({ ended, last_seq: lines.seqs.at(-1) ?? after_seq });
    };
    const over = () => socket.close();
    this.#over.signal.addEventListener("abort", over, { once: true });
    socket.onmessage = ({ data }) => {
      const got = this.#record.tick();
      const message = JSON.parse(data) as JobStreamMessage;
      if (message.type === "log.stream") lines.seqs.push(...message.lines.map(({ seq }) => seq));
      else if (message.type === "resync") lines.gap_allowed = true;
      else if (message.type === "job.progress" && ended) {
        history.late_progress.push({ view, job_id });
      } else if (message.type === "job") {
        history.shown_jobs.push({ view, asked: undefined, got, job: factsOf(message.job) });
        ended ||= isFinal(message.job.status);
        if (ended) socket.close();
      }
    };
    socket.onclose = () => {
      this.#over.signal.removeEventListener("abort", over);
      finish();
    };
    socket.onerror = () => {}; // It is closed too.
    return promise;
  }

  async #changes(): Promise<void> {
    const answer = await fetch(this.#reader.base_url + paths.api.events(), {
      headers: { cookie: this.#reader.cookie() },
      signal: this.#over.signal,
    });
    const view = `reader ${++this.#views}`;
    let rest = "";
    for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) {
      const events = (rest + text).split("\n\n");
      rest = events.pop()!;
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data === undefined) continue;
        this.#record.tick();
        const { host_ids, job_ids } = JSON.parse(data) as { host_ids: string[]; job_ids: string[] };
        // Each reader has one request at a time, so what it sees comes in order.
        await Promise.all([
          ...sample(job_ids).map((id, n) => this.#lookAtJob(id, `${view}.${n}`)),
          ...sample(host_ids).map((id, n) => this.#lookAtHost(id, `${view}.h${n}`, n === 0)),
        ]);
      }
    }
  }

  async #lookAtJob(id: string, view: string): Promise<void> {
    const asked = this.#record.tick();
    const job = await this.#reader.json<Job>(paths.api.job(id)).catch(unlessUnanswered);
    if (job === undefined) return;
    const got = this.#record.tick();
    this.#record.history.shown_jobs.push({ view, asked, got, job: factsOf(job) });
  }

  async #lookAtHost(host_id: string, view: string, page_too: boolean): Promise<void> {
    const { shown_hosts } = this.#record.history;
    const host = await this.#reader.json<Host>(paths.api.host(host_id)).catch(unlessUnanswered);
    if (host === undefined) return;
    const { backup_state, last_good_backup_at } = host;
    shown_hosts.push({
      view,
      got: this.#record.tick(),
      host_id,
      backup_state,
      last_good_backup_at,
    });
    if (!page_too) return;
    const page = await this.#reader.text(paths.host(host_id)).catch(unlessUnanswered) ?? "";
    const claim = PAGE_CLAIMS.find(([words]) => words.test(page));
    if (claim === undefined) return;
    const got = this.#record.tick();
    const facts = { host_id, backup_state: claim[1], last_good_backup_at: null };
    shown_hosts.push({ view: `page, ${view}`, got, ...facts });
  }
}

/** A few of many, others each time. */
function sample(ids: string[]): string[] {
  const from = Math.floor(Math.random() * ids.length);
  return [...ids.slice(from), ...ids.slice(0, from)].slice(0, LOOKS);
}

/** The part of a row that the rules compare. */
export function factsOf(job: Job): JobFacts {
  const { id, host_id, status, dispatched_at, started_at, finished_at, log_lines } = job;
  return { id, host_id, status, dispatched_at, started_at, finished_at, log_lines };
}

function unlessUnanswered(error: unknown): undefined {
  if (!(error instanceof Unanswered)) throw error;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
}
