/** @module The cached snapshot lists, as agents report them in pages, and what is gone from them. */
import { type Actor, demand, SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { ChangeFeed } from "../ports.ts";
import type { SnapshotsReport } from "../protocol/agent_messages.ts";
import type { Snapshot } from "../protocol/entities.ts";
import type { FoundSnapshot, ListSnapshotsQuery } from "../protocol/rest.ts";
import type { Repositories } from "../repositories/repositories.ts";
import { type Listing, ListingPagesStore } from "./listing_pages_store.ts";
import { ListingSweep } from "./listing_sweep.ts";
import { type Place, SnapshotsStore, type TimelinePoint } from "./snapshots_store.ts";

export type { TimelinePoint } from "./snapshots_store.ts";

export interface SnapshotsDeps {
  db: Database;
  clock: Clock;
  repositories: Repositories;
  changes: ChangeFeed;
  /** Most snapshots kept of one host; 200,000 unless told. */
  rows_per_host_max?: number;
}

/** Up to here what is gone leaves together with the last page; a longer list is swept in steps. */
const AT_ONCE_ROWS = 2000;
/** What one step removes of a repository that is gone. */
const STEP_ROWS = 500;
/** An hourly backup fills this in 22 years; a host may not fill the disk. */
const ROWS_PER_HOST_MAX = 200_000;
/** As many as a chart can still tell apart. */
const TIMELINE_ROWS = 2000;

export class Snapshots {
  readonly #deps: SnapshotsDeps;
  readonly #store: SnapshotsStore;
  readonly #pages: ListingPagesStore;
  /** By host: the sweep under way. */
  readonly #sweeps = new Map<string, Promise<void>>();
  #sweep_error: unknown;
  /** By host: it has no more rows than this. */
  readonly #at_most = new Map<string, number>();

  constructor(deps: SnapshotsDeps) {
    this.#deps = deps;
    this.#store = new SnapshotsStore(deps.db);
    this.#pages = new ListingPagesStore(deps.db);
  }

  /**
   * Takes one page in: what it names is there from now on, what is known already costs a look.
   * Once every page is there, what none of them named is removed. So a half-told listing never
   * hides a snapshot, and no page takes longer than its own 500 rows. False if it was refused because
   * the host has too many.
   */
  applyPage(host_id: string, report: SnapshotsReport): boolean {
    const { db, repositories } = this.#deps;
    const { listing_id, page, pages, snapshots, config_version } = report;
    if (page > pages) return true; // A page outside its own listing is no part of it.
    const repository = repositories.forHost(SYSTEM, host_id);
    // The agent lists anew once it has the newer config.
    if (repository === undefined || repositories.isOutdated(host_id, config_version)) return true;
    if (!this.#hasRoom(host_id, snapshots.length)) return false;
    const listing = { host_id, listing_id };
    db.transaction(() => {
      const ids = [...new Set(snapshots.map((one) => one.id))];
      this.#store.put({ host_id, repository_id: repository.id }, snapshots);
      this.#pages.put(listing, { page, pages, ids });
      if (this.#pages.totals(listing).pages >= pages) this.#complete(listing, repository.id);
    });
    return true;
  }

  /**
   * Goes on with what a stop of the server left; called every minute.
   * @throws what a sweep met since the last call
   */
  sweep(): void {
    const error = this.#sweep_error;
    this.#sweep_error = undefined;
    for (const listing of this.#pages.complete()) {
      const { host_id } = listing;
      const repository = this.#deps.repositories.forHost(SYSTEM, host_id);
      if (repository === undefined || this.#sweeps.has(host_id)) continue;
      this.#sweepInSteps(listing, { host_id, repository_id: repository.id });
    }
    if (error !== undefined) throw error;
  }

  /** Resolves once nothing is being swept. */
  async whenSwept(): Promise<void> {
    await Promise.all(this.#sweeps.values());
  }

  /** Removes the snapshots of repositories that are gone, one short step per value. */
  *keepHouse(): Generator<void> {
    for (;;) {
      const repository_id = this.#store.leftRepository();
      if (repository_id === undefined) return;
      const step = () => this.#store.removeLeft(repository_id, STEP_ROWS);
      while (this.#deps.db.transaction(step)) yield;
      yield;
    }
  }

  /** Newest first. A path finds the snapshots of that path and of the folders above it. */
  list(
    actor: Actor,
    host_id: string,
    query: ListSnapshotsQuery,
  ): { items: Snapshot[]; total: number } {
    demand(actor, "snapshot.read");
    const { tag, path, since, until, limit, offset } = query;
    const filter = {
      tag: tag || undefined,
      path: path ? path.replace(/[/\\]+$/, "") : undefined,
      since_ms: since === undefined ? undefined : Date.parse(since),
      until_ms: until === undefined ? undefined : Date.parse(until),
    };
    return this.#store.list(host_id, filter, { limit, offset });
  }

  /** Snapshots of all hosts whose id begins with these hex digits. One statement. */
  byIdPrefix(actor: Actor, digits: string, limit: number): FoundSnapshot[] {
    demand(actor, "snapshot.read");
    return this.#store.byIdPrefix(digits, limit);
  }

  /** When the newest snapshots of a host were taken and what they added, oldest of them first. */
  timeline(actor: Actor, host_id: string): TimelinePoint[] {
    demand(actor, "snapshot.read");
    return this.#store.timeline(host_id, TIMELINE_ROWS);
  }

  /** Counts the rows only when so many were added since that there may be too many. */
  #hasRoom(host_id: string, rows: number): boolean {
    const rows_max = this.#deps.rows_per_host_max ?? ROWS_PER_HOST_MAX;
    let at_most = (this.#at_most.get(host_id) ?? Infinity) + rows;
    if (at_most > rows_max) at_most = this.#store.count(host_id) + rows;
    if (at_most > rows_max) return false;
    this.#at_most.set(host_id, at_most);
    return true;
  }

  #complete(listing: Listing, repository_id: string): void {
    const { db, repositories } = this.#deps;
    const place = { host_id: listing.host_id, repository_id };
    const count = this.#store.count(place.host_id);
    const listed = this.#pages.totals(listing).ids;
    if (listed > 0) repositories.markInitialised(repository_id);
    // Every id of the listing is a row by now: as many rows as ids means that none is gone.
    if (count === listed) return this.#finish(listing, place);
    if (count > AT_ONCE_ROWS) return db.afterCommit(() => this.#sweepInSteps(listing, place));
    const sweep = this.#newSweep(listing, place);
    while (sweep.step() === "more");
    this.#store.dropUnusedLists(place.host_id);
    this.#finish(listing, place);
  }

  #newSweep(listing: Listing, place: Place): ListingSweep {
    const { db } = this.#deps;
    return new ListingSweep({ db, snapshots: this.#store, pages: this.#pages }, listing, place);
  }

  #finish(listing: Listing, place: Place): void {
    const { db, changes } = this.#deps;
    this.#pages.drop(listing);
    this.#store.noteCount(place, this.#store.count(place.host_id));
    db.afterCommit(() => changes.publish({ host_id: place.host_id }));
  }

  /** After the sweep of an older listing of that host, which gives up by itself. */
  #sweepInSteps(listing: Listing, place: Place): void {
    const { host_id } = place;
    const before = this.#sweeps.get(host_id) ?? Promise.resolve();
    const work = before.then(() => this.#steps(listing, place))
      .catch((error) => void (this.#sweep_error = error))
      .finally(() => {
        if (this.#sweeps.get(host_id) === work) this.#sweeps.delete(host_id);
      });
    this.#sweeps.set(host_id, work);
  }

  async #steps(listing: Listing, place: Place): Promise<void> {
    const { db } = this.#deps;
    const sweep = this.#newSweep(listing, place);
    for (;;) {
      // Lets requests and other agents in between.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (!db.isOpen) return;
      const state = sweep.step();
      if (state === "given_up") return;
      if (state === "done") break;
    }
    db.transaction(() => {
      this.#store.dropUnusedLists(place.host_id);
      this.#finish(listing, place);
    });
  }
}
