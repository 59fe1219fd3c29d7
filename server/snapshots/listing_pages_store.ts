/** @module The rows of snapshot_pages: which snapshots a listing that is not done with yet has named. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

export interface Listing {
  host_id: string;
  listing_id: string;
}

export interface ListingPage {
  page: number;
  /** How many pages the whole listing has. */
  pages: number;
  ids: string[];
}

export class ListingPagesStore {
  readonly #put: StatementSync;
  readonly #dropOthers: StatementSync;
  readonly #totals: StatementSync;
  readonly #complete: StatementSync;
  readonly #ids: StatementSync;
  readonly #drop: StatementSync;

  constructor(db: Database) {
    this.#put = db.prepare(`
      INSERT OR REPLACE INTO snapshot_pages (host_id, listing_id, page, pages, id_count, ids)
      VALUES (:host_id, :listing_id, :page, :pages, :id_count, :ids)`);
    this.#dropOthers = db.prepare(
      "DELETE FROM snapshot_pages WHERE host_id = :host_id AND listing_id <> :listing_id",
    );
    this.#totals = db.prepare(`
      SELECT count(*) AS pages, coalesce(sum(id_count), 0) AS ids FROM snapshot_pages
      WHERE host_id = :host_id AND listing_id = :listing_id`);
    this.#complete = db.prepare(`
      SELECT host_id, listing_id FROM snapshot_pages
      GROUP BY host_id, listing_id HAVING count(*) = max(pages)`);
    this.#ids = db.prepare(`
      SELECT ids FROM snapshot_pages
      WHERE host_id = :host_id AND listing_id = :listing_id AND page > :after
      ORDER BY page LIMIT :limit`);
    this.#drop = db.prepare(
      "DELETE FROM snapshot_pages WHERE host_id = :host_id AND listing_id = :listing_id",
    );
  }

  /** Keeps one page of a listing; pages of the host's other listings are given up. */
  put({ host_id, listing_id }: Listing, { page, pages, ids }: ListingPage): void {
    this.#dropOthers.run({ host_id, listing_id });
    const row = { id_count: ids.length, ids: JSON.stringify(ids) };
    this.#put.run({ host_id, listing_id, page, pages, ...row });
  }

  /** How many pages are there, and how many ids they hold together. */
  totals({ host_id, listing_id }: Listing): { pages: number; ids: number } {
    const row = this.#totals.get({ host_id, listing_id })!;
    return { pages: Number(row.pages), ids: Number(row.ids) };
  }

  /** Listings of which every page is there. */
  complete(): Listing[] {
    return this.#complete.all().map((row) => ({
      host_id: row.host_id as string,
      listing_id: row.listing_id as string,
    }));
  }

  /** The ids of at most `limit` pages after this one, page by page. */
  idsOfPages({ host_id, listing_id }: Listing, after: number, limit: number): string[][] {
    return this.#ids.all({ host_id, listing_id, after, limit })
      .map((row) => JSON.parse(row.ids as string) as string[]);
  }

  drop({ host_id, listing_id }: Listing): void {
    this.#drop.run({ host_id, listing_id });
  }
}
