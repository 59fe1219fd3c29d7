/**
 * @module `task dev`: the server from source, restarted on each change, over the seeded story in
 * `.data/dev` on http://127.0.0.1:8080. The first start prints the code that makes the administrator.
 * Only here the gallery of components is served, on /dev/components.
 */
import { join } from "node:path";
import { projectDir } from "./setup.ts";

const root = projectDir();
const data_dir = join(root, ".data", "dev");

async function deno(args: string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: {
      RM_LISTEN: "127.0.0.1:8080",
      RM_BASE_URL: "http://127.0.0.1:8080",
      RM_DATA_DIR: data_dir,
      RM_DEV: "true",
    },
  }).spawn();
  return (await child.status).code;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

let code = await deno(["task", "--quiet", "build"]);
if (code === 0 && !await exists(data_dir)) {
  code = await deno(["run", "-A", "server/tasks/seed.ts", "--data-dir", data_dir]);
}
if (code === 0) code = await deno(["run", "-A", "--watch", "server/main.ts"]);
Deno.exit(code);
