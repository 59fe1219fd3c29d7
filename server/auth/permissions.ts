/** @module Who may do what. Pure. The one table of roles; route_access.ts maps routes to it. */
import { AppError } from "../errors.ts";
import type { Role } from "../protocol/entities.ts";

/** Whoever asks for something. Agents and the server itself have no role. */
export interface Actor {
  kind: "user" | "agent" | "system";
  id: string | null;
  name: string;
  role: Role | null;
  ip: string | null;
}

export const SYSTEM: Actor = { kind: "system", id: null, name: "system", role: null, ip: null };

/** The least role for each action. */
const LEAST_ROLE = {
  "fleet.read": "viewer",
  "host.read": "viewer",
  "job.read": "viewer",
  "snapshot.read": "viewer",
  "audit.read": "viewer",
  "job.start": "operator",
  "job.cancel": "operator",
  "backup_set.edit": "operator",
  "schedule.read": "viewer",
  "schedule.edit": "operator",
  "host.pause": "operator",
  "host.add": "admin",
  "host.edit": "admin",
  "host.remove": "admin",
  "repository.probe": "operator",
  "repository.accept": "admin",
  "repository.initialise": "admin",
  "credentials.edit": "admin",
  "user.manage": "admin",
} as const satisfies Record<string, Role>;

export type Action = keyof typeof LEAST_ROLE;

const RANK: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 };

/** True if `role` is at least `least`. */
export function isAtLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** True if the actor may do this. The system may do everything, an agent nothing of this table. */
export function can(actor: Actor | undefined, action: Action): boolean {
  if (actor === undefined) return false;
  if (actor.kind === "system") return true;
  return actor.role !== null && isAtLeast(actor.role, LEAST_ROLE[action]);
}

/** @throws {AppError} unauthenticated or forbidden */
export function demand(actor: Actor | undefined, action: Action): void {
  if (can(actor, action)) return;
  if (actor === undefined) throw new AppError("unauthenticated", "Sign in first");
  throw new AppError("forbidden", `This needs the role ${LEAST_ROLE[action]}`, {
    hint: "Ask an administrator",
  });
}
