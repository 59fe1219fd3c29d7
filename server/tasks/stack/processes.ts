/** @module Our own server and agents as real processes, from source or from their one-file builds. */
import { join } from "node:path";
import { ApiClient } from "./client.ts";
import { Program } from "./program.ts";

/** How to run a program of ours: `deno run -A <entry>`. */
export interface Entry {
  /** agent/main.ts or server/main.ts, or the one-file build. */
  file: string;
  cwd?: string;
  /** A command that starts it, with its arguments, as `nsenter` does; none unless given. */
  through?: string[];
  /** Deno's own options, as ../deno_flags.ts has them for our programs as shipped. */
  flags?: string[];
}

export interface ServerOptions {
  entry: Entry;
  data_dir: string;
  /** 0 picks a free one; the base URL must then be given by the caller's own port. */
  port: number;
  log_file: string;
  env?: Record<string, string>;
}

/** What every child of ours may see of this process's environment. */
export function plainEnvironment(): Record<string, string> {
  // Deno would ask its own site for news.
  const env: Record<string, string> = { DENO_NO_UPDATE_CHECK: "1" };
  for (const name of ["PATH", "HOME", "TMPDIR", "LANG", "TZ", "DENO_DIR", "SYSTEMROOT"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

export class ServerProcess {
  readonly url: string;
  readonly data_dir: string;
  readonly #program: Program;

  private constructor(program: Program, url: string, data_dir: string) {
    this.#program = program;
    this.url = url;
    this.data_dir = data_dir;
  }

  /** Starts the server and waits until it answers. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const url = `http://127.0.0.1:${options.port}`;
    const { through = [], flags = [], file } = options.entry;
    const [command, ...args] = [...through, Deno.execPath(), "run", "-A", "--quiet"];
    const program = new Program({
      command: command!,
      args: [...args, ...flags, file],
      ...(options.entry.cwd === undefined ? {} : { cwd: options.entry.cwd }),
      env: {
        ...plainEnvironment(),
        RM_LISTEN: `127.0.0.1:${options.port}`,
        RM_BASE_URL: url,
        RM_DATA_DIR: options.data_dir,
        ...options.env,
      },
      log_file: options.log_file,
    });
    await program.line("server", (line) => line.includes('"listening"') ? true : undefined);
    return new ServerProcess(program, url, options.data_dir);
  }

  get pid(): number {
    return this.#program.pid;
  }

  get output(): string {
    return this.#program.output;
  }

  /** Creates the first administrator and signs in. */
  async firstAdmin(username: string, password: string): Promise<ApiClient> {
    const code = (await Deno.readTextFile(join(this.data_dir, "setup-code"))).trim();
    const client = new ApiClient(this.url);
    await client.setUp({ code, username, password });
    await client.signIn(username, password);
    return client;
  }

  async stop(): Promise<Deno.CommandStatus> {
    return await this.#program.stop();
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#program.signal("SIGKILL");
    await this.#program.status;
  }
}

export interface AgentOptions {
  entry: Entry;
  /** Holds its config, state and log. */
  dir: string;
  /** The folder of restic goes first on its PATH. */
  restic: string;
  env?: Record<string, string>;
}

export class AgentProcess {
  readonly dir: string;
  readonly #options: AgentOptions;
  #program: Program | undefined;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.dir = options.dir;
  }

  /** Runs `enroll` with the token on standard input. @throws {Error} with what it said if it fails */
  async enroll(
    server_url: string,
    server_key: string,
    token: string,
    more: string[] = [],
  ): Promise<void> {
    await Deno.mkdir(this.dir, { recursive: true });
    const program = this.#run(
      ["enroll", "--server", server_url, "--server-key", server_key, "--token-stdin", ...more],
      token + "\n",
    );
    const status = await program.status;
    if (!status.success) throw new Error(`enroll exited ${status.code}: ${program.output}`);
  }

  start(): void {
    this.#program = this.#run(["run"]);
  }

  get pid(): number {
    return this.#program!.pid;
  }

  get output(): string {
    return this.#program?.output ?? "";
  }

  async stop(): Promise<void> {
    await this.#program?.stop(30);
    this.#program = undefined;
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#program?.signal("SIGKILL");
    await this.#program?.status;
    this.#program = undefined;
  }

  #run(args: string[], stdin?: string): Program {
    const { entry } = this.#options;
    const environment = plainEnvironment();
    const restic_dir = this.#options.restic.replace(/\/[^/]*$/, "");
    return new Program({
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", ...entry.flags ?? [], entry.file, ...args],
      ...(entry.cwd === undefined ? {} : { cwd: entry.cwd }),
      env: {
        ...environment,
        PATH: `${restic_dir}:${environment["PATH"] ?? ""}`,
        RM_AGENT_CONFIG_DIR: join(this.dir, "config"),
        RM_AGENT_STATE_DIR: join(this.dir, "state"),
        ...this.#options.env,
      },
      log_file: join(this.dir, "agent.log"),
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
}
