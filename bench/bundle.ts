/** @module The one-file programs, as they are shipped. */
import { join } from "node:path";

export interface Bundles {
  server_file: string;
  agent_file: string;
}

/** Builds both and returns their paths. @throws {Error} if the build fails */
export async function bundle(project_dir: string): Promise<Bundles> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(project_dir, "server", "tasks", "build.ts")],
    cwd: project_dir,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error("`deno task build` fails, so there are no one-file programs.");
  const folder = join(project_dir, ".build");
  return { server_file: join(folder, "server.js"), agent_file: join(folder, "agent.js") };
}
