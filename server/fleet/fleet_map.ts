/** @module The fleet in groups, a square for each host: the host's tag that most hosts have. Pure. */
import { queryWord } from "../hosts/host_query.ts";
import type { SurveyedHost } from "../hosts/hosts.ts";
import type { BackupState } from "../protocol/entities.ts";

/** Hosts that share a tag. */
export interface MapGroup {
  /** The tag; null for hosts without one. */
  tag: string | null;
  /** The query that names the group's tag; null for what is left of many small groups. */
  query: string | null;
  counts: Record<BackupState, number>;
  hosts: number;
  /** Healthy hosts that back up right now. */
  running: number;
}

/** More groups than these are one "other tags". */
const GROUPS_MAX = 8;

/** The groups, the largest first; hosts without a tag, and what is left, at the end. */
export function fleetMap(all: SurveyedHost[], backing_up: ReadonlySet<string>): MapGroup[] {
  const spread = new Map<string, number>();
  for (const { tags } of all) {
    for (const tag of tags) spread.set(tag, (spread.get(tag) ?? 0) + 1);
  }
  const by_tag = Map.groupBy(all, ({ tags }) => widest(tags, spread));
  const named = [...by_tag].filter(([tag]) => tag !== null)
    .sort(([, a], [, b]) => b.length - a.length);
  const groups = named.slice(0, GROUPS_MAX).map(([tag, hosts]) =>
    groupOf(tag, queryWord("tag", tag!), { hosts, backing_up })
  );
  const rest = named.slice(GROUPS_MAX).flatMap(([, hosts]) => hosts);
  if (rest.length > 0) groups.push(groupOf("other tags", null, { hosts: rest, backing_up }));
  const untagged = by_tag.get(null);
  if (untagged) groups.push(groupOf(null, "tag:none", { hosts: untagged, backing_up }));
  return groups;
}

function widest(tags: string[], spread: ReadonlyMap<string, number>): string | null {
  let found: string | null = null;
  for (const tag of tags) {
    if (found === null || spread.get(tag)! > spread.get(found)!) found = tag;
  }
  return found;
}

function groupOf(tag: string | null, query: string | null, of: {
  hosts: SurveyedHost[];
  backing_up: ReadonlySet<string>;
}): MapGroup {
  const counts = { failed: 0, never: 0, stale: 0, gaps: 0, good: 0, paused: 0 };
  let running = 0;
  for (const host of of.hosts) {
    counts[host.backup_state]++;
    if (host.backup_state === "good" && of.backing_up.has(host.id)) running++;
  }
  return { tag, query, counts, hosts: of.hosts.length, running };
}
