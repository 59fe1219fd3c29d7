/** @module The server's last word over REST, when nothing is on its way any more. */
import type { AuditEntry, Host, Job, LogLine, Snapshot } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { History } from "./history.ts";
import type { Reader } from "./reader.ts";

const PAGE = 500;
const AT_ONCE = 8;

/** Fills in jobs, hosts, logs, snapshot lists and the audit log. Logs only of the jobs that are asked for. */
export async function readLastWord(
  reader: Reader,
  history: History,
  wantsLog: (job: Job) => boolean = () => true,
): Promise<void> {
  history.jobs = await all<Job>(reader, "/api/jobs?order=asc");
  history.hosts = await all<Host>(reader, "/api/hosts?");
  history.audit = await auditLog(reader);
  await each(history.hosts, async ({ id }) => {
    const snapshots = await all<Snapshot>(reader, `${paths.api.host(id)}/snapshots?`);
    history.listed.push({ host_id: id, snapshot_ids: snapshots.map((snapshot) => snapshot.id) });
  });
  await each(history.jobs.filter(wantsLog), async ({ id }) => {
    history.logs.push({ job_id: id, lines: await logOf(reader, id) });
  });
}

/** A job's whole log, read page by page. */
async function logOf(reader: Reader, job_id: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (;;) {
    const page = await reader.json<{ lines: LogLine[] }>(
      paths.api.jobLogs(job_id, lines.at(-1)?.seq ?? 0, PAGE),
    );
    lines.push(...page.lines);
    if (page.lines.length < PAGE) return lines;
  }
}

async function all<T>(reader: Reader, address: string): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const page = await reader.json<{ items: T[]; total: number }>(
      `${address}&limit=${PAGE}&offset=${items.length}`,
    );
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

async function auditLog(reader: Reader): Promise<AuditEntry[]> {
  const rows: AuditEntry[] = [];
  for (let before = "";;) {
    const page = await reader.json<{ items: AuditEntry[]; next_before_seq: number | null }>(
      `/api/audit?limit=${PAGE}${before}`,
    );
    rows.push(...page.items);
    if (page.next_before_seq === null) return rows;
    before = `&before_seq=${page.next_before_seq}`;
  }
}

async function each<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const item of left) await work(item);
  }));
}
