/** @module The rows of snapshots, their lists of paths and tags, and the pages of a listing. */
import type { SQLInputValue, StatementSync } from "node:sqlite";
import { iso } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Snapshot } from "../protocol/entities.ts";
import { pathCondition } from "./path_filter.ts";
import type { FoundSnapshot } from "../protocol/rest.ts";

export interface SnapshotFilter {
  tag?: string | undefined;
  /** Snapshots of this path (without a separator at its end) or of a folder above it. */
  path?: string | undefined;
  since_ms?: number | undefined;
  until_ms?: number | undefined;
}

/** Whose snapshots: the two always go together. */
export interface Place {
  host_id: string;
  repository_id: string;
}

/**
 * Thousands of snapshots share a few lists of paths and of tags: a filter reads each list once and
 * the index of snapshots alone. The plain text search is ten times cheaper than reading JSON; what
 * it lets through by chance, the exact test refuses.
 */
const CONDITIONS = {
  tag: `tags_id IN (SELECT l.id FROM snapshot_lists l WHERE l.host_id = :host_id
    AND instr(l.items, :tag_json) > 0
    AND EXISTS (SELECT 1 FROM json_each(l.items) AS t WHERE t.value = :tag))`,
  since_ms: "time_ms >= :since_ms",
  until_ms: "time_ms < :until_ms",
} as const satisfies Record<Exclude<keyof SnapshotFilter, "path">, string>;

/** The index backwards: newest first, and always the same order among equals. */
const NEWEST_FIRST = "time_ms DESC, paths_id DESC, tags_id DESC, rowid DESC";

/** A snapshot as far as a chart needs it. */
export interface TimelinePoint {
  at_ms: number;
  /** null when restic did not record it. */
  added_bytes: number | null;
}

interface KnownRow {
  id: string;
  paths_id: number;
  tags_id: number;
  size_bytes: number | null;
}

export class SnapshotsStore {
  readonly #db: Database;
  readonly #statements = new Map<string, StatementSync>();
  readonly #known: StatementSync;
  readonly #put: StatementSync;
  readonly #addList: StatementSync;
  readonly #listId: StatementSync;
  readonly #idsAfter: StatementSync;
  readonly #remove: StatementSync;
  readonly #left: StatementSync;
  readonly #gone: StatementSync;
  readonly #dropUnusedLists: StatementSync;
  readonly #timeline: StatementSync;
  readonly #byIdPrefix: StatementSync;
  readonly #count: StatementSync;
  readonly #countOnHost: StatementSync;
  readonly #countOnRepository: StatementSync;

