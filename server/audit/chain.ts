/** @module How audit rows are chained. Pure. */
import { createHash } from "node:crypto";
import type { AuditRow } from "./audit_store.ts";

/** What the first row names as the hash before it. */
export const GENESIS_HASH = "0".repeat(64);

/** JSON with the keys of every object sorted, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

/** The hex SHA-256 over the hash before it and everything the row says. */
export function hashRow(row: Omit<AuditRow, "hash">): string {
  const { prev_hash, ...rest } = row;
  return createHash("sha256").update(prev_hash).update(canonicalJson(rest)).digest("hex");
}
