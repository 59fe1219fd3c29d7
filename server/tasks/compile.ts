/**
 * @module `task compile`: wraps the one-file builds into executables for Linux and Windows, in
 * `.build/bin/`. Deno downloads the runtime part of an executable from its own site.
 */
import { join } from "node:path";
import { buildAll } from "./build.ts";
import { BUILD_DIR } from "./build_parts.ts";
import { SERVER_DENO_FLAGS } from "./deno_flags.ts";

const TARGETS = [
  { target: "x86_64-unknown-linux-gnu", suffix: "linux-amd64" },
  { target: "aarch64-unknown-linux-gnu", suffix: "linux-arm64" },
  { target: "x86_64-pc-windows-msvc", suffix: "windows-amd64.exe" },
];
const PROGRAMS = [
  { script: "server.js", name: "restic-manager-server", flags: SERVER_DENO_FLAGS },
  { script: "agent.js", name: "restic-manager-agent", flags: ["--no-code-cache"] },
];

/** Throws Error in one sentence when an executable cannot be made. */
export async function compileAll(): Promise<void> {
  // From a folder of its own: next to deno.json the whole of node_modules would be wrapped in.
  const dir = await Deno.makeTempDir({ prefix: "restic-manager-compile-" });
  try {
    for (const { script, name, flags } of PROGRAMS) {
      await Deno.copyFile(join(BUILD_DIR, script), join(dir, script));
      for (const { target, suffix } of TARGETS) {
        const output = join(BUILD_DIR, "bin", `${name}-${suffix}`);
        await compile({ dir, script, flags, target, output });
      }
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

interface Compilation {
  dir: string;
  script: string;
  /** Deno's own options that the executable keeps. */
  flags: string[];
  target: string;
  output: string;
}

async function compile({ dir, script, flags, target, output }: Compilation): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "-A", "--no-check", ...flags, "--target", target, "--output", output, script],
    cwd: dir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(reason(target, new TextDecoder().decode(stderr)));
  const { size } = await Deno.stat(output);
  // deno-lint-ignore no-console
  console.log(`${output}: ${(size / 1e6).toFixed(1)} MB`);
}

/** What went wrong in one sentence; most often it is the download. */
export function reason(target: string, stderr: string): string {
  if (/denort|dl\.deno\.land|download/i.test(stderr)) {
    return `Deno's runtime part for ${target} could not be downloaded from dl.deno.land, ` +
      "so no executable was made; allow that address or run .build/*.js with deno instead.";
  }
  const last = stderr.trim().split("\n").find((line) => /error/i.test(line)) ?? stderr.trim();
  return `deno compile for ${target} failed: ${last.trim()}`;
}

if (import.meta.main) {
  try {
    await buildAll();
    await compileAll();
  } catch (error) {
    // deno-lint-ignore no-console
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
