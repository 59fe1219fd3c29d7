/** @module What the agent tells about the machine it runs on. */
import type { EnrollRequest } from "../server/protocol/enrollment.ts";

export type Machine = Pick<EnrollRequest, "os" | "os_version" | "arch" | "hostname">;

/** Name, system and processor, in the words that packages use (amd64, arm64). */
export async function describeMachine(): Promise<Machine> {
  return {
    os: Deno.build.os === "windows" ? "windows" : "linux",
    os_version: (await osVersion()).slice(0, 256),
    arch: Deno.build.arch === "x86_64" ? "amd64" : "arm64",
    hostname: Deno.hostname().slice(0, 256),
  };
}

async function osVersion(): Promise<string> {
  if (Deno.build.os !== "linux") return Deno.osRelease();
  try {
    const text = await Deno.readTextFile("/etc/os-release");
    const pretty = text.match(/^PRETTY_NAME="?([^"\n]*)"?$/m)?.[1];
    if (pretty) return pretty;
  } catch {
    // Not every distribution has the file.
  }
  return `Linux ${Deno.osRelease()}`;
}
