/** @module Removes what a complete listing no longer names, in steps that each take milliseconds. */
import type { Database } from "../db/database.ts";
import type { Listing, ListingPagesStore } from "./listing_pages_store.ts";
import type { Place, SnapshotsStore } from "./snapshots_store.ts";

/** What one step reads: pages while it collects ids, rows while it looks for what is gone. */
const STEP_PAGES = 10;
const STEP_ROWS = 1000;

export interface SweepParts {
  db: Database;
  snapshots: SnapshotsStore;
  pages: ListingPagesStore;
}

export class ListingSweep {
  readonly #parts: SweepParts;
  readonly #listing: Listing;
  readonly #place: Place;
  readonly #listed = new Set<string>();
  #pages_read = 0;
  /** Every row up to this id was looked at; undefined while ids are collected. */
  #after: string | undefined;

  constructor(parts: SweepParts, listing: Listing, place: Place) {
    this.#parts = parts;
    this.#listing = listing;
    this.#place = place;
  }

  /**
   * Works a little, in a transaction of its own. `given_up`: a newer listing began, whose first
   * pages this one does not know and would remove.
   */
  step(): "more" | "done" | "given_up" {
    return this.#parts.db.transaction(() => {
      const { pages } = this.#parts;
      if (pages.totals(this.#listing).pages === 0) return "given_up";
      if (this.#after === undefined) this.#collect();
      else if (!this.#removeSome(this.#after)) return "done";
      return "more";
    });
  }

  #collect(): void {
    const read = this.#parts.pages.idsOfPages(this.#listing, this.#pages_read, STEP_PAGES);
    for (const ids of read) for (const id of ids) this.#listed.add(id);
    this.#pages_read += read.length;
    if (read.length < STEP_PAGES) this.#after = "";
  }

  /** False once there are no more rows. */
  #removeSome(after: string): boolean {
    const { snapshots } = this.#parts;
    const { repository_id } = this.#place;
    const ids = snapshots.idsAfter(repository_id, after, STEP_ROWS);
    const gone = ids.filter((id) => !this.#listed.has(id));
    if (gone.length > 0) snapshots.remove(repository_id, gone);
    this.#after = ids.at(-1) ?? after;
    return ids.length === STEP_ROWS;
  }
}
