/** @module A whole stack of real processes for one test: storage, server, administrator, agents. */
import { join } from "node:path";
import type { Host, Job } from "../server/protocol/entities.ts";
import type { AddHostAnswer, AddHostRequest } from "../server/protocol/rest.ts";
import { projectDir, setUp, type Tools } from "../server/tasks/setup.ts";
import { ApiClient } from "../server/tasks/stack/client.ts";
import {
  AgentProcess,
  type Entry,
  freePort,
  ServerProcess,
} from "../server/tasks/stack/processes.ts";
import { RestServer } from "../server/tasks/stack/rest_server.ts";

export interface StackOptions {
  /** From source unless told; the packaging test gives the one-file builds. */
  server_entry?: Entry;
  agent_entry?: Entry;
  /** rest-server's quota, in bytes. */
  max_size_bytes?: number;
  /** The server's folder; one in the stack's own unless told. */
  data_dir?: string;
  server_env?: Record<string, string>;
  agent_env?: Record<string, string>;
}

/** A host that was added, its agent's process, and what opens its repository from outside. */
export interface StackHost {
  id: string;
  name: string;
  agent: AgentProcess;
  answer: AddHostAnswer;
  repository_url: string;
  rest_password: string;
  password: string;
}

export const ADMIN = { username: "admin", password: "correct horse battery 9" };

export class Stack {
  readonly dir: string;
  readonly tools: Tools;
  readonly storage: RestServer;
  /** The one that runs now: {@link startServer} replaces it. */
  server: ServerProcess;
  readonly api: ApiClient;
  readonly #options: StackOptions;
  readonly #agents: AgentProcess[] = [];

  private constructor(
    parts: Pick<Stack, "dir" | "tools" | "storage" | "server" | "api">,
    options: StackOptions,
  ) {
    this.dir = parts.dir;
    this.tools = parts.tools;
    this.storage = parts.storage;
    this.server = parts.server;
    this.api = parts.api;
    this.#options = options;
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const { dir, tools, storage, server } = await Stack.startUnclaimed(options);
    const api = await server.firstAdmin(ADMIN.username, ADMIN.password);
    return new Stack({ dir, tools, storage, server, api }, options);
  }

  /** Storage and a server whose first administrator does not exist yet. */
  static async startUnclaimed(
    options: StackOptions = {},
  ): Promise<Pick<Stack, "dir" | "tools" | "storage" | "server">> {
    const tools = await setUp(() => {});
    const dir = await Deno.makeTempDir({ prefix: "rm-test-" });
    await Deno.mkdir(join(dir, "storage"));
    const storage = await RestServer.start({
      program: tools.rest_server,
      dir: join(dir, "storage"),
      ...(options.max_size_bytes === undefined ? {} : { max_size_bytes: options.max_size_bytes }),
    });
    const server = await Stack.#serve(dir, freePort(), options);
    return { dir, tools, storage, server };
  }

