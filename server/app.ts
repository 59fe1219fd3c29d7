/** @module The web application: middlewares in order, static files, then the files under routes/. */
import { App, type Context, staticFiles } from "fresh";
import { h, type VNode } from "preact";
import ErrorPage from "../routes/_error.tsx";
import type { AppError } from "./errors.ts";
import { type Build, setBuild } from "./fresh/build.ts";
import { middlewares } from "./http/middlewares.ts";
import type { Services } from "./services.ts";
import type { State } from "./state.ts";

export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** The app's handler for `Deno.serve`, and for tests without a port. */
export function createApp(services: Services, build: Build): Handler {
  const app = new App<State>();
  setBuild(app, build);
  for (const middleware of middlewares(services, { errorPage })) app.use(middleware);
  return app.use(staticFiles()).fsRoutes().handler();
}

function errorPage(ctx: Context<State>, error: AppError): VNode {
  return h(ErrorPage, { ...ctx, data: null, error }) as VNode;
}
