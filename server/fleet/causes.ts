/**
 * @module Hosts that need somebody, by what is the matter: one cause for all hosts of one server that
 * does not answer. Pure.
 */
import { queryWord } from "../hosts/host_query.ts";
import type { SurveyedHost } from "../hosts/hosts.ts";
import type { BackupState, ErrorClass } from "../protocol/entities.ts";
import { CAUSE_OF_OBSTACLE, REASONS } from "./cause_words.ts";

/** What is the matter with some hosts, worst first. */
export interface Cause {
  state: BackupState;
  title: string;
  hosts: number;
  /** The first of them by name. */
  names: string[];
  /** Since the first of them has it; null if nobody knows. */
  since_ms: number | null;
  /** The query that names exactly these hosts. */
  query: string;
}

const NAMES = 3;
const RANK: BackupState[] = ["failed", "never", "stale", "gaps"];
/** These are of the server that the repository is on, not of the host. */
const OF_THE_SERVER: ReadonlySet<ErrorClass> = new Set([
  "network",
  "deadline",
  "http_unauthorized",
  "no_space",
]);

type Kind = Pick<Cause, "state" | "title" | "query">;

/** The causes of these hosts: worse state first, then the one with more hosts. */
export function causesOf(needing: SurveyedHost[]): Cause[] {
  const by_query = new Map<string, Cause>();
  for (const host of needing) {
    const kind = kindOf(host);
    const since_ms = sinceOf(host);
    const cause = by_query.get(kind.query);
    if (cause === undefined) {
      by_query.set(kind.query, { ...kind, hosts: 1, names: [host.name], since_ms });
      continue;
    }
    cause.hosts++;
    if (cause.names.length < NAMES) cause.names.push(host.name);
    cause.since_ms = earlier(cause.since_ms, since_ms);
  }
  return [...by_query.values()].sort((a, b) =>
    RANK.indexOf(a.state) - RANK.indexOf(b.state) || b.hosts - a.hosts
  );
}

function kindOf(host: SurveyedHost): Kind {
  const { backup_state: state, obstacle, error_class, status } = host;
  const words = [`state:${state}`, `blocked:${obstacle ?? "none"}`];
  if (status === "pending") {
    return { state, title: "Waits for its agent", query: `state:${state} agent:pending` };
  }
  // The last run says more than what is in the way, where both do.
  if (error_class !== null && state !== "stale") {
    const { title, server } = failure(error_class, host.repository_server);
    words.push(`error:${error_class}`);
    if (server !== null) words.push(queryWord("server", server));
    return { state, title, query: known(words.join(" ")) };
  }
  if (obstacle !== null) {
    return { state, title: CAUSE_OF_OBSTACLE[obstacle], query: known(words.join(" ")) };
  }
  if (state === "stale") {
    const away = status === "offline";
    const agent = away ? "agent:offline" : "agent:online,degraded";
    const title = away ? "Offline, and overdue" : "Online, and overdue";
    return { state, title, query: `${words.join(" ")} ${agent}` };
  }
  if (state === "never") {
    return { state, title: "Never backed up", query: known(words.join(" ")) };
  }
  const title = state === "gaps" ? "Backed up, with gaps" : "The log has the reason";
  return { state, title, query: known(words.join(" ")) };
}

/** An agent that never came has a cause of its own. */
function known(query: string): string {
  return query.startsWith("state:never") ? `${query} agent:online,degraded,offline` : query;
}

function failure(error_class: ErrorClass, repository_server: string | null) {
  const words = REASONS[error_class] ?? "the log has the reason";
  const server = OF_THE_SERVER.has(error_class) ? repository_server : null;
  const text = server === null ? words : words.replace("the storage server", server);
  // A name of a machine keeps its small letter.
  const title = server !== null && text.startsWith(server)
    ? text
    : text.slice(0, 1).toUpperCase() + text.slice(1);
  return { title, server };
}

function sinceOf({ backup_state, backup, agent }: SurveyedHost): number | null {
  if (backup_state === "never") return agent.enrolled_at_ms;
  if (backup_state === "stale") return backup.last_good_backup_at_ms;
  return backup.last_backup_at_ms;
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.min(a, b);
}
