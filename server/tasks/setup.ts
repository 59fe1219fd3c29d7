/**
 * @module Set-up: finds or fetches the programs that the demo and the tests run beside our own code.
 * Idempotent; prints each step; a step that cannot be done says exactly what to install.
 *
 * restic and rest-server: `.tools/bin`, then PATH; else from Debian's newer suites by apt into
 * `.tools` (no root, nothing of the system is touched); else built with Go. Chromium and curl (tests
 * only): PATH; else Debian's packages, for which apt needs root. Caddy and nginx: setup_proxies.ts.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { RESTIC_FLOOR } from "../protocol/version.ts";

export interface Tools {
  restic: string;
  rest_server: string;
}

/** A step of the set-up that cannot be done here; the message says what to install. */
export class SetupError extends Error {}

const GO_RESTIC = "github.com/restic/restic/cmd/restic@v0.19.1";
const GO_REST_SERVER = "github.com/restic/rest-server/cmd/rest-server@v0.14.0";
const REST_SERVER_FLOOR = "0.13.0";

/** The project's own folder. */
export function projectDir(): string {
  return dirname(dirname(dirname(fileURLToPath(import.meta.url))));
}

/** Finds restic and rest-server, fetching what is missing. `say` gets one line per step. */
export async function setUp(say: (line: string) => void): Promise<Tools> {
  const dir = join(projectDir(), ".tools");
  const bin = join(dir, "bin");
  let restic = await findAtLeast(["restic"], bin, RESTIC_FLOOR);
  let rest_server = await findAtLeast(
    ["rest-server", "restic-rest-server"],
    bin,
    REST_SERVER_FLOOR,
  );
  if (restic === undefined || rest_server === undefined) {
    await Deno.mkdir(bin, { recursive: true });
    let reason = await fromDebian(dir, say);
    if (reason !== undefined) {
      say(`not from Debian: ${reason}`);
      reason = await fromGo(bin, say);
    }
    restic = await findAtLeast(["restic"], bin, RESTIC_FLOOR);
    rest_server = await findAtLeast(["rest-server", "restic-rest-server"], bin, REST_SERVER_FLOOR);
    if (restic === undefined || rest_server === undefined) {
      throw new SetupError(
        `restic ${RESTIC_FLOOR} or newer and rest-server ${REST_SERVER_FLOOR} or newer are needed` +
          `${reason === undefined ? "" : ` (${reason})`}. Install both so that they are on PATH:` +
          ` on Debian 13 "apt-get install restic restic-rest-server", with Go "go install ${GO_RESTIC}"` +
          ` and "go install ${GO_REST_SERVER}".`,
      );
    }
  }
  say(`restic ${restic.version} at ${restic.path}`);
  say(`rest-server ${rest_server.version} at ${rest_server.path}`);
  return { restic: restic.path, rest_server: rest_server.path };
}

/** The path of a Chromium for the browser tests, installing Debian's package when root. */
export async function setUpChromium(say: (line: string) => void): Promise<string> {
  return await setUpPackage("chromium", ["chromium", "chromium-browser", "google-chrome"], say);
}

/** The path of curl, which the install script's tests run, installing Debian's package when root. */
export async function setUpCurl(say: (line: string) => void): Promise<string> {
  return await setUpPackage("curl", ["curl"], say);
}

/** The first of `names` on PATH; else that after installing a package of Debian's. @throws {SetupError} */
async function setUpPackage(
  debian_package: string,
  names: string[],
  say: (line: string) => void,
): Promise<string> {
  let path = await firstOnPath(names);
  if (path === undefined && Deno.build.os === "linux" && Deno.uid() === 0) {
    say(`${debian_package} is missing: installing Debian's package`);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["-qq", "update"], { env });
    await run("apt-get", ["-qq", "install", "-y", "--no-install-recommends", debian_package], {
      env,
    });
    path = await firstOnPath(names);
  }
  if (path === undefined) {
    throw new SetupError(
      `The tests need ${debian_package}: on Debian, as root, "apt-get install ${debian_package}".`,
    );
  }
  say(`${debian_package} at ${path}`);
  return path;
}

