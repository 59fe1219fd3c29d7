/** @module What the last check of a repository found. A failure stands until it is refuted. */
import { isoOrNull } from "../clock.ts";
import type { Database } from "../db/database.ts";
import { CheckStatus, ReadData, type Repository } from "../protocol/entities.ts";
import { RepositoryChecksStore } from "./repository_checks_store.ts";

/** A check that came to an end: good, or with errors found. */
export interface EndedCheck {
  job_id: string;
  status: CheckStatus;
  read_data: ReadData | null;
  finished_at_ms: number;
}

export class RepositoryChecks {
  readonly #store: RepositoryChecksStore;

  constructor(db: Database) {
    this.#store = new RepositoryChecksStore(db);
  }

  /**
   * Records a check, unless it is good and older than the last one, or leaves errors unrefuted.
   * Call it in the transaction that ends its job.
   */
  record(repository_id: string, check: EndedCheck): void {
    const last = this.#store.last(repository_id);
    if (last === undefined) return;
    const before = lastCheckOf(last);
    if (check.status === "succeeded") {
      if (check.finished_at_ms < (last.last_check_at_ms as number | null ?? 0)) return;
      const failed = before.last_check_status === "failed";
      if (failed && !refutes(check.read_data, before.last_check_read_data)) return;
    }
    this.#store.put(repository_id, check);
  }
}

/**
 * True if a good check shows that what an earlier one found is repaired. A check of the structure
 * does not see flipped bits: after one that read data, only reading all, or the same part, will do.
 */
export function refutes(good: ReadData | null, failed: ReadData | null): boolean {
  if (failed === null || good?.how === "all") return true;
  return good?.how === "part" && failed.how === "part" && good.part === failed.part &&
    good.of === failed.of;
}

type LastCheck = Pick<
  Repository,
  "last_check_at" | "last_check_status" | "last_check_job_id" | "last_check_read_data"
>;

/** The last check in a repository's row. */
export function lastCheckOf(row: Record<string, unknown>): LastCheck {
  const status = CheckStatus.safeParse(row.last_check_status);
  const read_data = row.last_check_read_data as string | null;
  return {
    last_check_at: isoOrNull(row.last_check_at_ms as number | null),
    last_check_status: status.success ? status.data : null,
    last_check_job_id: row.last_check_job_id as string | null,
    last_check_read_data: read_data === null ? null : ReadData.parse(JSON.parse(read_data)),
  };
}
