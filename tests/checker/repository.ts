/** @module A repository as plain restic sees it, outside of the product. */
import { createHash } from "node:crypto";
import type { RepositoryFacts } from "./history.ts";

/** Runs restic against one repository. */
export type RunRestic = (...args: string[]) => Promise<{ code: number; stdout: Uint8Array }>;

export interface InspectOptions {
  host_id: string;
  restic: RunRestic;
  /** What a snapshot's tag promises: this file has this SHA-256. Each is read back. */
  promised: Map<string, { path: string; sha256: string }>;
}

/** Lists snapshots and locks, checks all data, and reads promised content back. */
export async function inspectRepository(options: InspectOptions): Promise<RepositoryFacts> {
  const { host_id, restic, promised } = options;
  const problems: string[] = [];
  const check = await restic("check", "--read-data");
  if (check.code !== 0) problems.push(`restic check exited ${check.code}: ${text(check.stdout)}`);
  const locks = text((await restic("list", "locks")).stdout).trim();
  if (locks !== "") problems.push(`locks are left: ${locks}`);
  const listing = await restic("snapshots", "--json");
  if (listing.code !== 0) problems.push(`restic snapshots exited ${listing.code}`);
  const snapshots = (JSON.parse(text(listing.stdout)) as { id: string; tags?: string[] }[])
    .map(({ id, tags }) => ({ id, tags: tags ?? [] }));
  for (const { id, tags } of snapshots) {
    const content = promised.get(tags[0] ?? "");
    if (content === undefined) continue;
    const dump = await restic("dump", id, content.path);
    const sha256 = createHash("sha256").update(dump.stdout).digest("hex");
    if (dump.code !== 0) problems.push(`snapshot ${id} cannot be read: exit ${dump.code}`);
    else if (sha256 !== content.sha256) problems.push(`snapshot ${id} holds other content`);
  }
  return { host_id, snapshots, problems };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
