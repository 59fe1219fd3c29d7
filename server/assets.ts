/** @module Files that are served or embedded: the agent's one file, the install script, styles, islands. */

export interface Asset {
  body: Uint8Array<ArrayBuffer>;
  content_type: string;
  /** Hex SHA-256 of the body. */
  sha256: string;
}

export interface Assets {
  /** A file by its name in the build: `agent.js`, `install.sh`, `app.css`, `icons.svg`, `islands/…`. */
  find(name: string): Asset | undefined;
}
