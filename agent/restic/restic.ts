/**
 * @module restic as the agent uses it: typed operations in, one classified outcome out. The command
 * line is built from these fields only; nothing a person typed is ever an option.
 */
import type {
  ErrorClass,
  JobStats,
  ProbeState,
  RepositoryLock,
  Snapshot,
} from "../../server/protocol/entities.ts";
import type { BackupSet, Bandwidth, ReadData } from "../../server/protocol/entities.ts";
import type { JobProgress } from "../../server/protocol/agent_messages.ts";
import { classify } from "./classify.ts";
import { problemOfSet } from "./command.ts";
import {
  compressionRatio,
  dedupRatio,
  parseRepositoryId,
  parseSnapshots,
  parseStats,
} from "./documents.ts";
import { endingProgress, startingProgress } from "./progress.ts";
import { removeCheckCaches, statsOfCheck } from "./check_run.ts";
import { heldLocks, lockState, readLocks } from "./locks.ts";
import { failure, isGood } from "./outcome.ts";
import { PROBE_STATES } from "./probe_states.ts";
import { unlockRepository } from "./unlock_run.ts";
import { LOCKS_TOLD_MAX } from "../../server/protocol/limits.ts";
import { createRedact } from "./redact.ts";
import { type Request, type Run, runRestic } from "./run.ts";

/** The repository and what opens it. Reaches restic by its own environment only. */
export interface RepositoryAccess {
  /** http(s) address without user and password. */
  url: string;
  rest_username: string | null;
  rest_password: string | null;
  password: string;
}

export interface ResticProgram {
  path: string;
  /** As 0.19.1 */
  version: string;
  /** Older than RESTIC_FLOOR: good for backups, which are classified by its words; never restore. */
  below_floor?: boolean;
}

export type OperationEvent =
  | { type: "log"; stream: "stdout" | "stderr" | "event"; text: string }
  | { type: "progress"; progress: Omit<JobProgress, "type" | "job_id"> };

export interface Outcome {
  status: "succeeded" | "warning" | "failed" | "cancelled";
  /** restic's own; null if it never ran or died of a signal. */
  exit_code: number | null;
  error_class: ErrorClass | null;
  /** One or two sentences: what happened and what it means for the data. No secret. */
  error: string | null;
  stats: JobStats | null;
}

export interface OperationOptions {
  /** Aborting it cancels: SIGINT, 90 s, kill, then our own stale lock is cleared. */
  signal: AbortSignal;
  onEvent(event: OperationEvent): void;
  /** The whole list of snapshots, where the operation had to look at it. */
  onListing?(snapshots: Snapshot[]): void;
}

export interface RepositoryStats {
  /** Stored size of what the snapshots hold, without what awaits a prune. */
  size_bytes: number;
  snapshot_count: number;
  dedup_ratio: number | null;
  compression_ratio: number | null;
  /** Whether somebody holds the repository alone, so that a backup has to wait. */
  lock_state: "unknown" | "locked" | "unlocked";
  locks: RepositoryLock[];
}

export interface ProbeResult {
  state: ProbeState;
  restic_repository_id: string | null;
  error: string | null;
  took_seconds: number;
}

export interface ResticOptions {
  program: ResticProgram;
  access: RepositoryAccess;
  /** RESTIC_CACHE_DIR, always set. */
  cache_dir: string;
  /** For the files of one run (0600), removed after it. */
  work_dir: string;
  reach_deadline_seconds: number;
  /** From SIGINT to SIGKILL; 90 if absent. */
  kill_after_seconds?: number;
  /** Silence that is worth a log line; 15 minutes if absent. */
  stall_after_seconds?: number;
}

const ERROR_MAX_CHARS = 2000;

/** One repository, opened by one restic. Every method answers with an outcome and throws nothing. */
export class Restic {
  #options;
  #redact;

  constructor(options: ResticOptions) {
    this.#options = options;
    this.#redact = createRedact(options.access);
  }

