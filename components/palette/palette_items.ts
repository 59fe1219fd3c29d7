/** @module What the command palette lists, made from the server's answer. Pure. */
import { paths } from "../../server/protocol/paths.ts";
import type { PaletteAction, SearchAnswer } from "../../server/protocol/rest.ts";
import { ago, count, shortId } from "../format.ts";
import type { IconName } from "../Icon.tsx";
import { ACCOUNT, PLACES } from "../places.ts";
import { JOB_KINDS, type Tone, wordOf } from "../vocabulary.ts";

export interface PaletteItem {
  key: string;
  icon: IconName;
  tone?: Tone;
  /** The icon's word, where no text says it. */
  state?: string;
  /** What it is called, and what stands behind the name. */
  name: string;
  mono?: boolean;
  about: string;
  aside: string;
  /** Where it leads; an action has its own address. */
  href?: string;
  action?: PaletteAction;
  /** Whose actions Tab opens. */
  host?: { id: string; name: string };
}

export interface PaletteGroup {
  title: string;
  items: PaletteItem[];
}

export interface ItemsOptions {
  text: string;
  now_ms: number;
  /** The theme that is shown: no action leads to where one is. */
  theme: "light" | "dark";
  scoped: boolean;
  /** Ids of what was looked at lately. */
  recent: readonly string[];
}

/** The groups in their order; empty ones are left out. */
export function groupsOf(answer: SearchAnswer, options: ItemsOptions): PaletteGroup[] {
  const { now_ms, scoped } = options;
  const text = options.text.trim();
  const actions = answer.actions.filter(({ fields }) => fields["theme"] !== options.theme)
    .map((action) => actionItem(action, scoped));
  const found = answer.jobs.length + answer.snapshots.length + answer.hosts.length +
    answer.pages.length + actions.length;
  const groups: PaletteGroup[] = [
    {
      title: text !== ""
        ? "Hosts"
        : answer.hosts.some(({ id }) => options.recent.includes(id))
        ? "Seen lately"
        : "Longest without a good backup",
      items: [...hostItems(answer, now_ms), ...moreHosts(answer, text)],
    },
    { title: "Actions", items: text === "" && !scoped ? [] : actions },
    {
      title: "Jobs and snapshots",
      items: [...jobItems(answer, now_ms), ...snapshotItems(answer, now_ms)],
    },
    { title: "Pages", items: answer.pages.map(pageItem) },
    { title: "Actions", items: text === "" && !scoped ? actions : [] },
    { title: "Instead", items: found === 0 && !scoped ? instead(text) : [] },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

function hostItems({ hosts }: SearchAnswer, now_ms: number): PaletteItem[] {
  return hosts.map((host) => {
    const pending = host.status === "pending";
    const word = wordOf(pending ? "pending" : host.backup_state);
    const good = host.backup_state === "good" || host.backup_state === "gaps";
    const at = good ? host.last_good_backup_at ?? host.last_backup_at : host.last_backup_at;
    const when = pending || at === null ? "" : ` ${ago(Date.parse(at), now_ms)}`;
    return {
      key: `host-${host.id}`,
      icon: word.icon,
      tone: word.tone,
      name: host.name,
      about: `${word.label}${host.backup_state === "stale" ? "" : when}${
        host.status === "offline" ? ", offline" : ""
      }`,
      aside: "Open",
      href: paths.host(host.id),
      host: { id: host.id, name: host.name },
    };
  });
}

function moreHosts({ hosts, total_hosts }: SearchAnswer, text: string): PaletteItem[] {
  if (text === "" || total_hosts <= hosts.length) return [];
  return [hostSearch(text, `all ${count(total_hosts)} hosts`)];
}

function hostSearch(text: string, which: string): PaletteItem {
  return {
    key: "hosts-matching",
    icon: "filter",
    name: `Show ${which} matching “${text}”`,
    about: "",
    aside: "",
    href: `${paths.hosts()}?${new URLSearchParams({ q: text })}`,
  };
}

function instead(text: string): PaletteItem[] {
  return [
    hostSearch(text.replace(/^>\s*/, ""), "hosts"),
    pageItem({ label: "Jobs", href: paths.jobs() }),
    pageItem({ label: "Overview", href: paths.overview() }),
  ];
}

function jobItems({ jobs }: SearchAnswer, now_ms: number): PaletteItem[] {
  return jobs.map((job) => {
    const word = wordOf(job.status);
    return {
      key: `job-${job.id}`,
      icon: word.icon,
      tone: word.tone,
      state: word.label,
      name: shortId(job.id),
      mono: true,
      about: `${JOB_KINDS[job.kind].toLowerCase()}, ${job.host_name}`,
      aside: ago(Date.parse(job.queued_at), now_ms),
      href: paths.job(job.id),
    };
  });
}

function snapshotItems({ snapshots }: SearchAnswer, now_ms: number): PaletteItem[] {
  return snapshots.map((snapshot) => ({
    key: `snapshot-${snapshot.host_id}-${snapshot.id}`,
    icon: "repo",
    name: snapshot.id.slice(0, 8),
    mono: true,
    about: `snapshot of ${snapshot.host_name}`,
    aside: ago(Date.parse(snapshot.time), now_ms),
    href: paths.hostSnapshots(snapshot.host_id),
  }));
}

function pageItem({ label, href }: { label: string; href: string }): PaletteItem {
  const place = [...PLACES, ACCOUNT].find((one) => one.href === href);
  const icon = place?.icon ?? "right";
  return { key: `page-${href}`, icon, name: label, about: "", aside: "", href };
}

const ACTION_ICONS: Record<string, IconName> = {
  "Run now": "play",
  Retry: "retry",
  "Initialise repo": "repo",
  "Install agent": "terminal",
  "Open running job": "job",
  "Open host": "host",
  Snapshots: "calendar",
  Schedules: "bolt",
  "Add schedule": "plus",
  "Pause schedules…": "pause",
  Repository: "repo",
  Jobs: "job",
  Settings: "sliders",
  "Edit settings": "sliders",
  "Add host": "plus",
  "Sign out": "logout",
};

function actionItem(action: PaletteAction, scoped: boolean): PaletteItem {
  const of_host = action.host_name === null || scoped ? "" : `, ${action.host_name}`;
  return {
    key: `action-${action.label}-${action.host_id}`,
    icon: ACTION_ICONS[action.label] ?? "theme",
    name: `${action.label}${action.asks === null ? "" : "…"}`,
    about: action.reason ?? of_host.replace(/^, /, ""),
    aside: "",
    action,
    ...(action.host_id === null || scoped
      ? {}
      : { host: { id: action.host_id, name: action.host_name! } }),
  };
}
