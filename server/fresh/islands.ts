import { basename } from "node:path";
import type { ComponentType } from "preact";
import type { BuiltIsland } from "./build.ts";

/** The name of the island that a file exports as its default. */
export function islandName(file: string): string {
  return basename(file).replace(/\.tsx?$/, "");
}

/** The islands that one file exports: the default one by the file's name, others as `File.export`. */
export function islandsOf(name: string, url: string, exports: object): BuiltIsland[] {
  return Object.entries(exports)
    .filter(([, value]) => typeof value === "function")
    .map(([key, value]) => ({
      name: key === "default" ? name : `${name}.${key}`,
      component: value as ComponentType,
      url,
    }));
}
