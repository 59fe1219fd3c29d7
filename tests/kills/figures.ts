/** @module What a run of kills says at its end. */
import type { History } from "../checker/history.ts";

/** "p50 0.4 s, p99 1.2 s, most 1.3 s". */
export function spread(durations_ms: number[]): string {
  const sorted = durations_ms.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const seconds = (ms: number | undefined) =>
    ms === undefined ? "–" : `${(ms / 1000).toFixed(2)} s`;
  return `p50 ${seconds(at(0.5))}, p99 ${seconds(at(0.99))}, most ${seconds(sorted.at(-1))}`;
}

/** "12 succeeded, 3 interrupted". */
export function counted(words: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, n]) => `${n} ${word}`).join(", ");
}

/** How much there was to judge. */
export function evidence(history: History): string {
  const { jobs, acknowledged, shown_jobs, shown_hosts, logs, audit, repositories, runs } = history;
  const lines = logs.reduce((sum, log) => sum + log.lines.length, 0);
  const snapshots = repositories.reduce((sum, one) => sum + one.snapshots.length, 0);
  return `${jobs.length} jobs (${counted(jobs.map((job) => job.status))}); ${runs.length} runs; ` +
    `${acknowledged.length} reports acknowledged; ${shown_jobs.length} rows of jobs and ` +
    `${shown_hosts.length} of hosts shown; ${lines} log lines; ${snapshots} snapshots; ` +
    `${audit.length} audit rows`;
}
