/**
 * @module The query over hosts: `state:failed,stale tag:prod os:windows seen:>7d web`. Words after each
 * other all have to hold, words between commas are alternatives, anything without a colon is text.
 * Pure.
 */
import { AgentState, BackupState, ErrorClass, HostOs, Obstacle } from "../protocol/entities.ts";

/** What a query looks at. */
export interface QueriedHost {
  name: string;
  agent_hostname: string | null;
  os: string;
  tags: string[];
  status: AgentState;
  backup_state: BackupState;
  obstacle: Obstacle | null;
  last_seen_at_ms: number | null;
  /** Of the last backup, where it did not plainly succeed. */
  error_class: string | null;
  /** The server that the repository is on. */
  repository_server: string | null;
}

export type HostTest = (host: QueriedHost, now_ms: number) => boolean;

export interface HostQuery {
  tests: HostTest[];
  /** Why the query cannot be followed, and what can be asked instead. */
  problem?: string;
}

const DAY_S = 86_400;
const SECONDS: Record<string, number> = { m: 60, h: 3600, d: DAY_S, w: 7 * DAY_S };

/** What people write for the words of the model. */
const STATE_WORDS: Record<string, BackupState> = { overdue: "stale", ok: "good" };

const oneOf = (words: readonly string[], of: (host: QueriedHost) => string | null) =>
(
  values: string[],
): HostTest | string => {
  const wrong = values.find((value) => !words.includes(value));
  if (wrong !== undefined) return `"${wrong}" is none of ${words.join(", ")}`;
  return (host) => values.includes(of(host) ?? "");
};

const KEYS: Record<string, (values: string[]) => HostTest | string> = {
  state(values) {
    const words = values.map((value) => STATE_WORDS[value] ?? value);
    return oneOf(BackupState.options, (host) => host.backup_state)(words);
  },
  agent: oneOf(AgentState.options, (host) => host.status),
  os: oneOf(HostOs.options, (host) => host.os),
  error: oneOf(ErrorClass.options, (host) => host.error_class),
  blocked: oneOf(["none", ...Obstacle.options], (host) => host.obstacle ?? "none"),
  tag: (values) => (host) =>
    values.some((value) =>
      host.tags.some((tag) => tag.toLowerCase() === value) ||
      (value === "none" && host.tags.length === 0)
    ),
  server: (values) => (host) => values.includes(host.repository_server ?? ""),
  seen(values) {
    const [, sign, amount, unit] = /^([<>])(\d{1,6})([mhdw])$/.exec(values[0] ?? "") ?? [];
    if (values.length !== 1 || sign === undefined) {
      return "seen takes a time, as seen:>7d or seen:<90m";
    }
    const limit_ms = Number(amount) * SECONDS[unit!]! * 1000;
    return (host, now_ms) => {
      const silent_ms = now_ms - (host.last_seen_at_ms ?? 0);
      return sign === ">" ? silent_ms > limit_ms : silent_ms < limit_ms;
    };
  },
};

/** Reads a query. What it does not understand is a problem, never ignored: nothing matches then. */
export function parseHostQuery(text: string): HostQuery {
  const tests: HostTest[] = [];
  for (const word of wordsOf(text.toLowerCase())) {
    const [, key, value] = /^([a-z]+):(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      const wanted = word.replaceAll('"', "");
      if (wanted !== "") tests.push((host) => says(host, wanted));
      continue;
    }
    const build = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (build === undefined) {
      const keys = Object.keys(KEYS).join(", ");
      return { tests: [], problem: `There is no filter "${key}". There are ${keys}` };
    }
    const values = value!.replaceAll('"', "").split(",").filter((one) => one !== "");
    if (values.length === 0) return { tests: [], problem: `${key}: wants a value after the colon` };
    const test = build(values);
    if (typeof test === "string") return { tests: [], problem: sentence(key, test) };
    tests.push(test);
  }
  return { tests };
}

/** A value as one word of a query. */
export function queryWord(key: string, value: string): string {
  return /[\s"]/.test(value) ? `${key}:"${value.replaceAll('"', "")}"` : `${key}:${value}`;
}

function sentence(key: string, problem: string): string {
  return problem.startsWith('"') ? `${key}: ${problem}` : problem;
}

function says(host: QueriedHost, text: string): boolean {
  return host.name.toLowerCase().includes(text) ||
    (host.agent_hostname ?? "").toLowerCase().includes(text) ||
    host.tags.some((tag) => tag.toLowerCase().includes(text));
}

/** Parts between blanks; a blank inside quotation marks parts nothing. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
}
