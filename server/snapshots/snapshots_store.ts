/** @module The rows of snapshots and snapshot_pages, and the counts they leave on host and repository. */
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Snapshot } from "../protocol/entities.ts";

export interface SnapshotFilter {
  tag?: string | undefined;
  /** Snapshots of this path (without a separator at its end) or of a folder above it. */
  path?: string | undefined;
  since_ms?: number | undefined;
  until_ms?: number | undefined;
}

interface Listing {
  host_id: string;
  listing_id: string;
}

/**
 * Lists are JSON text. The plain text search comes first as it is ten times cheaper than reading
 * JSON; what it lets through by chance, the exact test refuses.
 */
const CONDITIONS = {
  tag: `instr(tags, :tag_json) > 0
    AND EXISTS (SELECT 1 FROM json_each(tags) AS t WHERE t.value = :tag)`,
  path: `EXISTS (SELECT 1 FROM json_each(paths) AS p WHERE rtrim(p.value, '/\\') = :path
    OR substr(:path, 1, length(rtrim(p.value, '/\\')) + 1)
      IN (rtrim(p.value, '/\\') || '/', rtrim(p.value, '/\\') || '\\'))`,
  since_ms: "time_ms >= :since_ms",
  until_ms: "time_ms < :until_ms",
} as const satisfies Record<keyof SnapshotFilter, string>;

export class SnapshotsStore {
  readonly #db: Database;
  readonly #lists = new Map<string, StatementSync>();
  readonly #putPage: StatementSync;
  readonly #dropOthers: StatementSync;
  readonly #countPages: StatementSync;
  readonly #removeUnlisted: StatementSync;
  readonly #addListed: StatementSync;
  readonly #dropListing: StatementSync;
  readonly #count: StatementSync;
  readonly #countOnHost: StatementSync;
  readonly #countOnRepository: StatementSync;

  constructor(db: Database) {
    this.#db = db;
    this.#putPage = db.prepare(`
      INSERT OR REPLACE INTO snapshot_pages (host_id, listing_id, page, body)
      VALUES (:host_id, :listing_id, :page, :body)`);
    this.#dropOthers = db.prepare(
      "DELETE FROM snapshot_pages WHERE host_id = :host_id AND listing_id <> :listing_id",
    );
    this.#countPages = db.prepare(`
      SELECT count(*) AS n FROM snapshot_pages
      WHERE host_id = :host_id AND listing_id = :listing_id AND page <= :pages`);
    this.#removeUnlisted = db.prepare(`
      DELETE FROM snapshots WHERE repository_id = :repository_id AND id NOT IN (
        SELECT s.value ->> 'id' FROM snapshot_pages AS p, json_each(p.body) AS s
        WHERE p.host_id = :host_id AND p.listing_id = :listing_id)`);
    this.#addListed = db.prepare(`
      INSERT INTO snapshots (repository_id, id, host_id, time_ms, hostname, username, paths, tags,
        parent, program_version, size_bytes, file_count, added_bytes)
      SELECT :repository_id, s.value ->> 'id', :host_id, s.value ->> 'time_ms',
        s.value ->> 'hostname', s.value ->> 'username', s.value ->> 'paths', s.value ->> 'tags',
        s.value ->> 'parent', s.value ->> 'program_version', s.value ->> 'size_bytes',
        s.value ->> 'file_count', s.value ->> 'added_bytes'
      FROM snapshot_pages AS p, json_each(p.body) AS s
      WHERE p.host_id = :host_id AND p.listing_id = :listing_id
      ON CONFLICT (repository_id, id) DO UPDATE SET tags = excluded.tags, paths = excluded.paths,
        size_bytes = coalesce(excluded.size_bytes, size_bytes),
        file_count = coalesce(excluded.file_count, file_count),
        added_bytes = coalesce(excluded.added_bytes, added_bytes)
      WHERE tags <> excluded.tags OR paths <> excluded.paths
        OR (size_bytes IS NULL AND excluded.size_bytes IS NOT NULL)`);
    this.#dropListing = db.prepare("DELETE FROM snapshot_pages WHERE host_id = :host_id");
    this.#count = db.prepare(
      "SELECT count(*) AS n FROM snapshots WHERE repository_id = :repository_id",
    );
    this.#countOnHost = db.prepare("UPDATE hosts SET snapshot_count = :count WHERE id = :id");
    this.#countOnRepository = db.prepare(
      "UPDATE repositories SET snapshot_count = :count WHERE id = :id",
    );
  }

  /** Keeps one page of a listing; pages of the host's other listings are given up. */
  putPage(listing: Listing, page: number, snapshots: Snapshot[]): void {
    const { host_id, listing_id } = listing;
    const body = JSON.stringify(
      snapshots.map((one) => ({ ...one, time_ms: Date.parse(one.time) })),
    );
    this.#dropOthers.run({ host_id, listing_id });
    this.#putPage.run({ host_id, listing_id, page, body });
  }

  /** How many of the first `pages` pages are there. */
  countPages({ host_id, listing_id }: Listing, pages: number): number {
    return Number(this.#countPages.get({ host_id, listing_id, pages })!.n);
  }

  /** Makes the kept pages the repository's list; answers how many snapshots it has now. */
  replace({ host_id, listing_id }: Listing, repository_id: string): number {
    const listing = { host_id, listing_id, repository_id };
    this.#removeUnlisted.run(listing);
    this.#addListed.run(listing);
    this.#dropListing.run({ host_id });
    const count = Number(this.#count.get({ repository_id })!.n);
    this.#countOnHost.run({ id: host_id, count });
    this.#countOnRepository.run({ id: repository_id, count });
    return count;
  }

  /** Newest first. */
  list(
    host_id: string,
    filter: SnapshotFilter,
    page: { limit: number; offset: number },
  ): { items: Snapshot[]; total: number } {
    const names = Object.keys(CONDITIONS) as (keyof SnapshotFilter)[];
    const given = names.filter((name) => filter[name] !== undefined);
    const values: Record<string, SQLInputValue> = { host_id };
    for (const name of given) values[name] = filter[name]!;
    if (filter.tag !== undefined) values.tag_json = JSON.stringify(filter.tag);
    const where = ["host_id = :host_id", ...given.map((name) => CONDITIONS[name])].join(" AND ");
    const rows = this.#statement(
      `SELECT * FROM snapshots WHERE ${where} ORDER BY time_ms DESC LIMIT :limit OFFSET :offset`,
    ).all({ ...values, ...page });
    const count = this.#statement(`SELECT count(*) AS n FROM snapshots WHERE ${where}`).get(values);
    return { items: rows.map(toSnapshot), total: Number(count!.n) };
  }

  /** One statement for each combination of filters. */
  #statement(sql: string): StatementSync {
    let statement = this.#lists.get(sql);
    if (statement === undefined) this.#lists.set(sql, statement = this.#db.prepare(sql));
    return statement;
  }
}

function toSnapshot(row: Record<string, unknown>): Snapshot {
  const text = (name: string) => row[name] as string | null;
  const number = (name: string) => row[name] as number | null;
  return {
    id: row.id as string,
    time: iso(row.time_ms as number),
    hostname: row.hostname as string,
    username: text("username"),
    paths: JSON.parse(row.paths as string),
    tags: JSON.parse(row.tags as string),
    parent: text("parent"),
    program_version: text("program_version"),
    size_bytes: number("size_bytes"),
    file_count: number("file_count"),
    added_bytes: number("added_bytes"),
  };
}
