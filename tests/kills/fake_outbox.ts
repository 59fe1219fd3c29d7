/** @module A fake agent's outbox: reports in order, at most 32 in flight, kept until acknowledged. */
import type { Report, ReportKey } from "../../server/protocol/agent_messages.ts";
import { REPORTS_IN_FLIGHT_MAX } from "../../server/protocol/limits.ts";

type Unkeyed<T> = T extends Report ? Omit<T, "report"> : never;

export class FakeOutbox {
  readonly #send: (text: string) => void;
  /** In order of sending, over all runs. */
  readonly #kept = new Map<string, Report>();
  readonly #in_flight = new Set<string>();
  #seq = 0;
  #attached = false;
  /** The highest acknowledged number of each run. */
  readonly highest = new Map<string, number>();

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  get attached(): boolean {
    return this.#attached;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** A new run counts from 1 again. */
  begin(): void {
    this.#seq = 0;
  }

  append(run_id: string, report: Unkeyed<Report>): void {
    const key = { run_id, seq: ++this.#seq };
    this.#kept.set(nameOf(key), { ...report, report: key } as Report);
    this.pump();
  }

  /** Greeted: whatever is kept is sent from the oldest on, also what was sent before. */
  attach(): void {
    this.#attached = true;
    this.#in_flight.clear();
    this.pump();
  }

  detach(): void {
    this.#attached = false;
    this.#in_flight.clear();
  }

  pump(): void {
    if (!this.#attached) return;
    for (const [name, report] of this.#kept) {
      if (this.#in_flight.size >= REPORTS_IN_FLIGHT_MAX) return;
      if (this.#in_flight.has(name)) continue;
      this.#in_flight.add(name);
      this.#send(JSON.stringify(report));
    }
  }

  /** Answers the report, if it was kept until now. */
  acknowledge(key: ReportKey): Report | undefined {
    const report = this.#kept.get(nameOf(key));
    this.#kept.delete(nameOf(key));
    this.#in_flight.delete(nameOf(key));
    this.highest.set(key.run_id, Math.max(key.seq, this.highest.get(key.run_id) ?? 0));
    return report;
  }

  /** Jobs of which something is still to be acknowledged. */
  jobIds(): string[] {
    return [...this.#kept.values()].flatMap((report) => "job_id" in report ? [report.job_id] : []);
  }
}

function nameOf(key: ReportKey): string {
  return `${key.run_id}/${key.seq}`;
}
