/** @module What every request passes before its route, in order. */
import type { Middleware } from "fresh";
import type { Services } from "../services.ts";
import type { State } from "../state.ts";
import { checkAccess } from "./access.ts";
import { begin } from "./begin.ts";
import { boundBody } from "./body.ts";
import { checkCsrf } from "./csrf.ts";
import { answerErrors, type ErrorPage } from "./errors.ts";
import { gateFirstRun } from "./first_run.ts";
import { readFlash } from "./flash.ts";
import { checkHost } from "./host_check.ts";
import { securityHeaders } from "./security_headers.ts";
import { loadSession } from "./session.ts";
import { readTheme } from "./theme.ts";

export interface MiddlewareOptions {
  errorPage?: ErrorPage;
}

/**
 * The chain. Static files come after it: they get the headers, and pass the gates because no route
 * has their path.
 */
export function middlewares(
  services: Services,
  options: MiddlewareOptions = {},
): Middleware<State>[] {
  return [
    begin(services),
    securityHeaders,
    readTheme,
    readFlash,
    answerErrors(options.errorPage),
    checkHost,
    loadSession,
    gateFirstRun,
    checkAccess,
    boundBody,
    checkCsrf,
  ];
}
