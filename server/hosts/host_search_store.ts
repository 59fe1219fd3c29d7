/** @module SQL of hosts that are looked for: by a text, by name, by how long they lack a backup. */
import type { StatementSync } from "node:sqlite";
import type { Database } from "../db/database.ts";

export class HostSearchStore {
  #find: StatementSync;
  #longest_without: StatementSync;
  #names: StatementSync;

  constructor(db: Database) {
    this.#find = db.prepare(
      `SELECT id, count(*) OVER () AS total,
         CASE WHEN lower(name) = :q THEN 0 WHEN substr(lower(name), 1, length(:q)) = :q THEN 1
           WHEN instr(lower(name), :q) > 0 THEN 2 ELSE 3 END AS rank
       FROM hosts
       WHERE instr(lower(name), :q) > 0 OR instr(lower(coalesce(agent_hostname, '')), :q) > 0
         OR (instr(lower(tags), :q) > 0
           AND EXISTS (SELECT 1 FROM json_each(tags) AS t WHERE instr(lower(t.value), :q) > 0))
       ORDER BY rank, name LIMIT :limit`,
    );
    this.#longest_without = db.prepare(
      `SELECT id FROM hosts WHERE enrolled_at_ms IS NOT NULL
       ORDER BY last_good_backup_at_ms IS NOT NULL, last_good_backup_at_ms, name LIMIT :limit`,
    );
    this.#names = db.prepare(
      "SELECT id, name FROM hosts ORDER BY name COLLATE NOCASE LIMIT :limit",
    );
  }

  /**
   * The ids of hosts with this text (lower case) in name, host name or a tag: the name itself first,
   * then what begins with it; and how many there are in all.
   */
  find(q: string, limit: number): { ids: string[]; total: number } {
    const rows = this.#find.all({ q, limit });
    return { ids: rows.map((row) => row.id as string), total: Number(rows[0]?.total ?? 0) };
  }

  /** The first hosts by name. */
  names(limit: number): { id: string; name: string }[] {
    return this.#names.all({ limit }).map((row) => ({
      id: row.id as string,
      name: row.name as string,
    }));
  }

  /** The ids of enrolled hosts whose last good backup is the oldest, or of which there is none. */
  longestWithout(limit: number): string[] {
    return this.#longest_without.all({ limit }).map((row) => row.id as string);
  }
}