  constructor(db: Database) {
    this.#db = db;
    this.#known = db.prepare(`
      SELECT id, paths_id, tags_id, size_bytes FROM snapshots
      WHERE repository_id = :repository_id AND id IN (SELECT value FROM json_each(:ids))`);
    this.#put = db.prepare(`
      INSERT INTO snapshots (repository_id, id, host_id, time_ms, hostname, username, paths_id,
        tags_id, parent, program_version, size_bytes, file_count, added_bytes)
      VALUES (:repository_id, :id, :host_id, :time_ms, :hostname, :username, :paths_id,
        :tags_id, :parent, :program_version, :size_bytes, :file_count, :added_bytes)
      ON CONFLICT (repository_id, id) DO UPDATE SET
        paths_id = excluded.paths_id, tags_id = excluded.tags_id,
        size_bytes = coalesce(excluded.size_bytes, size_bytes),
        file_count = coalesce(excluded.file_count, file_count),
        added_bytes = coalesce(excluded.added_bytes, added_bytes)`);
    this.#addList = db.prepare(
      "INSERT OR IGNORE INTO snapshot_lists (host_id, items) VALUES (:host_id, :items)",
    );
    this.#listId = db.prepare(
      "SELECT id FROM snapshot_lists WHERE host_id = :host_id AND items = :items",
    );
    this.#idsAfter = db.prepare(`
      SELECT id FROM snapshots WHERE repository_id = :repository_id AND id > :after
      ORDER BY id LIMIT :limit`);
    this.#remove = db.prepare(`
      DELETE FROM snapshots WHERE repository_id = :repository_id
        AND id IN (SELECT value FROM json_each(:ids))`);
    this.#left = db.prepare("SELECT repository_id AS id FROM left_snapshots LIMIT 1");
    this.#gone = db.prepare("DELETE FROM left_snapshots WHERE repository_id = :repository_id");
    this.#dropUnusedLists = db.prepare(`
      DELETE FROM snapshot_lists WHERE host_id = :host_id AND id NOT IN (
        SELECT paths_id FROM snapshots WHERE host_id = :host_id
        UNION SELECT tags_id FROM snapshots WHERE host_id = :host_id)`);
    this.#timeline = db.prepare(`
      SELECT time_ms AS at_ms, added_bytes FROM snapshots WHERE host_id = :host_id
      ORDER BY time_ms DESC LIMIT :limit`);
    // One look into the index of each repository: ids are unique only within one.
    this.#byIdPrefix = db.prepare(`
      SELECT s.id, s.host_id, h.name AS host_name, s.time_ms
      FROM repositories r CROSS JOIN snapshots s ON s.repository_id = r.id
        AND s.id >= :from_id AND s.id < :to_id
      JOIN hosts h ON h.id = s.host_id LIMIT :limit`);
    this.#count = db.prepare("SELECT count(*) AS n FROM snapshots WHERE host_id = :host_id");
    this.#countOnHost = db.prepare("UPDATE hosts SET snapshot_count = :count WHERE id = :id");
    this.#countOnRepository = db.prepare(
      "UPDATE repositories SET snapshot_count = :count WHERE id = :id",
    );
  }

  /** Snapshots of all hosts whose id begins with these hex digits. */
  byIdPrefix(digits: string, limit: number): FoundSnapshot[] {
    return this.#byIdPrefix.all({ from_id: digits, to_id: `${digits}g`, limit }).map((row) => ({
      id: row.id as string,
      host_id: row.host_id as string,
      host_name: row.host_name as string,
      time: iso(row.time_ms as number),
    }));
  }

  /** Time and addition of the newest snapshots, oldest of them first. */
  timeline(host_id: string, limit: number): TimelinePoint[] {
    return this.#timeline.all({ host_id, limit })
      .map((row) => ({ ...row }) as unknown as TimelinePoint).reverse();
  }

  /** Adds what is new among these and writes what changed; what is known costs one look. */
  put(place: Place, snapshots: readonly Snapshot[]): void {
    const { host_id, repository_id } = place;
    const ids = JSON.stringify(snapshots.map((one) => one.id));
    const rows = this.#known.all({ repository_id, ids }) as unknown as KnownRow[];
    const known = new Map(rows.map((row) => [row.id, row]));
    const list_ids = new Map<string, number>();
    const listId = (items: string[]) => {
      const text = JSON.stringify(items);
      const id = list_ids.get(text) ?? this.#idOfList(host_id, text);
      list_ids.set(text, id);
      return id;
    };
    for (const one of snapshots) {
      const row = known.get(one.id);
      const [paths_id, tags_id] = [listId(one.paths), listId(one.tags)];
      const is_same = row?.paths_id === paths_id && row.tags_id === tags_id &&
        (row.size_bytes !== null || one.size_bytes === null);
      if (is_same) continue;
      const { id, hostname, username, parent, program_version } = one;
      const { size_bytes, file_count, added_bytes } = one;
      this.#put.run({
        ...{ repository_id, id, host_id, time_ms: Date.parse(one.time), hostname, username },
        ...{ paths_id, tags_id, parent, program_version, size_bytes, file_count, added_bytes },
      });
    }
  }

  /** At most `limit` ids after this one, in their own order. */
  idsAfter(repository_id: string, after: string, limit: number): string[] {
    return this.#idsAfter.all({ repository_id, after, limit }).map((row) => row.id as string);
  }

  remove(repository_id: string, ids: readonly string[]): void {
    this.#remove.run({ repository_id, ids: JSON.stringify(ids) });
  }

  /** A repository that is gone, whose snapshots are still to be removed. */
  leftRepository(): string | undefined {
    return this.#left.get()?.id as string | undefined;
  }

  /** Removes at most `limit` snapshots of a repository that is gone. False once there are none. */
  removeLeft(repository_id: string, limit: number): boolean {
    const ids = this.idsAfter(repository_id, "", limit);
    if (ids.length > 0) this.remove(repository_id, ids);
    if (ids.length === limit) return true;
    this.#gone.run({ repository_id });
    return false;
  }

  /** Forgets lists of paths and tags that no snapshot has any more. */
  dropUnusedLists(host_id: string): void {
    this.#dropUnusedLists.run({ host_id });
  }

  count(host_id: string): number {
    return Number(this.#count.get({ host_id })!.n);
  }

  /** Notes on host and repository how many snapshots there are. */
  noteCount({ host_id, repository_id }: Place, count: number): void {
    this.#countOnHost.run({ id: host_id, count });
    this.#countOnRepository.run({ id: repository_id, count });
  }

  /** Newest first. */
  list(
    host_id: string,
    filter: SnapshotFilter,
    page: { limit: number; offset: number },
  ): { items: Snapshot[]; total: number } {
    const names = Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[];
    const given = names.filter((name) => filter[name] !== undefined);
    const values: Record<string, SQLInputValue> = { host_id };
    for (const name of given) values[name] = filter[name]!;
    if (filter.tag !== undefined) values.tag_json = JSON.stringify(filter.tag);
    const conditions = ["host_id = :host_id", ...given.map((name) => CONDITIONS[name])];
    if (filter.path !== undefined) {
      values.path_lists = JSON.stringify(this.#listsOfPath(host_id, filter.path));
      conditions.push("paths_id IN (SELECT value FROM json_each(:path_lists))");
    }
    const where = conditions.join(" AND ");
    // Rows that the offset skips are read in the index alone.
    const rows = this.#statement(`
      WITH page AS MATERIALIZED (SELECT rowid AS at FROM snapshots WHERE ${where}
        ORDER BY ${NEWEST_FIRST} LIMIT :limit OFFSET :offset)
      SELECT s.*, p.items AS paths, t.items AS tags
      FROM page JOIN snapshots s ON s.rowid = page.at
      JOIN snapshot_lists p ON p.id = s.paths_id JOIN snapshot_lists t ON t.id = s.tags_id
      ORDER BY ${NEWEST_FIRST.replaceAll(/\w+ DESC/g, "s.$&")}`).all({ ...values, ...page });
    const count = this.#statement(`SELECT count(*) AS n FROM snapshots WHERE ${where}`).get(values);
    return { items: rows.map(toSnapshot), total: Number(count!.n) };
  }

  /** Read once for rows and count together: there may be as many lists as snapshots. */
  #listsOfPath(host_id: string, path: string): number[] {
    const { sql, values } = pathCondition(path);
    return this.#statement(
      `SELECT l.id FROM snapshot_lists l WHERE l.host_id = :host_id AND ${sql}`,
    ).all({ host_id, ...values }).map((row) => row.id as number);
  }

  #idOfList(host_id: string, items: string): number {
    const find = () => this.#listId.get({ host_id, items })?.id as number | undefined;
    const id = find();
    if (id !== undefined) return id;
    return Number(this.#addList.run({ host_id, items }).lastInsertRowid);
  }

  /** One statement for each combination of filters. */
  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, statement = this.#db.prepare(sql));
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
