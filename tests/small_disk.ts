/**
 * @module A disk of a few megabytes that can be filled and emptied: real ENOSPC, for one folder only.
 * As root a tmpfs is mounted; anybody else mounts it in a user namespace. A test reaches its files
 * through /proc; a program that resolves paths by itself, as SQLite does, has to run inside.
 */
import { join } from "node:path";

export class SmallDisk {
  /** The empty folder on it, for the test. */
  readonly dir: string;
  /** The same folder, for a program started with {@link enter}. */
  readonly inner_dir: string;
  /** The command and its arguments that a program is started with; empty as root. */
  readonly enter: string[];
  readonly #unmount: () => Promise<void>;

  private constructor(
    { dir, inner_dir, enter }: { dir: string; inner_dir: string; enter: string[] },
    unmount: () => Promise<void>,
  ) {
    this.dir = dir;
    this.inner_dir = inner_dir;
    this.enter = enter;
    this.#unmount = unmount;
  }

  /** @throws {Error} with what both ways said where neither is allowed */
  static async mount(megabytes: number): Promise<SmallDisk> {
    const point = await Deno.makeTempDir({ prefix: "rm-disk-" });
    const mount = ["mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", point];
    const direct = await run(mount);
    if (direct === "") {
      return new SmallDisk({ dir: point, inner_dir: point, enter: [] }, async () => {
        const problem = await run(["umount", point]);
        if (problem !== "") throw new Error(problem);
        await Deno.remove(point);
      });
    }
    return await SmallDisk.#inNamespace(point, mount, direct);
  }

  static async #inNamespace(point: string, mount: string[], before: string): Promise<SmallDisk> {
    const script = '"$@" && echo mounted && exec sleep infinity';
    const holder = new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", ...mount],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { value } = await reader.read();
    if (value === undefined) {
      const stderr = await new Response(holder.stderr).text();
      await holder.status;
      throw new Error(`no small disk: as this user: ${before}; in a namespace: ${stderr}`);
    }
    const dir = join(`/proc/${holder.pid}/root`, point);
    const enter = [
      "nsenter",
      "--preserve-credentials",
      "--user",
      "--mount",
      "--target",
      `${holder.pid}`,
    ];
    return new SmallDisk({ dir, inner_dir: point, enter }, async () => {
      await reader.cancel();
      await holder.stderr.cancel();
      holder.kill("SIGKILL");
      await holder.status;
      await Deno.remove(point);
    });
  }

  /** Takes all the space that is left, to the last byte. */
  fill(): void {
    const file = Deno.openSync(this.#filler, { create: true, append: true, write: true });
    try {
      for (let size = 1024 * 1024; size >= 1;) {
        try {
          if (file.writeSync(new Uint8Array(size)) < size) size = Math.floor(size / 2);
        } catch (error) {
          if (!isNoSpace(error)) throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      file.close();
    }
  }

  /** Gives the space back. */
  empty(): void {
    Deno.removeSync(this.#filler);
  }

  async unmount(): Promise<void> {
    await this.#unmount();
  }

  get #filler(): string {
    return join(this.dir, "filler");
  }
}

function isNoSpace(error: unknown): boolean {
  return (error as { code?: string }).code === "ENOSPC" || /os error 28/.test(String(error));
}

/** What it said when it failed; empty if it did not. */
async function run([command, ...args]: string[]): Promise<string> {
  const { success, stderr } = await new Deno.Command(command!, { args, stdin: "null" }).output();
  return success ? "" : new TextDecoder().decode(stderr).trim() || "failed";
}
