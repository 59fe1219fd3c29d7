/** @module restic's one-document answers to our own shapes (pure). */
import type { RepositoryLock, Snapshot } from "../../server/protocol/entities.ts";
import { count } from "./output.ts";

type Fields = Record<string, unknown>;

/** The snapshots in what `restic snapshots --json` printed, oldest first; undefined if unreadable. */
export function parseSnapshots(document: string): Snapshot[] | undefined {
  const value = findJson(document, "[");
  if (!Array.isArray(value)) return undefined;
  const snapshots = value.map(toSnapshot).filter((snapshot) => snapshot !== undefined);
  return snapshots.sort((a, b) => compare(a.time, b.time) || compare(a.id, b.id));
}

/** The repository's id in what `restic cat config` printed. */
export function parseRepositoryId(document: string): string | undefined {
  return hexId(findObject(document)?.["id"]);
}

/** A lock as restic wrote it. */
export type ResticLock = Omit<RepositoryLock, "holder">;

/** The lock in what `restic cat lock` printed; undefined if unreadable. */
export function parseLock(document: string): ResticLock | undefined {
  const lock = findObject(document);
  const renewed_at = isoTime(lock?.["time"]);
  if (lock === undefined || renewed_at === undefined) return undefined;
  return {
    hostname: (text(lock["hostname"]) ?? "").slice(0, 256).toWellFormed(),
    username: (text(lock["username"]) ?? "").slice(0, 256).toWellFormed(),
    pid: count(lock["pid"]) ?? 0,
    exclusive: lock["exclusive"] === true,
    renewed_at,
  };
}

/** The ids in what `restic list locks` printed, one a line. */
export function parseLockIds(document: string): string[] {
  return document.split("\n").map((line) => line.trim()).filter((line) => hexId(line));
}

export interface RawStats {
  total_size: number;
  total_uncompressed_size: number | undefined;
  snapshots_count: number;
}

/** The object among what `restic stats --json` printed: 0.19.0 mixes progress into it. */
export function parseStats(document: string): RawStats | undefined {
  for (const line of document.split("\n")) {
    const fields = findObject(line);
    const total_size = count(fields?.["total_size"]);
    if (fields === undefined || total_size === undefined) continue;
    return {
      total_size,
      total_uncompressed_size: count(fields["total_uncompressed_size"]),
      snapshots_count: count(fields["snapshots_count"]) ?? 0,
    };
  }
  return undefined;
}

/** How many times smaller the data is by being stored once; null where restic does not tell. */
export function dedupRatio(restore: RawStats, raw: RawStats): number | null {
  return ratio(restore.total_size, raw.total_uncompressed_size);
}

/** How many times smaller the data is by compression; null where restic does not tell. */
export function compressionRatio(raw: RawStats): number | null {
  return raw.total_uncompressed_size === undefined
    ? null
    : ratio(raw.total_uncompressed_size, raw.total_size);
}

function ratio(before: number, after: number | undefined): number | null {
  return after === undefined || after === 0 ? null : before / after;
}

function toSnapshot(value: unknown): Snapshot | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Fields;
  const id = hexId(fields["id"]);
  const time = isoTime(fields["time"]);
  if (id === undefined || time === undefined) return undefined;
  const summary = (fields["summary"] ?? {}) as Fields;
  return {
    id,
    time,
    hostname: text(fields["hostname"]) ?? "",
    username: text(fields["username"]) ?? null,
    paths: texts(fields["paths"]),
    tags: texts(fields["tags"]),
    parent: hexId(fields["parent"]) ?? null,
    program_version: text(fields["program_version"]) ?? null,
    size_bytes: count(summary["total_bytes_processed"]) ?? null,
    file_count: count(summary["total_files_processed"]) ?? null,
    added_bytes: count(summary["data_added_packed"]) ?? count(summary["data_added"]) ?? null,
  };
}

function findObject(document: string): Fields | undefined {
  const value = findJson(document, "{");
  return typeof value === "object" && value !== null ? value as Fields : undefined;
}

/** The whole document, else its first line, that begins with `opening` and is JSON. */
function findJson(document: string, opening: "[" | "{"): unknown {
  for (const candidate of [document.trim(), ...linesIn(document)]) {
    if (!candidate.startsWith(opening)) continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // Other text stands around it: one of the lines may be it.
    }
  }
  return undefined;
}

function* linesIn(document: string): Generator<string> {
  for (const line of document.split("\n")) yield line.trim();
}

function isoTime(value: unknown): string | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) return undefined;
  const time = new Date(ms).toISOString();
  return /^\d{4}-/.test(time) ? time : undefined;
}

function hexId(value: unknown): string | undefined {
  return typeof value === "string" && /^[0-9a-f]{8,64}$/.test(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
