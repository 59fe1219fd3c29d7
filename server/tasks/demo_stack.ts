/** @module The parts of the demo: started in order, remembered in `.demo/demo.json`, stopped together. */
import { join } from "node:path";
import type { Host, Job } from "../protocol/entities.ts";
import type { AddHostAnswer } from "../protocol/rest.ts";
import { ApiClient } from "./stack/client.ts";
import { AgentProcess, freePort, ServerProcess } from "./stack/processes.ts";
import { RestServer } from "./stack/rest_server.ts";
import { projectDir, type Tools } from "./setup.ts";

export interface DemoHost {
  name: string;
  paths: string[];
}

/** A host as a script needs it to look at the repository with a restic of its own. */
export interface DemoRepository extends DemoHost {
  repository: string;
  rest_username: string;
  rest_password_file: string;
  password_file: string;
}

export interface DemoBackup {
  host: string;
  job_id: string;
  status: Job["status"];
  snapshot_id: string | null;
  text: string;
}

interface Remembered {
  server_port: number;
  storage_port: number;
  username: string;
  password: string;
  hosts: DemoRepository[];
}

export interface DemoOptions {
  dir: string;
  tools: Tools;
  /** For the administrator, if this is the first start. */
  password: string;
  say(line: string): void;
}

const FINAL = ["succeeded", "warning", "failed", "cancelled", "interrupted"];

export class Demo {
  readonly #options: DemoOptions;
  #storage: RestServer | undefined;
  #server: ServerProcess | undefined;
  #agents: AgentProcess[] = [];

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  /** Starts everything, initialises what is new, and makes one backup of each host. */
  async start(wanted: DemoHost[]): Promise<{
    url: string;
    username: string;
    password: string;
    hosts: DemoRepository[];
    backups: DemoBackup[];
  }> {
    const { dir, tools, say } = this.#options;
    const old = await this.#recall();
    const memory: Remembered = old ?? {
      server_port: freePort(),
      storage_port: freePort(),
      username: "admin",
      password: this.#options.password,
      hosts: [],
    };
    const storage_dir = join(dir, "storage");
    await Deno.mkdir(storage_dir, { recursive: true });
    this.#storage = await RestServer.start({
      program: tools.rest_server,
      dir: storage_dir,
      port: memory.storage_port,
    });
    say(`storage: rest-server at ${this.#storage.url}, append-only, private repositories`);
    this.#server = await ServerProcess.start({
      entry: { file: join(projectDir(), ".build", "server.js") },
      port: memory.server_port,
      data_dir: join(dir, "server"),
      log_file: join(dir, "server.log"),
    });
    say(`server: ${this.#server.url}`);
    let api: ApiClient;
    if (old === undefined) {
      api = await this.#server.firstAdmin(memory.username, memory.password);
      await this.#remember(memory);
    } else {
      api = new ApiClient(this.#server.url);
      await api.signIn(memory.username, memory.password);
    }
    for (const host of wanted) {
      if (memory.hosts.some((known) => known.name === host.name)) continue;
      memory.hosts.push(await this.#addHost(api, host));
      await this.#remember(memory);
    }
    for (const host of memory.hosts) {
      const agent = this.#agent(host.name);
      agent.start();
      this.#agents.push(agent);
    }
    const backups = await Promise.all(memory.hosts.map((host) => this.#backUp(api, host.name)));
    const { username, password, hosts } = memory;
    return { url: this.#server.url, username, password, hosts, backups };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.#server?.stop();
    await this.#storage?.stop();
  }

  /** As an operator does it: add the host, paste its REST password on the storage, enrol with the token. */
  async #addHost(api: ApiClient, host: DemoHost): Promise<DemoRepository> {
    const { say } = this.#options;
    const repository = `${this.#storage!.url}/${host.name}/`;
    const answer = await api.call<AddHostAnswer>("POST", "/api/hosts", {
      name: host.name,
      os: "linux",
      tags: ["demo"],
      backup_set: { paths: host.paths, excludes: [], tags: [] },
      repository: { url: repository, rest_username: host.name },
    });
    const { rest_password, repository_password } = answer.minted;
    await this.#storage!.setUser(host.name, rest_password!);
    const agent = this.#agent(host.name);
    await agent.enroll(this.#server!.url, answer.server_key, answer.token);
    say(`host: ${host.name} enrolled`);
    const password_file = join(agent.dir, "repository-password");
    const rest_password_file = join(agent.dir, "rest-password");
    await Deno.writeTextFile(password_file, repository_password!, { mode: 0o600 });
    await Deno.writeTextFile(rest_password_file, rest_password!, { mode: 0o600 });
    return { ...host, repository, rest_username: host.name, rest_password_file, password_file };
  }

  async #backUp(api: ApiClient, name: string): Promise<DemoBackup> {
    const find = async (): Promise<Host> => {
      const hosts = await api.call<{ items: Host[] }>("GET", "/api/hosts?limit=500");
      return hosts.items.find((host) => host.name === name)!;
    };
    const { id } = await poll(`${name} to connect`, find, (host) => host.status !== "offline");
    if ((await find()).repository_initialised_at === null) {
      await this.#runJob(api, id, "init");
    }
    const job = await this.#runJob(api, id, "backup");
    const snapshot_id = job.stats?.snapshot_id ?? null;
    const text = job.status === "succeeded"
      ? `${job.stats?.files_processed ?? 0} files backed up, snapshot ${snapshot_id?.slice(0, 8)}`
      : `${job.status}: ${job.error ?? "no reason given"}`;
    return { host: name, job_id: job.id, status: job.status, snapshot_id, text };
  }

  async #runJob(api: ApiClient, host_id: string, kind: string): Promise<Job> {
    const { id } = await api.call<Job>("POST", `/api/hosts/${host_id}/jobs`, { kind });
    const read = () => api.call<Job>("GET", `/api/jobs/${id}`);
    return await poll(`${kind} to end`, read, (job) => FINAL.includes(job.status));
  }

  #agent(name: string): AgentProcess {
    return new AgentProcess({
      entry: { file: join(projectDir(), ".build", "agent.js") },
      dir: join(this.#options.dir, "hosts", name),
      restic: this.#options.tools.restic,
    });
  }

  async #recall(): Promise<Remembered | undefined> {
    try {
      return JSON.parse(await Deno.readTextFile(join(this.#options.dir, "demo.json")));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async #remember(memory: Remembered): Promise<void> {
    const path = join(this.#options.dir, "demo.json");
    await Deno.writeTextFile(path, JSON.stringify(memory, null, 2), { mode: 0o600 });
  }
}

/** Reads until `done`; gives up after five minutes. */
async function poll<T>(
  what: string,
  read: () => Promise<T>,
  done: (value: T) => boolean,
): Promise<T> {
  const until = Date.now() + 300_000;
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > until) throw new Error(`waited five minutes for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
