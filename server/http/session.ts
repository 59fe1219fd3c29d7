/** @module Finds out who asks, from the session cookie. */
import type { Middleware } from "fresh";
import { actorOf } from "../auth/sessions.ts";
import type { State } from "../state.ts";
import { readSessionToken } from "./session_cookie.ts";

/** Fills `session`, `actor` and `csrf_token` for somebody who is signed in. */
export const loadSession: Middleware<State> = (ctx) => {
  const { state } = ctx;
  const token = readSessionToken(ctx.req.headers, state.services.config);
  const session = token === undefined ? undefined : state.services.sessions.find(token);
  if (session !== undefined) {
    state.session = session;
    state.actor = actorOf(session.user, state.ip);
    state.csrf_token = state.services.sessions.csrfToken(session);
  }
  return ctx.next();
};
