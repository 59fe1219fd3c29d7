/** @module What every route finds in `ctx.state`, put there by the middlewares in server/http/. */
import { createDefine } from "fresh";
import type { Actor } from "./auth/permissions.ts";
import type { Session } from "./auth/sessions.ts";
import type { Services } from "./services.ts";

export interface Flash {
  tone: "ok" | "warn" | "fail";
  title: string;
  text?: string;
}

export interface State {
  services: Services;
  request_id: string;
  /** The client's address, through trusted proxies only. */
  ip: string;
  /** Of this answer's Content-Security-Policy; the renderer puts it on its scripts. */
  nonce: string;
  /** Undefined for a visitor who is not signed in. */
  actor: Actor | undefined;
  session: Session | undefined;
  /** Empty for a visitor. */
  csrf_token: string;
  theme: "light" | "dark" | undefined;
  /** A message for the page, once, set by the request before. */
  flash: Flash | undefined;
}

export const define = createDefine<State>();
