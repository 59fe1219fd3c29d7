/** @module A real rest-server on loopback with a user file of its own. */
import { join } from "node:path";
import { toBase64 } from "../../protocol/signing.ts";
import { Program } from "./program.ts";

export interface RestServerOptions {
  program: string;
  /** Holds the repositories, the user file and the log. */
  dir: string;
  /** 0 picks a free one. */
  port?: number;
  append_only?: boolean;
  /** One quota for the whole data folder, in bytes. */
  max_size_bytes?: number;
}

export class RestServer {
  /** As http://127.0.0.1:8000, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly #process: Program;
  readonly #users_file: string;

  private constructor(process: Program, users_file: string, port: number) {
    this.#process = process;
    this.#users_file = users_file;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts one with private repositories, append-only unless told. */
  static async start(options: RestServerOptions): Promise<RestServer> {
    const data = join(options.dir, "data");
    await Deno.mkdir(data, { recursive: true });
    const users_file = join(options.dir, "htpasswd");
    await Deno.writeTextFile(users_file, "", { append: true, mode: 0o600 });
    const process = new Program({
      command: options.program,
      args: [
        "--path",
        data,
        "--htpasswd-file",
        users_file,
        "--listen",
        `127.0.0.1:${options.port ?? 0}`,
        "--private-repos",
        ...(options.append_only === false ? [] : ["--append-only"]),
        ...(options.max_size_bytes === undefined
          ? []
          : ["--max-size", `${options.max_size_bytes}`]),
      ],
      env: { PATH: "" },
      log_file: join(options.dir, "rest-server.log"),
    });
    const port = await process.line("rest-server", (line) => {
      const match = /start server on .*:(\d+)/.exec(line);
      return match === null ? undefined : Number(match[1]);
    });
    return new RestServer(process, users_file, port);
  }

  /** Adds or replaces a user. The file is replaced whole and re-read at once (SIGHUP). */
  async setUser(name: string, password: string): Promise<void> {
    const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(password));
    const line = `${name}:{SHA}${toBase64(new Uint8Array(digest))}`;
    const lines = (await Deno.readTextFile(this.#users_file)).split("\n")
      .filter((old) => old !== "" && !old.startsWith(`${name}:`));
    const next = `${this.#users_file}.next`;
    await Deno.writeTextFile(next, [...lines, line, ""].join("\n"), { mode: 0o600 });
    await Deno.rename(next, this.#users_file);
    this.#process.signal("SIGHUP");
  }

  get pid(): number {
    return this.#process.pid;
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
