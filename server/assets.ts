/** @module Files that are served or embedded: the agent's one file, the install script, styles, islands. */
import type { Build, StaticFile } from "./fresh/build.ts";

export interface Asset {
  body: Uint8Array<ArrayBuffer>;
  content_type: string;
  /** Hex SHA-256 of the body. */
  sha256: string;
}

export interface Assets {
  /**
   * A file by its name in the build: `agent.js` and `install.sh`, which only routes serve, or a static
   * file without its leading slash, as `styles.css` and `icons.svg`.
   */
  find(name: string): Asset | undefined;
}

/** The files of a build, and others that are not served by themselves, by name. */
export function assetsOf(build: Build, others: Map<string, StaticFile>): Assets {
  return { find: (name) => others.get(name) ?? build.files.get(`/${name}`) };
}
