/** @module The audit chain, reckoned anew from what REST shows, and its completeness. */
import { createHash } from "node:crypto";
import type { AuditEntry } from "../../server/protocol/entities.ts";
import { groupBy, type History } from "./history.ts";

/** No row is missing, changed or in another place. */
export function* chainHolds({ audit }: History): Iterable<string> {
  let before = { seq: 0, hash: "0".repeat(64) };
  for (const row of audit.toSorted((a, b) => a.seq - b.seq)) {
    if (row.seq !== before.seq + 1) yield `audit row ${before.seq + 1} is missing`;
    else if (hashOf(row, before.hash) !== row.hash) yield `audit row ${row.seq} does not hold`;
    before = row;
  }
}

/** Every job that was answered for has the row that says who wanted it, and one only. */
export function* everyStartAudited({ audit, accepted }: History): Iterable<string> {
  const starts = groupBy(
    audit.filter((row) => row.action === "job.start"),
    (row) => row.target_id ?? "",
  );
  for (const { job_id } of accepted) {
    const count = starts.get(job_id)?.length ?? 0;
    if (count !== 1) yield `job ${job_id} has ${count} audit rows of its start`;
  }
}

function hashOf({ hash: _hash, ts, payload, ...row }: AuditEntry, prev_hash: string): string {
  const said = { ...row, ts_ms: Date.parse(ts), payload: sorted(payload) };
  return createHash("sha256").update(prev_hash).update(sorted(said)).digest("hex");
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${sorted(inner)}`).join(",")}}`;
}