async function firstOnPath(names: string[]): Promise<string | undefined> {
  for (const name of names) {
    const path = await onPath(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** Takes both programs from Debian sid without root. Returns why not, or undefined when done. */
async function fromDebian(dir: string, say: (line: string) => void): Promise<string | undefined> {
  if (await onPath("apt-get") === undefined || await onPath("dpkg") === undefined) {
    return "this is not Debian";
  }
  say("restic or rest-server is missing: taking Debian's newer packages into .tools (no root)");
  const scratch = ["lists", "cache", "unpacked", "sources.list"].map((name) => join(dir, name));
  try {
    await takeDebs(dir);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    for (const left of scratch) await Deno.remove(left, { recursive: true }).catch(ignoreMissing);
  }
  return undefined;
}

/** Downloads and unpacks both packages with an apt that knows only `dir`. @throws {SetupError} */
async function takeDebs(dir: string): Promise<void> {
  const lists = join(dir, "lists");
  const cache = join(dir, "cache");
  const unpacked = join(dir, "unpacked");
  await Deno.mkdir(join(lists, "partial"), { recursive: true });
  await Deno.mkdir(join(cache, "archives", "partial"), { recursive: true });
  const own = [`Dir::State::lists=${lists}`, `Dir::Cache=${cache}`, "APT::Sandbox::User=root"]
    .flatMap((option) => ["-o", option]);
  const mirror = await debianMirror([]) ?? await debianMirrorAfterUpdate(own);
  if (mirror === undefined) throw new SetupError("apt knows no Debian mirror here");
  const sources = join(dir, "sources.list");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await Deno.writeTextFile(sources, `deb [signed-by=${keyring}] ${mirror} sid main\n`);
  const options = own.concat([
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]));
  await run("apt-get", [...options, "-qq", "update"]);
  await run("apt-get", [...options, "-qq", "download", "restic", "restic-rest-server"], {
    cwd: dir,
  });
  for await (const { name } of Deno.readDir(dir)) {
    if (!name.endsWith(".deb")) continue;
    await run("dpkg", ["-x", join(dir, name), unpacked]);
    await Deno.remove(join(dir, name));
  }
  const from = join(unpacked, "usr", "bin");
  await Deno.rename(join(from, "restic"), join(dir, "bin", "restic"));
  await Deno.rename(join(from, "restic-rest-server"), join(dir, "bin", "rest-server"));
}

/** The address of the first Debian mirror that apt is set up with, once it has lists. */
async function debianMirror(options: string[]): Promise<string | undefined> {
  const { stdout } = await run("apt-get", [
    ...options,
    "indextargets",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
    "Origin: Debian",
  ]);
  return stdout.split("\n").find((line) => line !== "" && !line.includes("security"));
}

/** As {@link debianMirror} where apt never fetched a list: fetches them into our own folder. */
async function debianMirrorAfterUpdate(own: string[]): Promise<string | undefined> {
  await run("apt-get", [...own, "-qq", "update"]);
  return await debianMirror(own);
}

/** Builds both programs with Go. Returns why not, or undefined when done. */
async function fromGo(bin: string, say: (line: string) => void): Promise<string | undefined> {
  if (await onPath("go") === undefined) return "neither Debian's apt nor Go is here";
  say("building restic and rest-server with Go");
  try {
    for (const module of [GO_RESTIC, GO_REST_SERVER]) {
      await run("go", ["install", module], { env: { GOBIN: bin } });
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

interface Found {
  path: string;
  version: string;
}

/** The first of `names` in `bin` or on PATH whose version is at least `floor`. */
async function findAtLeast(
  names: string[],
  bin: string,
  floor: string,
): Promise<Found | undefined> {
  for (const name of names) {
    for (const path of [join(bin, name), await onPath(name)]) {
      if (path === undefined || !await isFile(path)) continue;
      const version = await versionOf(path);
      if (version !== undefined && compareVersions(version, floor) >= 0) return { path, version };
    }
  }
  return undefined;
}

/** The first x.y.z that the program prints of itself; undefined if it cannot be run. */
async function versionOf(path: string): Promise<string | undefined> {
  for (const argument of ["version", "--version"]) {
    try {
      const { stdout, stderr } = await run(path, [argument]);
      const match = /\d+\.\d+\.\d+/.exec(stdout + stderr);
      if (match !== null) return match[0];
    } catch (error) {
      if (!(error instanceof SetupError)) throw error; // It runs, but not so: try the next way.
    }
  }
  return undefined;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Where PATH has a program. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const dir of (Deno.env.get("PATH") ?? "").split(":")) {
    if (dir !== "" && await isFile(join(dir, name))) return join(dir, name);
  }
  return undefined;
}

/** True if there is such a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // Not there, or not ours to see: either way it cannot be used.
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Runs a program to its end. @throws {SetupError} if it fails, with the end of what it said */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<{ stdout: string; stderr: string }> {
  const output = await new Deno.Command(program, { args, stdin: "null", ...options }).output();
  const stdout = new TextDecoder().decode(output.stdout);
  const stderr = new TextDecoder().decode(output.stderr);
  if (output.success) return { stdout, stderr };
  const said = stderr.trim().split("\n").slice(-3).join(" ");
  throw new SetupError(`"${program} ${args.at(-1) ?? ""}" exited ${output.code}: ${said}`);
}

/** Prints a set-up failure as one line and ends the program; anything else is thrown on. */
export function failSetup(error: unknown): never {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`set-up: ${error.message}\n`);
  Deno.exit(1);
}

if (import.meta.main) {
  const say = (line: string) => process.stdout.write(`set-up: ${line}\n`);
  try {
    await setUp(say);
    if (Deno.args.includes("--tests")) {
      await setUpChromium(say);
      await setUpCurl(say);
      const { setUpProxies } = await import("./setup_proxies.ts");
      await setUpProxies(say);
    }
  } catch (error) {
    failSetup(error);
  }
}
