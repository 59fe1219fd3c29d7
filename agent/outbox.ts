/**
 * @module Reports to the server: on the disk before they count, sent in order, at most 32 in flight,
 * kept until the server's signed acknowledgement. Reports of older runs come first.
 */
import type { LogStreamMessage, Report, ReportKey } from "../server/protocol/agent_messages.ts";
import type { LogLine } from "../server/protocol/entities.ts";
import { REPORTS_IN_FLIGHT_MAX } from "../server/protocol/limits.ts";
import type { OutboxRow } from "./outbox_store.ts";
import { Pace } from "./pace.ts";
import type { AgentState } from "./state.ts";
import type { Timing } from "./timing.ts";

/** A report before the outbox gave it its key. */
export type NewReport = Unkeyed<Exclude<Report, LogStreamMessage>>;
type Unkeyed<T> = T extends Report ? Omit<T, "report"> : never;

/** Log lines of all jobs that wait for the server take at most this much of the disk. */
const LOG_QUOTA_BYTES = 64 * 1024 * 1024;
const PACE_MS = 100;

export interface OutboxOptions {
  state: AgentState;
  run_id: string;
  timing: Timing;
  log_quota_bytes?: number;
}

export class Outbox {
  readonly #state: AgentState;
  readonly #run_id: string;
  readonly #timing: Timing;
  readonly #log_quota_bytes: number;
  #seq = 0;
  #log_bytes: number;
  #send: ((text: string) => void) | undefined;
  #sent_position = 0;
  readonly #in_flight = new Set<string>();
  #pace: Pace;
  #pump_waits = false;
  #paced = false;
  #attached = new AbortController();
  readonly #emptied = new Set<() => void>();

  constructor(options: OutboxOptions) {
    this.#state = options.state;
    this.#run_id = options.run_id;
    this.#timing = options.timing;
    this.#log_quota_bytes = options.log_quota_bytes ?? LOG_QUOTA_BYTES;
    this.#pace = new Pace(this.#timing.elapsed_ms());
    this.#log_bytes = this.#state.outbox.logBytes();
  }

  /** Keeps a result. Call it in the transaction of its cause, else it commits by itself. */
  append(report: NewReport): void {
    const job_id = "job_id" in report ? report.job_id : null;
    this.#keep("result", job_id, (key) => ({ ...report, report: key }), 0);
  }

  /** Keeps a batch of log lines; beyond the quota the oldest lines give way to a marker. */
  appendLog(job_id: string, lines: LogLine[]): void {
    this.#log_bytes += this.#keep(
      "log",
      job_id,
      (report) => ({ type: "log.stream", report, job_id, lines }),
      lines.length,
    );
    if (this.#log_bytes > this.#log_quota_bytes) this.#dropOldestLogs();
  }

  /** Begins sending over a greeted connection, from the oldest report on. */
  attach(send: (text: string) => void): void {
    this.#send = send;
    this.#attached = new AbortController();
    this.#pace = new Pace(this.#timing.elapsed_ms());
    this.#sent_position = 0;
    this.#in_flight.clear();
    this.#pump();
  }

  detach(): void {
    this.#send = undefined;
    this.#attached.abort();
    this.#in_flight.clear();
  }

  /** Forgets what the server has committed. */
  acknowledge(keys: ReportKey[]): void {
    this.#state.transaction(() => {
      for (const { run_id, seq } of keys) this.#state.outbox.remove(run_id, seq);
    });
    for (const key of keys) this.#in_flight.delete(nameOf(key));
    this.#pump();
    if (this.#emptied.size > 0 && this.#state.outbox.count() === 0) {
      for (const wake of this.#emptied) wake();
    }
  }

  /** How many reports wait. */
  get size(): number {
    return this.#state.outbox.count();
  }

  /** Jobs whose end the server may not have heard of yet. */
  jobIds(): string[] {
    return this.#state.outbox.jobIds();
  }

  /** Ends when nothing waits any more, or with the signal. */
  async whenEmpty(signal: AbortSignal): Promise<void> {
    if (this.size === 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#emptied.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#emptied.delete(resolve);
  }

  #keep(
    kind: "result" | "log",
    job_id: string | null,
    make: (key: ReportKey) => unknown,
    lines: number,
  ): number {
    const key = { run_id: this.#run_id, seq: ++this.#seq };
    const body = JSON.stringify(make(key));
    const row = { ...key, class: kind, job_id, body, lines };
    this.#state.joinTransaction(() => this.#state.outbox.append(row));
    this.#pumpSoon();
    return byteLength(body);
  }

  /** Later, since the transaction around an append may not be committed yet. */
  #pumpSoon(): void {
    if (this.#pump_waits) return;
    this.#pump_waits = true;
    queueMicrotask(() => {
      this.#pump_waits = false;
      this.#pump();
    });
  }

  #pump(): void {
    const room = REPORTS_IN_FLIGHT_MAX - this.#in_flight.size;
    if (this.#send === undefined || room <= 0) return;
    for (const row of this.#state.outbox.after(this.#sent_position, room)) {
      if (!this.#pace.take(this.#timing.elapsed_ms())) return this.#pumpAtPace();
      this.#in_flight.add(nameOf(row));
      this.#sent_position = row.position;
      this.#send(row.body);
    }
  }

  #pumpAtPace(): void {
    if (this.#paced) return;
    this.#paced = true;
    void this.#timing.sleep(PACE_MS, this.#attached.signal).then(() => {
      this.#paced = false;
      this.#pump();
    });
  }

  #dropOldestLogs(): void {
    // The sum so far has what was acknowledged meanwhile.
    this.#log_bytes = this.#state.outbox.logBytes();
    if (this.#log_bytes <= this.#log_quota_bytes) return;
    while (this.#log_bytes > this.#log_quota_bytes * 0.9) {
      const oldest = this.#state.outbox.oldestLogs(16);
      if (oldest.length === 0) return;
      for (const row of oldest) this.#dropInto(row);
      this.#log_bytes = this.#state.outbox.logBytes();
    }
  }

  #dropInto(row: OutboxRow): void {
    const job_id = row.job_id!;
    const before = this.#state.outbox.marker(job_id);
    if (before !== undefined) this.#state.outbox.remove(before.run_id, before.seq);
    const count = row.lines + (before?.dropped_lines ?? 0);
    const batch = JSON.parse(row.body) as LogStreamMessage;
    const payload =
      `[${count} log lines were dropped here: the server was out of reach for too long]`;
    const line: LogLine = { ...batch.lines.at(-1)!, stream: "event", payload };
    this.#state.outbox.replace(
      row.position,
      JSON.stringify({ ...batch, lines: [line] }),
      count,
    );
  }
}

const nameOf = (key: ReportKey) => `${key.run_id}/${key.seq}`;
const byteLength = (text: string) => new TextEncoder().encode(text).length;
