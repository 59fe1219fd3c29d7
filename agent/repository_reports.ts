/** @module What the agent tells about its repository: reachable or not, its snapshots, its size. */
import type { RepositoryLock, Snapshot } from "../server/protocol/entities.ts";
import { SNAPSHOT_PAGE_ROWS } from "../server/protocol/limits.ts";
import { FOLLOW_UPS, type FollowUp } from "./job_kinds.ts";
import type { AgentLog } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import type { OperationOptions } from "./restic/restic.ts";
import type { ResticAccess, ResticOperations } from "./restic_access.ts";
import type { RepositorySettings, Settings } from "./settings.ts";
import { iso, type Timing } from "./timing.ts";

/** Half a frame: the rest is for escaping and the page's own fields. */
const PAGE_MAX_BYTES = 512 * 1024;

export interface RepositoryReportsOptions {
  settings: Settings;
  restic: ResticAccess;
  outbox: Outbox;
  timing: Timing;
  log: AgentLog;
}

export class RepositoryReports {
  readonly #o: RepositoryReportsOptions;
  constructor(options: RepositoryReportsOptions) {
    this.#o = options;
  }

  /** Probes, and lists the snapshots if the repository is ready and `alsoList` says so. */
  async probe(signal: AbortSignal, alsoList: () => boolean): Promise<void> {
    const settings = this.#o.settings.withRepository;
    if (settings === undefined) return;
    const restic = await this.#open(settings);
    if (typeof restic === "string") {
      return this.#probed(settings, {
        state: "restic_not_found",
        restic_repository_id: null,
        error: restic,
        took_seconds: 0,
      });
    }
    const result = await restic.probe(signal);
    if (signal.aborted) return;
    this.#probed(settings, result);
    if (result.state !== "ready") return;
    if (alsoList()) await this.#snapshots(restic, settings, signal);
    // Reading locks takes longer than the rest, which somebody waits for.
    await this.#withLocks(restic, settings, { result, signal });
  }

  /** Tells what a probe found once more, with who holds locks. */
  async #withLocks(
    restic: ResticOperations,
    settings: RepositorySettings,
    { result, signal }: {
      result: Awaited<ReturnType<ResticOperations["probe"]>>;
      signal: AbortSignal;
    },
  ): Promise<void> {
    const locks = result.state === "ready" ? await restic.locks(signal) : undefined;
    if (signal.aborted || locks === undefined) return;
    this.#probed(settings, result, locks);
  }

  /** Tells what changed after jobs, and takes each thing off `owed` that was told, or cannot be. */
  async followUp(owed: Set<FollowUp>, signal: AbortSignal): Promise<void> {
    for (const kind of FOLLOW_UPS.filter((one) => owed.has(one))) {
      const goes_on = await this.#followUp(kind, signal);
      if (signal.aborted) return;
      if (!goes_on) return owed.clear();
      owed.delete(kind);
    }
  }

  /** Returns false if the rest cannot be told either. */
  async #followUp(kind: FollowUp, signal: AbortSignal): Promise<boolean> {
    const settings = this.#o.settings.withRepository;
    if (settings === undefined) return false;
    const restic = await this.#open(settings);
    if (typeof restic === "string") return false;
    if (kind === "snapshots") await this.#snapshots(restic, settings, signal);
    else if (kind === "stats") await this.#stats(restic, settings, signal);
    else {
      const result = await restic.probe(signal);
      if (signal.aborted) return false;
      if (kind === "locks") await this.#withLocks(restic, settings, { result, signal });
      else this.#probed(settings, result);
      return result.state === "ready";
    }
    return true;
  }

  async #open(settings: RepositorySettings): Promise<ResticOperations | string> {
    const program = await this.#o.restic.find();
    return "error" in program ? program.error : this.#o.restic.open(program, settings);
  }

  #probed(
    settings: RepositorySettings,
    result: Awaited<ReturnType<ResticOperations["probe"]>>,
    locks?: RepositoryLock[],
  ): void {
    this.#o.outbox.append({
      type: "repository.probed",
      config_version: settings.config_version,
      ...result,
      error: result.error?.slice(0, 2000) ?? null,
      ...(locks === undefined ? {} : { locks }),
      probed_at: iso(this.#o.timing.now_ms()),
    });
  }

  async #snapshots(
    restic: ResticOperations,
    { config_version }: RepositorySettings,
    signal: AbortSignal,
  ): Promise<void> {
    const { outcome, snapshots } = await restic.snapshots(quiet(signal));
    if (snapshots === undefined) {
      if (!signal.aborted) this.#o.log.warn(`cannot list snapshots: ${outcome.error}`);
      return;
    }
    this.listed(snapshots, config_version);
  }

  /** Tells a list of snapshots that was read with the config of this version. */
  listed(snapshots: Snapshot[], config_version: number): void {
    const listing_id = crypto.randomUUID();
    const pages = intoPages(snapshots);
    pages.forEach((page, index) =>
      this.#o.outbox.append({
        type: "snapshots.report",
        listing_id,
        config_version,
        page: index + 1,
        pages: pages.length,
        snapshots: page,
      })
    );
  }

  async #stats(
    restic: ResticOperations,
    { config_version }: RepositorySettings,
    signal: AbortSignal,
  ): Promise<void> {
    const { outcome, stats } = await restic.stats(quiet(signal));
    if (stats === undefined) {
      if (!signal.aborted) this.#o.log.warn(`cannot read statistics: ${outcome.error}`);
      return;
    }
    this.#o.outbox.append({
      type: "repo.stats",
      config_version,
      ...stats,
      last_check_at: null,
      last_check_status: null,
    });
  }
}

/** Pages of at most 500 rows that fit into a frame. An empty list is one empty page. */
export function intoPages(snapshots: Snapshot[]): Snapshot[][] {
  const pages: Snapshot[][] = [[]];
  let bytes = 0;
  for (const snapshot of snapshots.map(withBoundedPaths)) {
    const size = sizeOf(snapshot);
    const page = pages.at(-1)!;
    if (page.length === SNAPSHOT_PAGE_ROWS || (page.length > 0 && bytes + size > PAGE_MAX_BYTES)) {
      pages.push([snapshot]);
      bytes = size;
    } else {
      page.push(snapshot);
      bytes += size;
    }
  }
  return pages;
}

/** A snapshot of thousands of long paths would not fit into any frame: the last ones are left out. */
function withBoundedPaths(snapshot: Snapshot): Snapshot {
  if (sizeOf(snapshot) <= PAGE_MAX_BYTES) return snapshot;
  const paths: string[] = [];
  let bytes = 0;
  for (const path of snapshot.paths) {
    bytes += sizeOf(path) + 1;
    if (bytes > PAGE_MAX_BYTES / 2) break;
    paths.push(path);
  }
  return { ...snapshot, paths };
}

const sizeOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
const quiet = (signal: AbortSignal): OperationOptions => ({ signal, onEvent() {} });
