/** @module The one next thing to do with a host, for its row and its page. Pure. */
import { type Actor, can } from "../../server/auth/permissions.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";

/** A link, or a POST to the host's page with `action`. `reason` says why a button is off. */
export type HostAction =
  | { kind: "link"; label: "Install agent" | "View" | "Repository"; href: string }
  | {
    kind: "post";
    label: "Initialise repo" | "Run now" | "Retry";
    action: "init" | "run" | "retry";
    /** What else to know before pressing. */
    note?: string;
    /** Why it cannot be pressed now. */
    reason?: string;
  };

type ActedOn = Pick<
  Host,
  | "id"
  | "status"
  | "current_job_id"
  | "repository_initialised_at"
  | "backup_state"
  | "backup_set"
  | "obstacle"
  | "last_backup_status"
>;

const NO_RESTIC = "restic is not installed on the host: install it first";

/** Undefined where this person may do nothing with the host now. */
export function hostAction(host: ActedOn, actor: Actor): HostAction | undefined {
  if (host.status === "pending") {
    if (!can(actor, "host.add")) return undefined;
    return { kind: "link", label: "Install agent", href: paths.hostInstall(host.id) };
  }
  if (host.current_job_id !== null) {
    return { kind: "link", label: "View", href: paths.job(host.current_job_id) };
  }
  if (!can(actor, "job.start")) return undefined;
  const note = host.status === "offline"
    ? { note: "Offline: the job waits until the host is back" }
    : {};
  if (host.repository_initialised_at === null) {
    if (host.obstacle === "restic_not_found") {
      return { kind: "post", label: "Initialise repo", action: "init", reason: NO_RESTIC };
    }
    if (can(actor, "repository.initialise")) {
      return { kind: "post", label: "Initialise repo", action: "init", ...note };
    }
    return {
      kind: "post",
      label: "Run now",
      action: "run",
      reason: "An administrator initialises the repository first",
    };
  }
  // A backup would fail, or go into a repository that is not the host's: look there first.
  if (host.obstacle === "repository_missing" || host.obstacle === "repository_replaced") {
    return { kind: "link", label: "Repository", href: paths.hostRepository(host.id) };
  }
  const run = host.last_backup_status === "failed" || host.last_backup_status === "interrupted"
    ? { kind: "post", label: "Retry", action: "retry" } as const
    : { kind: "post", label: "Run now", action: "run" } as const;
  if (host.backup_set.paths.length === 0) {
    return { ...run, reason: "It has no paths to back up. Add some under Settings" };
  }
  if (host.obstacle === "restic_not_found") return { ...run, reason: NO_RESTIC };
  return { ...run, ...note };
}
