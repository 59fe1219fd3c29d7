/** @module The web application: middlewares in order, then the files under routes/. */
import { App, type Middleware, staticFiles } from "fresh";
import { type Build, setBuild } from "./fresh/build.ts";
import { middlewares } from "./http/middlewares.ts";
import type { Services } from "./services.ts";
import type { State } from "./state.ts";

export type Handler = (request: Request, info?: Deno.ServeHandlerInfo) => Promise<Response>;

/** The app's handler for `Deno.serve`, and for tests without a port. */
export function createApp(services: Services, build: Build): Handler {
  return appOf(middlewares(services), build).handler();
}

/** The same with any middlewares; `staticFiles` runs after them, so that its answers get their headers. */
export function appOf(before: Middleware<State>[], build: Build): App<State> {
  const app = new App<State>();
  setBuild(app, build);
  return app.use(...(before as [Middleware<State>])).use(staticFiles()).fsRoutes();
}
