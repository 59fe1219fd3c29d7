/**
 * @module Set-up for the tests: Debian's Caddy and nginx, from PATH or unpacked below `.tools/` (no
 * root, nothing of the system is touched).
 */
import { join } from "node:path";
import { isFile, onPath, projectDir, run, SetupError } from "./setup.ts";

/** Where the two programs are. */
export interface Proxies {
  caddy: string;
  nginx: string;
}

const WHERE = { caddy: "usr/bin/caddy", nginx: "usr/sbin/nginx" } as const;
type Name = keyof typeof WHERE;

/** Finds both, fetching what is missing. @throws {SetupError} that says what to install */
export async function setUpProxies(say: (line: string) => void): Promise<Proxies> {
  return { caddy: await setUpOne("caddy", say), nginx: await setUpOne("nginx", say) };
}

async function setUpOne(name: Name, say: (line: string) => void): Promise<string> {
  const dir = join(projectDir(), ".tools", "proxies");
  const unpacked = join(dir, WHERE[name]);
  // Debian has nginx where only root's PATH looks.
  const system = await onPath(name) ?? join("/", WHERE[name]);
  let path = await isFile(system) ? system : unpacked;
  if (!await isFile(path)) {
    await unpack(name, dir, say);
    path = unpacked;
  }
  await demandLibraries(name, path);
  say(`${name} at ${path}`);
  return path;
}

async function unpack(name: Name, dir: string, say: (line: string) => void): Promise<void> {
  say(`${name} is missing: taking Debian's package into .tools (no root)`);
  await Deno.mkdir(join(dir, "lists", "partial"), { recursive: true });
  const download = await Deno.makeTempDir({ dir, prefix: "deb-" });
  const own = [
    ...["-o", `Dir::State::lists=${join(dir, "lists")}`],
    ...["-o", `Dir::Cache=${join(dir, "cache")}`],
    ...["-o", "APT::Sandbox::User=root"],
  ];
  try {
    await Deno.mkdir(join(dir, "cache", "archives", "partial"), { recursive: true });
    await run("apt-get", [...own, "-qq", "update"]);
    await run("apt-get", [...own, "-qq", "download", name], { cwd: download });
    for await (const { name: deb } of Deno.readDir(download)) {
      await run("dpkg", ["-x", join(download, deb), dir]);
    }
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof Deno.errors.NotFound)) throw error;
    throw new SetupError(
      `The tests need ${name} (${error.message}): on Debian, as root, "apt-get install ${name}".`,
    );
  } finally {
    for (const left of [download, join(dir, "lists"), join(dir, "cache")]) {
      await Deno.remove(left, { recursive: true }).catch(() => {}); // Made by us, or not yet made.
    }
  }
}

/** A package that is only unpacked brings no libraries along. */
async function demandLibraries(name: Name, path: string): Promise<void> {
  const { stdout } = await run("ldd", [path]);
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library);
  if (missing.length === 0) return;
  throw new SetupError(
    `${name} needs libraries that are missing here (${missing.join(", ")}): ` +
      `on Debian, as root, "apt-get install ${name}".`,
  );
}
