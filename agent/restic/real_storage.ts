/** @module For tests: the real restic and a real rest-server on a free port, in a folder of its own. */
import assert from "node:assert/strict";
import { findRestic } from "./find.ts";
import {
  type OperationEvent,
  type RepositoryAccess,
  Restic,
  type ResticProgram,
} from "./restic.ts";

const TOOLS = new URL("../../.tools/bin/", import.meta.url).pathname;
const READY_ATTEMPTS = 200;

/** The path of a program that set-up provides. @throws {Error} if it is not there: run set-up */
export function programPath(name: "restic" | "rest-server"): string {
  const folders = [TOOLS, ...(Deno.env.get("PATH") ?? "").split(":")];
  for (const folder of folders) {
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is neither in .tools/bin nor on PATH: run \`deno task setup\`.`);
}

/** The real restic. */
export async function realRestic(): Promise<ResticProgram> {
  const program = await findRestic({ configured_path: programPath("restic"), state_dir: "/" });
  if ("error" in program) throw new Error(program.error);
  return program;
}

/** A rest-server of this test and the folder that everything of the test is in. */
export class Storage implements AsyncDisposable {
  #server;
  readonly folder: string;
  readonly url: string;
  /** Of this storage alone: a test that looks for them in other processes finds only its own. */
  readonly rest_password: string;
  readonly repository_password = `rep0 ü ${crypto.randomUUID()}`;

  private constructor(
    server: Deno.ChildProcess,
    made: { folder: string; url: string; rest_password: string },
  ) {
    this.#server = server;
    this.folder = made.folder;
    this.url = made.url;
    this.rest_password = made.rest_password;
  }

  /** Starts it, append-only and with private repositories. The user is `web-01`. */
  static async start(options: { max_size_bytes?: number } = {}): Promise<Storage> {
    const folder = await Deno.makeTempDir({ prefix: "rm-restic-" });
    const rest_password = `r3st+/=${crypto.randomUUID()}`;
    await Deno.writeTextFile(`${folder}/htpasswd`, await htpasswdLine("web-01", rest_password));
    // With a quota, rest-server counts what is there before it serves.
    await Deno.mkdir(`${folder}/data`);
    const port = freePort();
    const args = [
      `--path=${folder}/data`,
      `--listen=127.0.0.1:${port}`,
      `--htpasswd-file=${folder}/htpasswd`,
      "--append-only",
      "--private-repos",
    ];
    if (options.max_size_bytes !== undefined) args.push(`--max-size=${options.max_size_bytes}`);
    const server = new Deno.Command(programPath("rest-server"), {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const url = `http://127.0.0.1:${port}/`;
    const storage = new Storage(server, { folder, url, rest_password });
    try {
      await answers(storage.url);
    } catch (error) {
      await storage[Symbol.asyncDispose]();
      throw error;
    }
    return storage;
  }

  /** What opens the repository `path` of the user; changes as given. */
  access(changes: Partial<RepositoryAccess> = {}): RepositoryAccess {
    return {
      url: `${this.url}web-01/`,
      rest_username: "web-01",
      rest_password: this.rest_password,
      password: this.repository_password,
      ...changes,
    };
  }

  /** restic on that repository; the folder of its runs is `${folder}/work`. */
  async restic(
    options: {
      access?: Partial<RepositoryAccess>;
      reach_deadline_seconds?: number;
      kill_after_seconds?: number;
      stall_after_seconds?: number;
    } = {},
  ): Promise<Restic> {
    const { access, ...rest } = options;
    return new Restic({
      program: await realRestic(),
      access: this.access(access),
      cache_dir: `${this.folder}/cache`,
      work_dir: `${this.folder}/work`,
      reach_deadline_seconds: 60,
      ...rest,
    });
  }

  /** Makes a folder of files to back up, and returns its path. */
  async files(contents: Record<string, string | Uint8Array>): Promise<string> {
    const folder = await Deno.makeTempDir({ dir: this.folder, prefix: "source-" });
    for (const [name, content] of Object.entries(contents)) {
      await Deno.writeFile(
        `${folder}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    return folder;
  }

  /** restic run plainly, not through our code. */
  async plainRestic(args: string[]): Promise<string> {
    const output = await this.plainCommand(args).output();
    const text = new TextDecoder().decode(output.stdout);
    assert(output.success, new TextDecoder().decode(output.stderr));
    return text;
  }

  /** The same, to be spawned. */
  plainCommand(args: string[]): Deno.Command {
    return new Deno.Command(programPath("restic"), {
      args,
      clearEnv: true,
      env: {
        RESTIC_REPOSITORY: `rest:${this.url}web-01/`,
        RESTIC_REST_USERNAME: "web-01",
        RESTIC_REST_PASSWORD: this.rest_password,
        RESTIC_PASSWORD: this.repository_password,
        RESTIC_CACHE_DIR: `${this.folder}/plain-cache`,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.kill("SIGTERM");
    await this.#server.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Options of an operation that is not cancelled, and what it has reported. */
export function recorder(signal: AbortSignal = new AbortController().signal) {
  const events: OperationEvent[] = [];
  return { signal, events, onEvent: (event: OperationEvent) => void events.push(event) };
}

/** Waits until `condition` holds, at most about 30 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`It did not come to pass: ${condition}`);
}

/** A port that nothing listened on a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function htpasswdLine(username: string, password: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password));
  return `${username}:{SHA}${new Uint8Array(hash).toBase64()}\n`;
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < READY_ATTEMPTS; attempt++) {
    try {
      await (await fetch(url)).body?.cancel();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`rest-server does not answer at ${url}.`);
}
