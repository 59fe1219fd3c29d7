/**
 * @module What Fresh's build step knows: file routes, islands and static files. The one door between
 * the framework and how the app was built, so that upstream's own build can take this place.
 */
import type { ComponentType } from "preact";
import type { App } from "./app.ts";
import { setBuildId } from "./asset.ts";

/** A file under routes/, already imported. */
export interface RouteFile {
  /** Path below routes/ without extension: `/hosts/[id]/index`. */
  id: string;
  module: unknown;
}

export interface BuiltIsland {
  name: string;
  component: ComponentType;
  /** Address of its script. */
  url: string;
}

export interface StaticFile {
  body: Uint8Array<ArrayBuffer>;
  content_type: string;
  /** Hex SHA-256 of the body. */
  sha256: string;
  /** The name carries a hash of the content, so browsers may keep it for ever. */
  is_immutable: boolean;
}

export interface Build {
  /** Changes whenever a static file does. */
  id: string;
  routes: RouteFile[];
  islands: BuiltIsland[];
  /** Address of the script that hydrates; empty when there are no islands. */
  boot_url: string;
  /** Static files by path: `/icons.svg`, `/_fresh/JobLog-4F2A.js`. */
  files: Map<string, StaticFile>;
}

const BUILDS = new WeakMap<object, Build>();

export const NO_BUILD: Build = { id: "", routes: [], islands: [], boot_url: "", files: new Map() };

/** Gives an app its build; call it before `app.handler()`. */
export function setBuild<State>(app: App<State>, build: Build): void {
  BUILDS.set(app, build);
  setBuildId(build.id);
}

/** The build of an app, or an empty one. */
export function getBuild(app: object): Build {
  return BUILDS.get(app) ?? NO_BUILD;
}
