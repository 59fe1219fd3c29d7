/**
 * @module Starting on a full disk. SQLite needs room for its journal before it can read what the agent
 * knew, so a file of no meaning is kept beside state.db, to be given up then. Without it the agent
 * waits: one that cannot read which jobs it has would have the server take them for lost.
 */
import { join } from "node:path";
import { DISK_LOW_BYTES, freeBytesAt, isDiskFull } from "./disk_reserve.ts";
import { messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { Timing } from "./timing.ts";

const SPARE_FILE = "spare-room";
/** Journal and its index, passwords' files of a run, a new agent.yaml. */
const SPARE_BYTES = 4 * 1024 * 1024;
/** With less left SQLite says no more than that reading or writing failed. */
const FULL_BELOW_BYTES = 1024 * 1024;
const RETRY_MS = 10_000;

/** True if there was no room for a file or a database, by whichever of them it is told. */
export function isNoRoom(error: unknown, state_dir: string): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT" || isDiskFull(error)) return true;
  const message = messageOf(error);
  if (/database or disk is full/.test(message)) return true;
  // Opening a database has no result code of its own in Deno.
  return /disk I\/O error|unable to open database/.test(message) &&
    freeBytesAt(join(state_dir, SPARE_FILE)) < FULL_BELOW_BYTES;
}

/**
 * What `open` answers, once there is room for it; undefined if the signal came first. Says so in the
 * log when it has to wait.
 */
export async function whenThereIsRoom<T>(
  { state_dir, signal, log, timing }: {
    state_dir: string;
    signal: AbortSignal;
    log: AgentLog;
    timing: Timing;
  },
  open: () => T | Promise<T>,
): Promise<T | undefined> {
  for (let told = false; !signal.aborted; told = true) {
    try {
      return await open();
    } catch (error) {
      if (!isNoRoom(error, state_dir)) throw error;
      if (giveUpSpareRoom(state_dir)) {
        log.error(
          `the disk of ${state_dir} is full: the agent starts in the room it kept for this`,
        );
        continue;
      }
      if (!told) {
        log.error(
          `the disk of ${state_dir} is full: the agent waits for room and backs nothing up ` +
            "meanwhile. Free some space there",
        );
      }
      await timing.sleep(RETRY_MS, signal);
    }
  }
  return undefined;
}

/** What to tell the host's page of a disk that is full or nearly, in sentences. */
export function diskProblems(state_dir: string): string[] {
  const free_bytes = freeBytesAt(join(state_dir, SPARE_FILE));
  if (free_bytes >= DISK_LOW_BYTES) return [];
  return [
    `The disk of the agent's state (${state_dir}) has ${(free_bytes / 1024 / 1024).toFixed(1)} ` +
    "MiB left: jobs run and their results are kept, log lines are left out. Free some space there",
  ];
}

/** Takes the spare room if it is not taken and the disk has plenty. Called at each connection. */
export function fillSpareRoom(state_dir: string): void {
  const path = join(state_dir, SPARE_FILE);
  try {
    if (sizeOf(path) >= SPARE_BYTES || freeBytesAt(path) < DISK_LOW_BYTES) return;
    const bytes = new Uint8Array(SPARE_BYTES);
    // Zeros would take no room where a file system packs what it stores.
    for (let at = 0; at < bytes.length; at += 65_536) {
      crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    }
    Deno.writeFileSync(path, bytes, { mode: 0o600 });
  } catch {
    // There may be less room than it said; it is tried again.
  }
}

function giveUpSpareRoom(state_dir: string): boolean {
  try {
    Deno.removeSync(join(state_dir, SPARE_FILE));
    return true;
  } catch {
    return false; // Not there, or given up before.
  }
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0; // Not there yet.
  }
}
