/** @module Who may open an agent's socket. Decided before the upgrade, from the headers alone. */
import { AppError } from "../errors.ts";
import type { Hosts } from "../hosts/hosts.ts";

export interface AuthenticatedAgent {
  host: { id: string; name: string };
  /** False once the host was enrolled anew or removed: asked again when the socket is open. */
  isStillGood(): boolean;
}

/**
 * The host of a request's bearer. Whatever a browser would add is refused: a page must never be able
 * to open this socket. @throws {AppError} unauthenticated, forbidden
 */
export function authenticateAgent(hosts: Hosts, headers: Headers): AuthenticatedAgent {
  if (headers.has("origin") || headers.has("cookie")) {
    throw new AppError("forbidden", "This address is for agents, not for browsers");
  }
  const bearer = /^Bearer (rma_[\w-]+)$/.exec(headers.get("authorization") ?? "")?.[1];
  const host = bearer === undefined ? undefined : hosts.byBearer(bearer);
  if (host === undefined) {
    throw new AppError("unauthenticated", "This agent's credential is not known here", {
      hint: "Enrol the agent again with a new token from the host's page",
    });
  }
  return { host, isStillGood: () => hosts.byBearer(bearer!)?.id === host.id };
}
