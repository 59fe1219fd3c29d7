/** @module The one-file agent, as it is shipped. */
import { join } from "node:path";

/** Builds it and returns its path. @throws {Error} if the build fails */
export async function bundleAgent(project_dir: string): Promise<string> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(project_dir, "server", "tasks", "build.ts")],
    cwd: project_dir,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error("`deno task build` fails, so there is no one-file agent.");
  return join(project_dir, ".build", "agent.js");
}
