/** @module Real backups, one after the other on every host, while programs are being killed. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Job } from "../../server/protocol/entities.ts";
import type { Stack, StackHost } from "../stack.ts";
import type { Chance } from "./chance.ts";

/** Backups of several seconds, so that most kills hit one. */
const BANDWIDTH = { limit_upload_kib_per_second: 200 };
const FILE_BYTES = [600_000, 1_600_000] as const;

export interface WorkloadOptions {
  stack: Stack;
  hosts: { host: StackHost; source: string }[];
  chance: Chance;
}

/** What the server promised: jobs it answered for, and the first end it showed of each. */
export class Workload {
  readonly accepted = new Map<string, { host: StackHost; tag: string }>();
  readonly first_end = new Map<string, Job["status"]>();
  readonly #o: WorkloadOptions;
  #over = false;
  #tags = 0;

  constructor(options: WorkloadOptions) {
    this.#o = options;
  }

  /** Starts working on every host; ends after {@link finish}, when each last job has ended. */
  async run(): Promise<void> {
    await Promise.all(this.#o.hosts.map(({ host, source }) => this.#work(host, source)));
  }

  finish(): void {
    this.#over = true;
  }

  async #work(host: StackHost, source: string): Promise<void> {
    while (!this.#over) {
      const [low, high] = FILE_BYTES;
      const file = join(source, "changing.bin");
      await Deno.writeFile(file, randomBytes(this.#o.chance.between(low, high)));
      const tag = `job-${++this.#tags}`;
      const job = await this.#start(host, { paths: [source], excludes: [], tags: [tag] });
      if (job === undefined) continue;
      this.accepted.set(job.id, { host, tag });
      await this.#watch(host, job.id);
    }
  }

  /** Undefined if the server was not there to answer: it may have taken the order all the same. */
  async #start(host: StackHost, backup_set: unknown): Promise<Job | undefined> {
    try {
      const body = { kind: "backup", backup_set, bandwidth: BANDWIDTH };
      return await this.#o.stack.startJob(host.id, body);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return undefined;
    }
  }

  async #watch(host: StackHost, id: string): Promise<void> {
    const { stack } = this.#o;
    const job = await stack.poll(
      `job ${id} of ${host.name} to end`,
      () => stack.job(id).catch(() => undefined), // The server may be away at any moment.
      (seen) => seen !== undefined && seen.finished_at !== null,
      240,
    );
    this.first_end.set(id, job!.status);
  }
}