  /** Makes the repository. An existing one is left alone: `repository_exists`. */
  init(options: OperationOptions): Promise<Outcome> {
    return this.#guard(async () => {
      options.onEvent({ type: "progress", progress: startingProgress("starting") });
      const run = await runRestic(this.#options, { name: "init" }, options);
      const outcome = this.#outcomeOf(run);
      if (outcome.status !== "succeeded") return outcome;
      // 0.14 names only the beginning of the id, and that in a sentence.
      const repository_id = run.findings.repository_id ||
        (await this.probe(options.signal)).restic_repository_id;
      return { ...outcome, stats: repository_id ? { repository_id } : null };
    });
  }

  /** Backs the set up, and looks whether the new snapshot is in the repository's list. */
  backup(set: BackupSet, bandwidth: Bandwidth, options: OperationOptions): Promise<Outcome> {
    const problem = problemOfSet(set);
    if (problem !== undefined) {
      return Promise.resolve(failure("unknown", `${problem} Nothing was backed up.`));
    }
    if (set.paths.every((path) => path === "")) {
      const error = "The backup set names no path. Nothing was backed up.";
      return Promise.resolve(failure("all_paths_missing", error));
    }
    return this.#guard(async () => {
      options.onEvent({ type: "progress", progress: startingProgress("starting") });
      const request = { name: "backup", set, bandwidth } as const;
      // Once restic has said its summary the snapshot is saved: opening the repository for the list
      // takes as long as its key's derivation, which need not wait for restic's end.
      const unwanted = new AbortController();
      let listing: Promise<Run | undefined> | undefined;
      const onEvent = (event: OperationEvent) => {
        options.onEvent(event);
        if (event.type !== "progress" || event.progress.phase !== "finishing") return;
        listing ??= this.#list(unwanted.signal);
      };
      const run = await runRestic(this.#options, request, { ...options, onEvent, ask: this.#ask });
      await this.#clearOwnLock(run, options);
      const outcome = this.#outcomeOf(run);
      if (isGood(outcome)) return await this.#requireListed(outcome, options, listing);
      unwanted.abort();
      await listing;
      return outcome;
    });
  }

  /** Looks for errors in the repository, alone in it as long as it lasts. */
  check(
    read_data: ReadData | undefined,
    bandwidth: Bandwidth,
    options: OperationOptions,
  ): Promise<Outcome> {
    return this.#guard(async () => {
      options.onEvent({ type: "progress", progress: startingProgress("starting") });
      const request = { name: "check", read_data, bandwidth } as const;
      try {
        const run = await this.#read(request, options);
        await this.#clearOwnLock(run, options);
        return { ...this.#outcomeOf(run), stats: statsOfCheck(run) };
      } finally {
        // Of a check that was killed; an agent runs one at a time.
        await removeCheckCaches(this.#options.cache_dir);
      }
    });
  }

  /** Removes locks of processes that are gone; refuses where one that is in use might go too. */
  unlock(options: OperationOptions): Promise<Outcome> {
    options.onEvent({ type: "progress", progress: startingProgress("starting") });
    return this.#unlock(options);
  }

  #unlock(options: OperationOptions): Promise<Outcome> {
    return this.#guard(() =>
      unlockRepository(this.#options, options, {
        outcomeOf: (run) => this.#outcomeOf(run),
        clean: (error) => this.#clean(error),
      })
    );
  }

  /** The whole list, oldest first. */
  async snapshots(
    options: OperationOptions,
  ): Promise<{ outcome: Outcome; snapshots: Snapshot[] | undefined }> {
    let snapshots: Snapshot[] | undefined;
    const outcome = await this.#guard(async () => {
      const run = await this.#read({ name: "snapshots" }, options);
      const outcome = this.#outcomeOf(run);
      if (outcome.status === "succeeded") snapshots = parseSnapshots(run.document);
      return isGood(outcome) && snapshots === undefined
        ? failure("bad_output", "The list of snapshots that restic printed could not be read.")
        : outcome;
    });
    return { outcome, snapshots };
  }

  /** Size and ratios over all snapshots, and who holds the repository. Walks all trees: slow. */
  async stats(
    options: OperationOptions,
  ): Promise<{ outcome: Outcome; stats: RepositoryStats | undefined }> {
    let stats: RepositoryStats | undefined;
    const outcome = await this.#guard(async () => {
      const restored = await this.#read({ name: "stats", mode: "restore-size" }, options);
      const outcome = this.#outcomeOf(restored);
      if (!isGood(outcome)) return outcome;
      const raw_run = await this.#read({ name: "stats", mode: "raw-data" }, options);
      const raw_outcome = this.#outcomeOf(raw_run);
      if (!isGood(raw_outcome)) return raw_outcome;
      const restore = parseStats(restored.document);
      const raw = parseStats(raw_run.document);
      if (restore === undefined || raw === undefined) {
        return failure("bad_output", "The figures that restic printed could not be read.");
      }
      const held = await readLocks(this.#options, {
        signal: options.signal,
        limit: LOCKS_TOLD_MAX,
      });
      stats = {
        size_bytes: raw.total_size,
        snapshot_count: raw.snapshots_count,
        dedup_ratio: dedupRatio(restore, raw),
        compression_ratio: compressionRatio(raw),
        lock_state: lockState(held),
        locks: held.locks,
      };
      return raw_outcome;
    });
    return { outcome, stats };
  }

  /** `cat config` without a lock: is a repository there and can we read it. */
  async probe(signal: AbortSignal): Promise<ProbeResult> {
    const started = performance.now();
    let id: string | undefined;
    const outcome = await this.#guard(async () => {
      const run = await runRestic(this.#options, { name: "cat config" }, { signal });
      id = parseRepositoryId(run.document);
      const outcome = this.#outcomeOf(run);
      return isGood(outcome) && id === undefined
        ? failure("bad_output", "The repository's config that restic printed could not be read.")
        : outcome;
    });
    return {
      state: outcome.error_class === null ? "ready" : PROBE_STATES[outcome.error_class] ?? "error",
      restic_repository_id: outcome.error_class === null ? id ?? null : null,
      error: outcome.error,
      took_seconds: (performance.now() - started) / 1000,
    };
  }

  /** Who holds locks in a repository that opens; undefined where they could not be read. */
  locks(signal: AbortSignal): Promise<RepositoryLock[] | undefined> {
    return heldLocks(this.#options, signal);
  }

  /**
   * Removes locks whose owner on this machine is dead; never one that may be in use. Answers what
   * went wrong, or which lock stays, or null.
   */
  async removeStaleLocks(signal: AbortSignal): Promise<string | null> {
    return (await this.#unlock({ signal, onEvent() {} })).error;
  }

  #read(request: Request, options: OperationOptions): Promise<Run> {
    return runRestic(this.#options, request, { ...options, ask: this.#ask });
  }

  /** Any answer of the repository will do, also a refusal. */
  #ask = async ({ seconds, signal }: { seconds: number; signal: AbortSignal }) => {
    const outcome = await this.#guard(async () =>
      this.#outcomeOf(
        await runRestic(this.#options, { name: "cat config" }, {
          signal,
          deadline_seconds: seconds,
        }),
      )
    );
    return outcome.error_class !== "deadline" && outcome.error_class !== "network";
  };

  /** A backup counts only if a new look at the repository shows its snapshot. */
  async #requireListed(
    outcome: Outcome,
    options: OperationOptions,
    begun: Promise<Run | undefined> | undefined,
  ): Promise<Outcome> {
    const snapshot_id = outcome.stats?.snapshot_id ?? "";
    options.onEvent({ type: "progress", progress: endingProgress("listing", outcome.stats) });
    let reason = "";
    // A prune that runs at the same time may spoil one reading without a lock.
    for (let attempt = 1; attempt <= 2; attempt++) {
      // The snapshot is saved: a cancel that comes now has nothing left to stop.
      const first = attempt === 1 ? begun : undefined;
      const run = await (first ?? this.#list(new AbortController().signal));
      if (run === undefined) continue;
      const snapshots = parseSnapshots(run.document);
      const listed = snapshots?.find(({ id }) => id.startsWith(snapshot_id));
      if (snapshots !== undefined && listed !== undefined) {
        options.onListing?.(snapshots);
        // 0.14 reports eight digits of the id, the list has them all.
        return { ...outcome, stats: { ...outcome.stats, snapshot_id: listed.id } };
      }
      reason = this.#outcomeOf(run).error ?? "";
    }
    const error =
      `restic reported snapshot ${snapshot_id.slice(0, 8)}, but the repository does not ` +
      `list it, so this backup does not count. ${reason}`;
    return {
      ...outcome,
      status: "failed",
      error_class: "snapshot_not_listed",
      error: error.trim(),
    };
  }

  /** One reading of the whole list; undefined if restic could not be started. */
  async #list(signal: AbortSignal): Promise<Run | undefined> {
    try {
      return await this.#read({ name: "snapshots" }, { signal, onEvent() {} });
    } catch {
      return undefined; // The second attempt tells why the snapshot is not listed.
    }
  }

  /** restic removes its lock on SIGINT; a killed one leaves it. Removes stale locks only. */
  async #clearOwnLock(run: Run, options: OperationOptions): Promise<void> {
    const may_have_left_it = run.was_killed || run.signal !== null || run.cancel_requested;
    if (!may_have_left_it || run.deadline_seconds !== null) return;
    const error = await this.removeStaleLocks(new AbortController().signal);
    if (error === null) return;
    const text = `a lock may be left in the repository: ${error}`;
    options.onEvent({ type: "log", stream: "event", text });
  }

  #outcomeOf(run: Run): Outcome {
    const { status, error_class, error } = classify(run);
    const summary = run.findings.summary?.stats;
    const error_count = run.findings.failed_items.size;
    return {
      status,
      exit_code: run.exit_code,
      error_class,
      error: error === null ? null : this.#clean(error),
      stats: summary === undefined ? null : { ...summary, error_count },
    };
  }

  /** A run that could not even begin is an outcome too. */
  async #guard(work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      const { program } = this.#options;
      const missing = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.PermissionDenied;
      if (missing && !(await isFile(program.path))) {
        return failure(
          "restic_not_found",
          `restic is not at ${program.path} any more. Nothing was done.`,
        );
      }
      const reason = error instanceof Error ? error.message : String(error);
      return failure("unknown", this.#clean(`restic could not be started: ${reason}`));
    }
  }

  #clean(error: string): string {
    return this.#redact(error).slice(0, ERROR_MAX_CHARS).toWellFormed();
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // Not there, or out of reach: the same for whoever wants to run it.
    return false;
  }
}
