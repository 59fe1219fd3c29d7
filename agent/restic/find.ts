/**
 * @module Where restic is: the configured path, or the first that is new enough on PATH and in
 * `<state dir>/bin`, or the first of all when each is too old.
 */
import { RESTIC_FLOOR, RESTIC_RECOMMENDED } from "../../server/protocol/version.ts";
import { runProcess } from "./process.ts";
import type { ResticProgram } from "./restic.ts";
import { compareVersions, parseVersion } from "./versions.ts";

const WINDOWS = Deno.build.os === "windows";
const VERSION_DEADLINE_SECONDS = 20;
const VERSION_MAX_BYTES = 64 * 1024;

/** The program and its version, or why there is none (one sentence with what to do). */
export async function findRestic(
  options: { configured_path: string | null; state_dir: string },
): Promise<ResticProgram | { error: string }> {
  const { configured_path } = options;
  const candidates = configured_path === null ? searchPaths(options.state_dir) : [configured_path];
  let old: ResticProgram | undefined;
  for (const candidate of candidates) {
    const path = await realFile(candidate);
    const version = path === undefined ? undefined : await versionOf(path);
    if (path === undefined || version === undefined) continue;
    const below_floor = compareVersions(version, RESTIC_FLOOR) < 0;
    if (!below_floor) return { path, version, below_floor };
    old ??= { path, version, below_floor };
  }
  if (old !== undefined) return old;
  return {
    error: configured_path === null
      ? `restic was not found on this machine: install restic ${RESTIC_RECOMMENDED}, or put it ` +
        `into ${options.state_dir}/bin.`
      : `${configured_path} is no restic that runs: correct restic's path in the agent's ` +
        `settings, or install restic ${RESTIC_RECOMMENDED} there.`,
  };
}

function searchPaths(state_dir: string): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(WINDOWS ? ";" : ":");
  return [...folders, `${state_dir}/bin`]
    .filter((folder) => isAbsolute(folder))
    .map((folder) => `${folder}/${WINDOWS ? "restic.exe" : "restic"}`);
}

/** A relative folder in PATH would depend on where the agent was started. */
function isAbsolute(path: string): boolean {
  return WINDOWS ? /^[A-Za-z]:[\\/]|^\\\\/.test(path) : path.startsWith("/");
}

async function realFile(path: string): Promise<string | undefined> {
  try {
    const real = await Deno.realPath(path);
    return (await Deno.stat(real)).isFile ? real : undefined;
  } catch {
    // Not there: the next candidate may be.
    return undefined;
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  let output = "";
  const decoder = new TextDecoder();
  try {
    await runProcess({
      program: path,
      args: ["--json", "version"],
      env: WINDOWS ? { SystemRoot: Deno.env.get("SystemRoot") ?? "C:\\Windows" } : {},
      cwd: WINDOWS ? "C:\\" : "/",
      signal: AbortSignal.timeout(VERSION_DEADLINE_SECONDS * 1000),
      kill_after_seconds: 1,
      onStdout(chunk) {
        if (output.length < VERSION_MAX_BYTES) output += decoder.decode(chunk, { stream: true });
      },
      onStderr() {},
    });
  } catch {
    // Not executable, or no program at all.
    return undefined;
  }
  return parseVersion(output);
}
