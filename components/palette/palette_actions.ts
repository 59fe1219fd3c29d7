/** @module What somebody may do, for the command palette: with a host, and anywhere. Pure. */
import { type Actor, can } from "../../server/auth/permissions.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { PaletteAction } from "../../server/protocol/rest.ts";
import { shortList } from "../format.ts";
import { hostAction } from "../hosts/host_action.ts";

const LINK = {
  method: "GET",
  fields: {},
  asks: null,
  reason: null,
  key: null,
} satisfies Partial<PaletteAction>;
const OF_NO_HOST = { host_id: null, host_name: null };

/** Everything this person may do with a host, the next step first. */
export function hostActions(host: Host, actor: Actor): PaletteAction[] {
  const of_host = { host_id: host.id, host_name: host.name };
  const link = (label: string, href: string, key: string | null = null): PaletteAction => ({
    ...LINK,
    ...of_host,
    label,
    href,
    key,
  });
  const settings = can(actor, "backup_set.edit") ? "Edit settings" : "Settings";
  return [
    ...nextStep(host, actor).map((step) => ({ ...step, ...of_host })),
    link("Open host", paths.host(host.id)),
    link("Snapshots", paths.hostSnapshots(host.id)),
    link("Schedules", paths.hostSchedules(host.id)),
    link("Jobs", paths.hostJobs(host.id)),
    link("Repository", paths.hostRepository(host.id)),
    link(settings, paths.hostSettings(host.id), "e"),
    ...(can(actor, "schedule.edit") ? [link("Add schedule", paths.addSchedule(host.id))] : []),
    ...(can(actor, "host.pause") && host.schedule_count > 0 && host.paused === null
      ? [link("Pause schedules…", `${paths.hostSchedules(host.id)}?pause`)]
      : []),
  ];
}

function nextStep(host: Host, actor: Actor): PaletteAction[] {
  const action = hostAction(host, actor);
  if (action === undefined) return [];
  const of_host = { host_id: host.id, host_name: host.name };
  if (action.kind === "link") {
    const label = action.label === "View" ? "Open running job" : action.label;
    return [{ ...LINK, ...of_host, label, href: action.href }];
  }
  const note = action.note === undefined ? "" : ` ${action.note}.`;
  const asks = action.action === "init"
    ? {
      title: `Initialise the repository of ${host.name}?`,
      text: `This makes an empty repository at its address. What lies there stays.${note}`,
    }
    : {
      title: `${action.label === "Retry" ? "Retry the backup of" : "Back up"} ${host.name} now?`,
      text: `It takes ${shortList(host.backup_set.paths)}.${note}`,
    };
  return [{
    ...of_host,
    label: action.label,
    method: "POST",
    href: paths.host(host.id),
    fields: { action: action.action },
    asks,
    reason: action.reason ?? null,
    key: action.action === "init" ? null : "r",
  }];
}

/** What can be done anywhere. */
export function generalActions(actor: Actor): PaletteAction[] {
  const theme = (label: string, theme: string): PaletteAction => ({
    ...LINK,
    ...OF_NO_HOST,
    label,
    method: "POST",
    href: paths.theme(),
    fields: { theme },
  });
  const add: PaletteAction = { ...LINK, ...OF_NO_HOST, label: "Add host", href: paths.addHost() };
  const sign_out: PaletteAction = {
    ...LINK,
    ...OF_NO_HOST,
    label: "Sign out",
    method: "POST",
    href: paths.logout(),
  };
  return [
    ...(can(actor, "host.add") ? [add] : []),
    theme("Dark theme", "dark"),
    theme("Light theme", "light"),
    sign_out,
  ];
}

/** True if the action is called so. "Run now" finds a retry too: it is the same to whoever types. */
export function isCalled(action: PaletteAction, words: string): boolean {
  const names = action.fields["action"] === "retry" ? [action.label, "Run now"] : [action.label];
  return names.some((name) => name.toLowerCase().startsWith(words));
}
