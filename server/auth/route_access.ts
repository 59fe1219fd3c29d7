/**
 * @module THE table of routes: pattern × method → who may come in. A route that is not here is
 * refused; route_access_test.ts compares the table with the files under routes/. This is the outer
 * door: what a signed-in user may do is asked again by the noun (permissions.ts).
 */
import type { Role } from "../protocol/entities.ts";

/**
 * - `always`: everybody, even before the server is set up. Shows and changes nothing of the fleet.
 * - `public`: everybody, once the server is set up.
 * - `agent`: agents with their own credential, checked by the route. Browsers are turned away.
 * - a role: signed-in users of at least that role.
 */
export type Access = "always" | "public" | "agent" | Role;
export type RouteMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Keyed by Fresh's pattern (`ctx.route`). GET stands for HEAD too. */
export const ROUTE_ACCESS: Record<string, Partial<Record<RouteMethod, Access>>> = {
  // Before sign-in
  "/healthz": { GET: "always" },
  "/readyz": { GET: "always" },
  "/setup": { GET: "always", POST: "always" },
  "/theme": { POST: "always" },
  "/login": { GET: "public", POST: "public" },
  "/api/auth/login": { POST: "public" },
  "/install/install.sh": { GET: "public" },
  "/install/agent.js": { GET: "public" },
  "/install/agent.js.sha256": { GET: "public" },
  "/install/restic-manager-agent.service": { GET: "public" },
  "/install/runtime/:target": { GET: "public" },
  "/api/openapi.json": { GET: "public" },

  // Agents
  "/api/agents/identity": { GET: "agent" },
  "/api/agents/enroll": { POST: "agent" },
  "/api/agents/socket": { GET: "agent" },

  // Pages
  "/": { GET: "viewer" },
  "/logout": { POST: "viewer" },
  "/hosts": { GET: "viewer" },
  "/hosts/new": { GET: "admin", POST: "admin" },
  "/hosts/:id": { GET: "viewer", POST: "operator" },
  "/hosts/:id/install": { GET: "admin", POST: "admin" },
  "/hosts/:id/snapshots": { GET: "viewer" },
  "/hosts/:id/schedules": { GET: "viewer", POST: "operator" },
  "/hosts/:id/schedules/:schedule_id": { GET: "viewer", POST: "operator" },
  "/hosts/:id/jobs": { GET: "viewer" },
  "/hosts/:id/repository": { GET: "viewer", POST: "operator" },
  "/hosts/:id/settings": { GET: "viewer", POST: "operator" },
  "/jobs": { GET: "viewer" },
  "/jobs/:id": { GET: "viewer", POST: "operator" },
  "/jobs/:id/log.txt": { GET: "viewer" },
  "/audit": { GET: "viewer" },
  "/account": { GET: "viewer", POST: "viewer" },
  // In development only
  "/dev/components": { GET: "viewer" },

  // REST
  "/api/auth/session": { GET: "viewer" },
  "/api/auth/logout": { POST: "viewer" },
  "/api/account/sessions": { GET: "viewer" },
  "/api/account/sessions/:id": { DELETE: "viewer" },
  "/api/account/password": { POST: "viewer" },
  "/api/users": { GET: "admin", POST: "admin" },
  "/api/audit": { GET: "viewer" },
  "/api/fleet/summary": { GET: "viewer" },
  "/api/events": { GET: "viewer" },
  "/api/search": { GET: "viewer" },
  "/api/hosts": { GET: "viewer", POST: "admin" },
  "/api/hosts/:id": { GET: "viewer", PATCH: "operator", DELETE: "admin" },
  "/api/hosts/:id/enrollment-token": { POST: "admin" },
  "/api/hosts/:id/credentials": { PUT: "admin" },
  "/api/hosts/:id/repo": { GET: "viewer" },
  "/api/hosts/:id/repo/probe": { POST: "operator" },
  "/api/hosts/:id/repo/accept": { POST: "admin" },
  "/api/hosts/:id/snapshots": { GET: "viewer" },
  "/api/hosts/:id/schedules": { GET: "viewer", POST: "operator" },
  "/api/hosts/:id/pause": { PUT: "operator", DELETE: "operator" },
  "/api/schedules/:id": { GET: "viewer", PUT: "operator", DELETE: "operator" },
  "/api/schedules/:id/run": { POST: "operator" },
  "/api/schedules/:id/clone": { POST: "operator" },
  "/api/schedule-preview": { GET: "viewer" },
  "/api/hosts/:id/jobs": { GET: "viewer", POST: "operator" },
  "/api/jobs": { GET: "viewer" },
  "/api/jobs/:id": { GET: "viewer" },
  "/api/jobs/:id/logs": { GET: "viewer" },
  "/api/jobs/:id/stream": { GET: "viewer" },
  "/api/jobs/:id/cancel": { POST: "operator" },
};

/** Who may use a route with a method; undefined if the table does not have it. */
export function accessOf(route: string, method: string): Access | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  return ROUTE_ACCESS[route]?.[asked as RouteMethod];
}

/** The methods of a route, for an Allow header; empty for an unknown route. */
export function methodsOf(route: string): string[] {
  const methods: string[] = Object.keys(ROUTE_ACCESS[route] ?? {});
  return methods.includes("GET") ? ["GET", "HEAD", ...methods.filter((m) => m !== "GET")] : methods;
}
