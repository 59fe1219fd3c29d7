/** @module A real server over the seeded story, with jobs in every state: for tests of pages. */
import { join } from "node:path";
import type { Host, Job } from "../../server/protocol/entities.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import type { ApiClient } from "../../server/tasks/stack/client.ts";
import { FakeAgent, type FakeAgentOptions } from "../../server/tasks/stack/fake_agent.ts";
import { freePort, plainEnvironment, ServerProcess } from "../../server/tasks/stack/processes.ts";
import { ADMIN, poll } from "../stack.ts";

export const VIEWER = { username: "a-viewer", password: "correct horse battery 7" };

/** A server whose data dir is gone when the site is stopped. */
export class Site {
  readonly server: ServerProcess;
  readonly #dir: string;
  readonly #agents: FakeAgent[] = [];

  private constructor(server: ServerProcess, dir: string) {
    this.server = server;
    this.#dir = dir;
  }

  /** Starts a server without an administrator, over an empty database or a seeded one. */
  static async start({ hosts = 0 }: { hosts?: number } = {}): Promise<Site> {
    const dir = await Deno.makeTempDir({ prefix: "rm-site-" });
    const data_dir = join(dir, "server");
    if (hosts > 0) await seed(data_dir, hosts);
    const server = await ServerProcess.start({
      entry: { file: join(projectDir(), "server", "main.ts") },
      port: freePort(),
      data_dir,
      log_file: join(dir, "server.log"),
    });
    return new Site(server, dir);
  }

  get url(): string {
    return this.server.url;
  }

  async setupCode(): Promise<string> {
    return (await Deno.readTextFile(join(this.server.data_dir, "setup-code"))).trim();
  }

  /** Gives a host an agent that connects and runs nothing by itself. */
  async connectAgent(
    api: ApiClient,
    host_id: string,
    options: Omit<FakeAgentOptions, "base_url"> = {},
  ): Promise<FakeAgent> {
    const { token } = await api.call<{ token: string }>(
      "POST",
      `/api/hosts/${host_id}/enrollment-token`,
    );
    const agent = await FakeAgent.enroll({ base_url: this.url, ...options }, token);
    this.#agents.push(agent);
    await agent.connect();
    return agent;
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents) agent.close();
    await this.server.stop();
    await Deno.remove(this.#dir, { recursive: true });
  }
}

async function seed(data_dir: string, hosts: number): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", join(projectDir(), "server", "tasks", "seed.ts")].concat(
      ["--data-dir", data_dir, "--hosts", `${hosts}`],
    ),
    env: plainEnvironment(),
    clearEnv: true,
  }).output();
  if (!success) throw new Error(`seed: ${new TextDecoder().decode(stderr)}`);
}

/** Ids of the seeded story's hosts by name, and of one job in each state. */
export interface Story {
  api: ApiClient;
  hosts: Map<string, string>;
  jobs: Record<"queued" | "running" | "interrupted" | "cancelled" | EndedState, string>;
}
type EndedState = "succeeded" | "warning" | "failed";

/** Makes an administrator and a viewer, and the jobs that the seed leaves out. */
export async function tellStory(site: Site): Promise<Story> {
  const api = await site.server.firstAdmin(ADMIN.username, ADMIN.password);
  await api.call("POST", "/api/users", { ...VIEWER, role: "viewer" });
  const { items } = await api.call<{ items: Host[] }>("GET", "/api/hosts?limit=100");
  const hosts = new Map(items.map((host) => [host.name, host.id]));
  const start = async (name: string) =>
    (await api.call<Job>("POST", `/api/hosts/${hosts.get(name)}/jobs`, { kind: "backup" })).id;
  const reached = (id: string, status: Job["status"]) =>
    poll(
      `job to be ${status}`,
      () => api.call<Job>("GET", `/api/jobs/${id}`),
      (job) => job.status === status,
    );
  const ended = async (status: EndedState) =>
    (await api.call<{ items: Job[] }>("GET", `/api/jobs?kind=backup&status=${status}&limit=1`))
      .items[0]!.id;
  const jobs = {
    succeeded: await ended("succeeded"),
    warning: await ended("warning"),
    failed: await ended("failed"),
    queued: await start("laptop-07"),
    cancelled: await start("git-01"),
    running: await start("web-01"),
    interrupted: await start("web-02"),
  };
  await api.call("POST", `/api/jobs/${jobs.cancelled}/cancel`);
  const [busy, broken] = [
    await site.connectAgent(api, hosts.get("web-01")!, { hostname: "web-01.lab.example" }),
    await site.connectAgent(api, hosts.get("web-02")!),
  ];
  for (const [agent, job_id] of [[busy, jobs.running], [broken, jobs.interrupted]] as const) {
    await poll(
      "the command to arrive",
      () => agent.received,
      (all) => all.some(({ type }) => type === "command.run"),
    );
    const started_at = new Date().toISOString();
    agent.report({ type: "job.started", job_id, kind: "backup", started_at });
    await reached(job_id, "running");
  }
  showWork(busy, jobs.running);
  broken.close();
  await broken.connect();
  await reached(jobs.interrupted, "interrupted");
  return { api, hosts, jobs };
}

/** Progress and log lines of a backup half way. */
function showWork(agent: FakeAgent, job_id: string): void {
  const ts = new Date().toISOString();
  const lines = Array.from({ length: 60 }, (_, i) => ({
    seq: i + 1,
    ts,
    stream: i % 10 === 9 ? "stderr" as const : "stdout" as const,
    payload: `processed /srv/www/static/images/${i}/${"deep/".repeat(i % 7)}picture.jpg`,
  }));
  agent.report({ type: "log.stream", job_id, lines });
  agent.send({
    type: "job.progress",
    job_id,
    phase: "uploading",
    percent_done: 0.43,
    files_done: 8120,
    total_files: 18_445,
    bytes_done: 24_900_000_000,
    total_bytes: 58_000_000_000,
    error_count: 6,
    eta_seconds: 312,
    throughput_bytes_per_second: 93_000_000,
    current_files: [`/srv/www/${"very-long-folder-name/".repeat(8)}database.sqlite`],
  });
}
