/**
 * @module A host of the fault tests with a real agent and a real restic. A script before restic notes
 * every run; each backup has a tag and a file of its own, so that a snapshot can be held against it.
 */
import { createHash, randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Job } from "../../server/protocol/entities.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { AgentProcess } from "../../server/tasks/stack/processes.ts";
import type { Acknowledged, History, RepositoryFacts } from "../checker/history.ts";
import { inspectRepository } from "../checker/repository.ts";
import { backupsOf } from "../faults.ts";
import type { Stack, StackHost } from "../stack.ts";

export class RealHost {
  readonly host: StackHost;
  readonly #stack: Stack;
  readonly #source: string;
  readonly #runs_file: string;
  readonly #promised = new Map<string, { path: string; sha256: string }>();

  private constructor(stack: Stack, host: StackHost, source: string, runs_file: string) {
    this.#stack = stack;
    this.host = host;
    this.#source = source;
    this.#runs_file = runs_file;
  }

  /** Adds and enrols the host and makes its repository. */
  static async add(stack: Stack, name: string): Promise<RealHost> {
    const source = join(stack.dir, `source-${name}`);
    const runs_file = join(stack.dir, `runs-${name}`);
    await Deno.mkdir(source);
    await Deno.writeTextFile(runs_file, "");
    const pending = await stack.addPendingHost(name, [source]);
    const restic = await notingRestic(
      join(stack.dir, `bin-${name}`),
      stack.tools.restic,
      runs_file,
    );
    const agent = new AgentProcess({
      entry: { file: join(projectDir(), "agent", "main.ts") },
      dir: pending.agent.dir,
      restic,
    });
    const host = { ...pending, agent };
    await agent.enroll(stack.server.url, host.answer.server_key, host.answer.token);
    agent.start();
    try {
      const init = await stack.runJob(host.id, { kind: "init" });
      if (init.status !== "succeeded") throw new Error(`init of ${name}: ${init.error}`);
    } catch (error) {
      await agent.kill();
      throw error;
    }
    return new RealHost(stack, host, source, runs_file);
  }

  get id(): string {
    return this.host.id;
  }

  /** Ids of the processes of a running `restic backup`. */
  backups(): number[] {
    return backupsOf(this.host.agent.dir);
  }

  /** True while its agent waits to connect, by its own log. */
  get isCutOff(): boolean {
    const words = this.host.agent.output.match(/^info: connected to|not connected:/gm);
    return words?.at(-1) !== "info: connected to";
  }

  /** A new random file, and the request that backs it up. */
  async nextBackup(
    bytes: number,
    upload_kib_per_second: number,
  ): Promise<{ tag: string; body: Record<string, unknown> }> {
    const tag = `job-${this.host.name}-${this.#promised.size + 1}`;
    const path = join(this.#source, `${tag}.bin`);
    const content = randomBytes(bytes);
    await Deno.writeFile(path, content);
    this.#promised.set(tag, { path, sha256: createHash("sha256").update(content).digest("hex") });
    const backup_set = { paths: [this.#source], excludes: [], tags: [tag] };
    const bandwidth = { limit_upload_kib_per_second: upload_kib_per_second };
    return { tag, body: { kind: "backup", backup_set, bandwidth } };
  }

  /** The job has ended: later snapshots need not hold its file. */
  async forget(tag: string): Promise<void> {
    await Deno.remove(this.#promised.get(tag)!.path);
  }

  /** Every run of restic that began, by the job whose work it was. */
  runs(jobs: Job[]): History["runs"] {
    const own = jobs.filter((job) => job.host_id === this.id);
    const inits = own.filter((job) => job.kind === "init");
    const by_tag = new Map(own.map((job) => [job.backup_set?.tags[0], job.id]));
    return Deno.readTextFileSync(this.#runs_file).split("\n").flatMap((line) => {
      const words = line.split(" ");
      const tag = words.find((word) => word.startsWith("--tag="))?.slice("--tag=".length);
      if (words.includes("init")) return [{ host_id: this.id, job_id: inits.shift()?.id ?? line }];
      if (!words.includes("backup")) return [];
      return [{ host_id: this.id, job_id: by_tag.get(tag) ?? line }];
    });
  }

  /** What its repository holds, as plain restic sees it. Call it when no job runs. */
  async inspect(): Promise<RepositoryFacts> {
    return await inspectRepository({
      host_id: this.id,
      promised: this.#promised,
      restic: async (...args) => {
        const { code, stdout } = await this.#stack.resticCommand(this.host, ...args).output();
        return { code, stdout };
      },
    });
  }

  /** What the agent holds for acknowledged: finished, and no longer in its outbox. After its stop. */
  acknowledged(): Acknowledged[] {
    const db = new DatabaseSync(join(this.host.agent.dir, "state", "state.db"), { readOnly: true });
    const rows = db.prepare(
      `SELECT id FROM jobs WHERE status = 'finished'
       AND id NOT IN (SELECT job_id FROM outbox WHERE job_id IS NOT NULL)`,
    ).all() as { id: string }[];
    db.close();
    return rows.map(({ id }) => ({
      host_id: this.id,
      message: { type: "job.finished", job_id: id, status: undefined },
    }));
  }
}

/** A restic that writes its arguments down and becomes the real one, with the same process id. */
async function notingRestic(dir: string, restic: string, runs_file: string): Promise<string> {
  await Deno.mkdir(dir);
  const path = join(dir, "restic");
  const script = `#!/bin/sh\necho "$*" >> '${runs_file}'\nexec '${restic}' "$@"\n`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return path;
}
