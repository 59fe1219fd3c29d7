/**
 * @module Reports that cannot be applied. An agent repeats a report until it is acknowledged, so one
 * that always fails would block every later one of its host: it is set aside with its whole text.
 */
import * as z from "zod";
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Log } from "../log.ts";
import { ReportKey } from "../protocol/agent_messages.ts";
import type { AgentRunsStore } from "./agent_runs_store.ts";
import { fit } from "./fit.ts";
import { RefusedReportsStore } from "./refused_reports_store.ts";

/** The first failures may be the moment's; each of them closes the socket and is tried again. */
const ATTEMPTS = 3;
/** With more than these of one host something else is wrong: its agent keeps the others. */
const KEPT_PER_HOST_MAX = 50;

const KEPT_DAYS = 90;
/** Each may be a whole frame. */
const STEP_ROWS = 5;

/** Whatever carries a report's key, read loosely: its fields may be of another version. */
const AnyReport = z.looseObject({ type: z.string().max(64), report: ReportKey });

export interface Sender {
  host: { id: string; name: string };
  ip: string;
}

export interface RefusedReportsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  runs: AgentRunsStore;
}

export class RefusedReports {
  readonly #deps: RefusedReportsDeps;
  readonly #store: RefusedReportsStore;
  /** By host: the report that fails at present. Those after it are not read. */
  readonly #failing = new Map<string, { key: string; attempts: number }>();

  constructor(deps: RefusedReportsDeps) {
    this.#deps = deps;
    this.#store = new RefusedReportsStore(deps.db);
  }

  /** Sets a report aside that no schema takes. Its key, to acknowledge; undefined if it stays out. */
  unreadable(sender: Sender, json: unknown, text: string): ReportKey | undefined {
    const read = fit(AnyReport, json);
    if (!read.success) return undefined;
    const { type, report } = read.data;
    const kept = this.#setAside(sender, { type, report, text, reason: "unreadable" });
    return kept ? report : undefined;
  }

  /** Counts a failure to apply a report; true once it was set aside, to be acknowledged. */
  failed(
    sender: Sender,
    message: { type: string; report: ReportKey },
    { text, error }: { text: string; error: unknown },
  ): boolean {
    if (isStorageFault(error)) return false;
    const { type, report } = message;
    const key = `${report.run_id} ${report.seq}`;
    const before = this.#failing.get(sender.host.id);
    const attempts = before?.key === key ? before.attempts + 1 : 1;
    this.#failing.set(sender.host.id, { key, attempts });
    if (attempts < ATTEMPTS) return false;
    const kept = this.#setAside(sender, { type, report, text, reason: "not applicable" });
    if (kept) this.#failing.delete(sender.host.id);
    return kept;
  }

  /** Removes those that were set aside 90 days before, one short step per value. */
  *keepHouse(now_ms: number): Generator<void> {
    const before_ms = now_ms - KEPT_DAYS * 86_400_000;
    while (this.#store.removeBefore(before_ms, STEP_ROWS)) yield;
  }

  #setAside(
    { host, ip }: Sender,
    given: { type: string; report: ReportKey; text: string; reason: string },
  ): boolean {
    const { db, clock, log, audit, runs } = this.#deps;
    const { type, report, text, reason } = given;
    return db.part(() => {
      if (this.#store.count(host.id) >= KEPT_PER_HOST_MAX) return false;
      const at_ms = clock.now_ms();
      if (!runs.advance(host.id, report, at_ms)) return true;
      this.#store.insert({ host_id: host.id, ...report, type, reason, text, at_ms });
      audit.record({ kind: "agent", id: host.id, name: host.name, role: null, ip }, {
        action: "report.refuse",
        target_kind: "host",
        target_id: host.id,
        payload: { type, reason, ...report },
      });
      db.afterCommit(() => log.error("report set aside", { host_id: host.id, type, reason }));
      return true;
    });
  }
}

/**
 * True for faults of the database file and not of the row: waiting helps, setting aside would not.
 * By SQLite's result codes (https://sqlite.org/rescode.html).
 */
function isStorageFault(error: unknown): boolean {
  const result = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof result !== "number") return false;
  const of_the_row = [1, 18, 19, 20, 25]; // ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE
  return !of_the_row.includes(result & 0xff);
}
