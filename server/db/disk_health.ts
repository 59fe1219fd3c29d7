/** @module Whether the disk takes what the server is to keep: said on every page and by /readyz. */
import { statfsSync } from "node:fs";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Database } from "./database.ts";
import { Meta } from "./meta.ts";
import { type StorageFault, storageFaultOf } from "./storage_fault.ts";

/** With less than this a write may fit by luck, into pages that are used again; the next will not. */
const FULL_BELOW_BYTES = 1024 * 1024;
const MIB = 1024 * 1024;
/** Room for the journal at its largest, for the copy before an upgrade, and for time to react. */
const LOW_BELOW_BYTES = 1024 * MIB;
/** A small disk is not low from its first day on: it is below this part of it, or below the least. */
const LOW_BELOW_PART = 0.05;
const LOW_BELOW_LEAST_BYTES = 256 * MIB;
/** A failing disk is tried this often at most. */
const RETRY_MS = 5000;

/** `full` and `broken`: nothing is recorded. `low` still works. */
export type DiskState = { kind: "ok" } | { kind: "low"; free_bytes: number } | {
  kind: StorageFault;
};

export interface DiskHealthDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** How it is where the database is; undefined if nobody can tell. */
  space(): DiskSpace | undefined;
}

export interface DiskSpace {
  /** What this process can still write. */
  free_bytes: number;
  total_bytes: number;
}

/** The space of the file system of a folder; undefined if it does not tell. */
export function spaceOf(dir: string): DiskSpace | undefined {
  try {
    const { blocks, bavail, bfree, bsize } = statfsSync(dir);
    // Some keep a rest for root; some, as networks' do, count nothing at all.
    if (blocks === 0) return undefined;
    const free_bytes = (Deno.uid() === 0 ? bfree : bavail) * bsize;
    return { free_bytes, total_bytes: blocks * bsize };
  } catch {
    return undefined; // What the database says of its writes is known all the same.
  }
}

export class DiskHealth {
  readonly #deps: DiskHealthDeps;
  readonly #meta: Meta;
  #tried_at_ms = -Infinity;
  #told: DiskState["kind"] = "ok";

  constructor(deps: DiskHealthDeps) {
    this.#deps = deps;
    this.#meta = new Meta(deps.db);
  }

  /** How it is now. After a write that failed it is tried anew, every few seconds at most. */
  state(): DiskState {
    const state = this.#look();
    if (state.kind !== this.#told) {
      this.#deps.log[state.kind === "ok" ? "info" : "error"]("the disk's state changed", {
        ...state,
      });
      this.#told = state.kind;
    }
    return state;
  }

  #look(): DiskState {
    const { db } = this.#deps;
    const space = this.#deps.space();
    if (space !== undefined && space.free_bytes < FULL_BELOW_BYTES) return { kind: "full" };
    const fault = db.write_fault === undefined ? undefined : this.#retry(db.write_fault);
    if (fault !== undefined) return { kind: fault };
    if (space === undefined || space.free_bytes >= lowBelow(space)) return { kind: "ok" };
    return { kind: "low", free_bytes: space.free_bytes };
  }

  #retry(before: StorageFault): StorageFault | undefined {
    const { db, clock } = this.#deps;
    const now_ms = clock.now_ms();
    if (Math.abs(now_ms - this.#tried_at_ms) < RETRY_MS) return before;
    this.#tried_at_ms = now_ms;
    try {
      db.transaction(() => this.#meta.set("disk_tried_at", String(now_ms)));
      db.faultIsOver();
      return undefined;
    } catch (error) {
      return storageFaultOf(error) ?? before;
    }
  }
}

function lowBelow({ total_bytes }: DiskSpace): number {
  const part = Math.max(total_bytes * LOW_BELOW_PART, LOW_BELOW_LEAST_BYTES);
  return Math.min(part, LOW_BELOW_BYTES);
}
