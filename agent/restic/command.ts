/**
 * @module Typed operations to restic's arguments (pure). Nothing that a person typed is ever an
 * option: paths travel in a NUL-terminated file, patterns and tags are glued to their own flag.
 */
import type { BackupSet, Bandwidth, ReadData } from "../../server/protocol/entities.ts";

/** What the agent asks of restic. Ids come from restic's own output. */
export type Operation =
  | { name: "init" }
  | { name: "backup"; files_from: string; set: BackupSet; bandwidth: Bandwidth }
  | { name: "check"; read_data?: ReadData | undefined; bandwidth: Bandwidth }
  | { name: "snapshots"; snapshot_id?: string }
  | { name: "stats"; mode: "restore-size" | "raw-data" }
  | { name: "cat config" }
  | { name: "list locks" }
  | { name: "cat lock"; lock_id: string }
  | { name: "unlock" };

export type OperationName = Operation["name"];

/** The arguments of one restic run, `--json` first so that even a flag error is JSON (0.18). */
export function buildArguments(operation: Operation): string[] {
  switch (operation.name) {
    case "init":
    case "unlock":
      return ["--json", operation.name];
    case "backup":
      return [
        "--json",
        ...limits(operation.bandwidth),
        "backup",
        ...operation.set.excludes.filter(isSet).map((pattern) => `--exclude=${pattern}`),
        ...(operation.set.exclude_caches === true ? ["--exclude-caches"] : []),
        ...(operation.set.one_file_system === true ? ["--one-file-system"] : []),
        ...(operation.set.exclude_if_present ?? []).filter(isSet)
          .map((name) => `--exclude-if-present=${name}`),
        ...operation.set.tags.filter(isSet).map((tag) => `--tag=${tag}`),
        `--files-from-raw=${operation.files_from}`,
      ];
    case "check":
      // Without --json: restic tells how far a check is in plain words only.
      return [...limits(operation.bandwidth), "check", ...readData(operation.read_data)];
    case "snapshots": {
      const args = ["--json", "--no-lock", "snapshots"];
      if (operation.snapshot_id !== undefined) args.push("--", hexId(operation.snapshot_id));
      return args;
    }
    case "stats":
      return ["--json", "--no-lock", "stats", `--mode=${operation.mode}`];
    case "cat config":
      return ["--json", "--no-lock", "cat", "config"];
    case "list locks":
      return ["--json", "--no-lock", "list", "locks"];
    case "cat lock":
      return ["--json", "--no-lock", "cat", "lock", "--", hexId(operation.lock_id)];
  }
}

/** What `--files-from-raw` reads: each path as it is, ended by NUL; restic expands nothing in it. */
export function encodePaths(paths: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(paths.filter(isSet).map((path) => `${path}\0`).join(""));
}

/**
 * Why restic could not be given this set as it stands (one sentence), or undefined. A comma would
 * make two tags of one; no path, pattern or tag can hold a NUL.
 */
export function problemOfSet(set: BackupSet): string | undefined {
  const kinds = [
    ["path", set.paths],
    ["exclude", set.excludes],
    ["name", set.exclude_if_present ?? []],
    ["tag", set.tags],
  ] as const;
  for (const [what, texts] of kinds) {
    const broken = texts.find((text) => text.includes("\0"));
    if (broken !== undefined) {
      return `The ${what} ${JSON.stringify(broken)} holds a NUL character, which no file name can.`;
    }
  }
  const comma = set.tags.find((tag) => tag.includes(","));
  if (comma !== undefined) {
    return `The tag ${JSON.stringify(comma)} holds a comma: restic would make several tags of it.`;
  }
  return undefined;
}

/** How much of the data a check reads, as restic's own flag. */
function readData(read_data: ReadData | undefined): string[] {
  switch (read_data?.how) {
    case undefined:
      return [];
    case "all":
      return ["--read-data"];
    case "percent":
      return [`--read-data-subset=${percentage(read_data.percent)}%`];
    case "part":
      return [`--read-data-subset=${wholeNumber(read_data.part)}/${wholeNumber(read_data.of)}`];
    case "size":
      return [`--read-data-subset=${wholeNumber(read_data.mib)}M`];
    default:
      throw new TypeError("This way to read the data of a check is not known.");
  }
}

function percentage(value: number): string {
  if (!(value >= 0.1 && value <= 100)) throw new TypeError("A percentage is 0.1 to 100.");
  return String(Math.round(value * 10) / 10);
}

function limits(bandwidth: Bandwidth): string[] {
  const args: string[] = [];
  const { limit_upload_kib_per_second: up, limit_download_kib_per_second: down } = bandwidth;
  if (up !== undefined) args.push(`--limit-upload=${wholeNumber(up)}`);
  if (down !== undefined) args.push(`--limit-download=${wholeNumber(down)}`);
  return args;
}

function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new TypeError("A whole number above 0 is needed.");
  }
  return value;
}

function hexId(id: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(id)) throw new TypeError("An id of restic is 8 to 64 hex digits.");
  return id;
}

function isSet(text: string): boolean {
  return text !== "";
}
