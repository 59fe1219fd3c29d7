/** What changed since the last notice: ids to read again. */
export interface Change {
  host_ids: string[];
  job_ids: string[];
}
