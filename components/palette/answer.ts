/** @module The answer to a search: what was found, and what its asker may open and do. */
import type { Actor } from "../../server/auth/permissions.ts";
import type { Found, Search } from "../../server/fleet/search.ts";
import type { Host } from "../../server/protocol/entities.ts";
import type { PaletteAction, SearchAnswer, SearchQuery } from "../../server/protocol/rest.ts";
import { paths } from "../../server/protocol/paths.ts";
import { ACCOUNT, PLACES } from "../places.ts";
import { generalActions, hostActions, isCalled } from "./palette_actions.ts";

const ACTIONS_MAX = 10;
const RECENT_MAX = 8;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NOTHING: Found = { hosts: [], total_hosts: 0, jobs: [], snapshots: [], schedules: [] };

/** Whose doors are asked, and for whom. */
export interface Asked {
  search: Search;
  actor: Actor;
  /** The host that the query is about alone. */
  host?: Host;
}

/** At most ten statements, whatever is asked. */
export function answerOf(asked: Asked, query: SearchQuery): SearchAnswer {
  const { search, actor, host } = asked;
  const text = query.q.trim().toLowerCase();
  if (host !== undefined) {
    const actions = hostActions(host, actor)
      .filter((action) => action.label.toLowerCase().includes(text));
    return answer(NOTHING, [], actions);
  }
  const recent = (query.recent ?? "").split(",").filter((id) => ID.test(id)).slice(0, RECENT_MAX);
  if (text === "") {
    return answer(search.recent(actor, recent), pages(""), generalActions(actor));
  }
  if (text.startsWith(">")) {
    const words = text.slice(1).trim();
    return answer(NOTHING, [], commands({ ...asked, recent }, words));
  }
  const found = search.find(actor, query.q);
  const best = found.hosts[0];
  const actions = best === undefined
    ? commands({ ...asked, recent }, text)
    : [...hostActions(best, actor), ...general(actor, text)];
  return answer(found, [...schedulePages(found), ...pages(text)], actions);
}

function schedulePages({ schedules }: Found): SearchAnswer["pages"] {
  return schedules.map(({ id, host_id, name, host_name }) => ({
    label: `Schedule ${name}, ${host_name}`,
    href: paths.schedule(host_id, id),
  }));
}

function answer(
  found: Found,
  pages: SearchAnswer["pages"],
  actions: PaletteAction[],
): SearchAnswer {
  return {
    total_hosts: found.total_hosts,
    snapshots: found.snapshots,
    hosts: found.hosts.map((host) => ({
      id: host.id,
      name: host.name,
      status: host.status,
      backup_state: host.backup_state,
      last_backup_at: host.last_backup_at,
      last_good_backup_at: host.last_good_backup_at,
    })),
    jobs: found.jobs.map(({ id, host_id, host_name, kind, status, queued_at }) => ({
      ...{ id, host_id, host_name, kind, status, queued_at },
    })),
    pages,
    actions: actions.slice(0, ACTIONS_MAX),
  };
}

function pages(text: string): SearchAnswer["pages"] {
  return [...PLACES, ACCOUNT].filter(({ label }) => label.toLowerCase().includes(text))
    .map(({ label, href }) => ({ label, href }));
}

function general(actor: Actor, text: string): PaletteAction[] {
  return generalActions(actor).filter(({ label }) => label.toLowerCase().includes(text));
}

/** "run now db": an act by its name and a host; or a host alone, and all that can be done with it. */
function commands(asked: Asked & { recent: string[] }, text: string): PaletteAction[] {
  const { search, actor, recent } = asked;
  const everywhere = general(actor, text);
  if (text === "") return [...everywhere, ...first(search.recent(actor, recent).hosts, actor)];
  const words = text.split(/\s+/);
  for (let n = Math.min(words.length, 3); n > 0; n--) {
    const verb = words.slice(0, n).join(" ");
    if (!VERBS.some((one) => one.startsWith(verb))) continue;
    const rest = words.slice(n).join(" ");
    const hosts = rest === "" ? search.recent(actor, recent).hosts : search.hosts(actor, rest);
    const called = hosts.flatMap((host) => hostActions(host, actor))
      .filter((action) => isCalled(action, verb));
    if (called.length > 0) return [...everywhere, ...called];
  }
  const [best, ...others] = search.hosts(actor, text);
  if (best === undefined) return everywhere;
  return [...everywhere, ...hostActions(best, actor), ...first(others, actor)];
}

/** The next step of each host. */
function first(hosts: Host[], actor: Actor): PaletteAction[] {
  return hosts.flatMap((host) => hostActions(host, actor).slice(0, 1));
}

/** What an act on a host can be called. */
const VERBS = [
  "run now",
  "retry",
  "initialise repo",
  "install agent",
  "open running job",
  "open host",
  "snapshots",
  "schedules",
  "add schedule",
  "pause schedules",
  "jobs",
  "repository",
  "settings",
  "edit settings",
];
