/**
 * @module The environment and the secret files of one restic run (pure). restic inherits only what
 * is listed here; a RESTIC_* variable of the agent never reaches it.
 */
import type { RepositoryAccess } from "./restic.ts";
import { compareVersions } from "./versions.ts";

const INHERITED = new Set([
  "PATH",
  "HOME",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "TZ",
  "LANG",
]);

/** Without these a program does not start or finds no temporary folder on Windows. */
const INHERITED_WINDOWS = new Set([
  ...[...INHERITED].map((name) => name.toUpperCase()),
  "TMP",
  "TEMP",
  "SYSTEMROOT",
  "SYSTEMDRIVE",
  "WINDIR",
  "USERPROFILE",
  "LOCALAPPDATA",
  "APPDATA",
  "PROGRAMDATA",
  "PATHEXT",
]);

/** From here on restic takes the REST user and password by environment. */
const REST_ENVIRONMENT_SINCE = "0.16.1";

/** What goes into the 0600 files of a run. */
export interface SecretFiles {
  repository: string;
  password: string;
}

/** The contents of the files for RESTIC_REPOSITORY_FILE and RESTIC_PASSWORD_FILE. */
export function secretFiles(access: RepositoryAccess, version: string): SecretFiles {
  const embed = access.rest_username !== null && !takesRestEnvironment(version);
  const address = access.url.replace(/^rest:/, "");
  return {
    repository: `rest:${embed ? withCredentials(address, access) : address}`,
    password: access.password,
  };
}

/** All variables of the child: the allow-listed ones of `parent` and restic's own. */
export function childEnvironment(
  access: RepositoryAccess,
  options: {
    parent: Record<string, string>;
    files: { repository: string; password: string; temporary: string };
    cache_dir: string;
    version: string;
    windows: boolean;
  },
): Record<string, string> {
  const { parent, files, windows } = options;
  const inherited = Object.entries(parent).filter(([name]) =>
    windows ? INHERITED_WINDOWS.has(name.toUpperCase()) : INHERITED.has(name)
  );
  return {
    // The service's sandbox lets nobody write to /tmp, and restic needs room for its packs.
    ...(windows ? {} : { TMPDIR: files.temporary }),
    ...Object.fromEntries(inherited),
    RESTIC_REPOSITORY_FILE: files.repository,
    ...passwordVariable(access.password, files.password),
    RESTIC_CACHE_DIR: options.cache_dir,
    RESTIC_PROGRESS_FPS: "1",
    ...(access.rest_username !== null && takesRestEnvironment(options.version)
      ? {
        RESTIC_REST_USERNAME: access.rest_username,
        RESTIC_REST_PASSWORD: access.rest_password ?? "",
      }
      : {}),
  };
}

/** restic trims the password file, so a password with blanks at its ends goes by variable. */
function passwordVariable(password: string, file: string): Record<string, string> {
  return password === password.trim()
    ? { RESTIC_PASSWORD_FILE: file }
    : { RESTIC_PASSWORD: password };
}

function takesRestEnvironment(version: string): boolean {
  return compareVersions(version, REST_ENVIRONMENT_SINCE) >= 0;
}

function withCredentials(address: string, access: RepositoryAccess): string {
  const user = encodeURIComponent(access.rest_username ?? "");
  const password = encodeURIComponent(access.rest_password ?? "");
  return address.replace(/^([a-z+]+:\/\/)/, `$1${user}:${password}@`);
}