  static async #serve(dir: string, port: number, options: StackOptions): Promise<ServerProcess> {
    return await ServerProcess.start({
      entry: options.server_entry ?? { file: join(projectDir(), "server", "main.ts") },
      port,
      data_dir: options.data_dir ?? join(dir, "server"),
      log_file: join(dir, "server.log"),
      ...(options.server_env === undefined ? {} : { env: options.server_env }),
    });
  }

  /** Starts the server again after it was stopped or killed, at the same address. */
  async startServer(): Promise<void> {
    this.server = await Stack.#serve(
      this.dir,
      Number(new URL(this.server.url).port),
      this.#options,
    );
  }

  /** Takes over what {@link startUnclaimed} started, once an administrator exists. */
  static async adopt(
    parts: Pick<Stack, "dir" | "tools" | "storage" | "server">,
    options: StackOptions & { signed_in?: ApiClient } = {},
  ): Promise<Stack> {
    const api = options.signed_in ?? new ApiClient(parts.server.url);
    if (options.signed_in === undefined) await api.signIn(ADMIN.username, ADMIN.password);
    return new Stack({ ...parts, api }, options);
  }

  /** Adds a host with minted passwords, makes its storage user, enrols its agent and starts it. */
  async addHost(
    name: string,
    paths: string[],
    more: Partial<AddHostRequest> = {},
  ): Promise<StackHost> {
    const host = await this.addPendingHost(name, paths, more);
    await host.agent.enroll(this.server.url, host.answer.server_key, host.answer.token);
    host.agent.start();
    await this.poll(
      `${name} to connect`,
      () => this.host(host.id),
      (row) => row.status === "online" || row.status === "degraded",
    );
    return host;
  }

  /** Adds a host and makes its storage user; its agent is not enrolled. */
  async addPendingHost(
    name: string,
    paths: string[],
    more: Partial<AddHostRequest> = {},
  ): Promise<StackHost> {
    const repository_url = `${this.storage.url}/${name}/`;
    const answer = await this.api.call<AddHostAnswer>("POST", "/api/hosts", {
      name,
      os: "linux",
      backup_set: { paths, excludes: [], tags: [] },
      repository: { url: repository_url, rest_username: name },
      ...more,
    });
    const rest_password = answer.minted.rest_password!;
    await this.storage.setUser(name, rest_password);
    return {
      id: answer.host.id,
      name,
      agent: this.agent(name),
      answer,
      repository_url,
      rest_password,
      password: answer.minted.repository_password!,
    };
  }

  /** An agent with a folder of its own, not enrolled. */
  agent(name: string): AgentProcess {
    const agent = new AgentProcess({
      entry: this.#options.agent_entry ?? { file: join(projectDir(), "agent", "main.ts") },
      dir: join(this.dir, "agents", name),
      restic: this.tools.restic,
      ...(this.#options.agent_env === undefined ? {} : { env: this.#options.agent_env }),
    });
    this.#agents.push(agent);
    return agent;
  }

  async host(id: string): Promise<Host> {
    return await this.api.call<Host>("GET", `/api/hosts/${id}`);
  }

  async startJob(host_id: string, body: Record<string, unknown>): Promise<Job> {
    return await this.api.call<Job>("POST", `/api/hosts/${host_id}/jobs`, body);
  }

  async job(id: string): Promise<Job> {
    return await this.api.call<Job>("GET", `/api/jobs/${id}`);
  }

  /** Starts a job and waits for its end. */
  async runJob(host_id: string, body: Record<string, unknown>): Promise<Job> {
    const { id } = await this.startJob(host_id, body);
    return await this.poll(
      `${body["kind"]} to end`,
      () => this.job(id),
      (job) => job.finished_at !== null,
    );
  }

  /** Runs restic by hand against a host's repository, outside our code. */
  async restic(host: StackHost, ...args: string[]): Promise<{ code: number; stdout: string }> {
    const output = await this.resticCommand(host, ...args).output();
    return { code: output.code, stdout: new TextDecoder().decode(output.stdout) };
  }

  /** The same, to be spawned. */
  resticCommand(host: StackHost, ...args: string[]): Deno.Command {
    return new Deno.Command(this.tools.restic, {
      args,
      clearEnv: true,
      env: {
        RESTIC_REPOSITORY: `rest:${host.repository_url}`,
        RESTIC_REST_USERNAME: host.name,
        RESTIC_REST_PASSWORD: host.rest_password,
        RESTIC_PASSWORD: host.password,
        RESTIC_CACHE_DIR: join(this.dir, "outside-cache"),
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Reads until `done`. @throws {Error} with the last value after `seconds` */
  async poll<T>(
    what: string,
    read: () => Promise<T> | T,
    done: (value: T) => boolean,
    seconds = 60,
  ): Promise<T> {
    return await poll(what, read, done, seconds);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.server.stop();
    await this.storage.stop();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** Reads until `done`. @throws {Error} with the last value after `seconds` */
export async function poll<T>(
  what: string,
  read: () => Promise<T> | T,
  done: (value: T) => boolean,
  seconds = 60,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  // Soon at first, then slowly enough for the server's limit of requests.
  for (let wait_ms = 50;; wait_ms = Math.min(500, wait_ms * 1.2)) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > until) {
      throw new Error(`waited ${seconds} s for ${what}; last seen ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, wait_ms));
  }
}
