/** @module One job after the other on every host, each watched to its end; hosts come and go meanwhile. */
import type { Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { ApiClient } from "../../server/tasks/stack/client.ts";
import type { Chance } from "../long/chance.ts";
import type { FakeHost } from "./fake_host.ts";
import type { Fleet } from "./fleet.ts";
import type { RealHost } from "./real_host.ts";

/** Backups of several seconds, so that most kills hit one. */
const UPLOAD_KIB_PER_SECOND = 200;
const FILE_BYTES = [400_000, 1_400_000] as const;
const AGAIN_MS = 300;

export class Load {
  readonly #fleet: Fleet;
  readonly #chance: Chance;
  readonly #over = new AbortController();
  /** POSTs that nobody answered: the job may be there all the same. */
  unanswered = 0;

  constructor(fleet: Fleet, chance: Chance) {
    this.#fleet = fleet;
    this.#chance = chance;
  }

  /** Works on every host until {@link finish}, then until each last job has ended. */
  async run(): Promise<void> {
    const { fakes, real, operators } = this.#fleet;
    const operator = (n: number) => operators[n % operators.length]!;
    await Promise.all([
      ...fakes.map((fake, n) => this.#workFake(fake, operator(n))),
      ...real.map((host, n) => this.#workReal(host, operator(n))),
    ]);
  }

  finish(): void {
    this.#over.abort();
  }

  async #workFake(fake: FakeHost, operator: ApiClient): Promise<void> {
    const { record } = this.#fleet;
    while (!this.#over.signal.aborted) {
      const luck = this.#chance.next();
      if (luck < 0.05) fake.goAway(this.#chance.between(300, 4000));
      else if (luck < 0.08) fake.restart();
      const job = await this.#start(operator, fake.host_id, { kind: "backup" });
      if (job === undefined) continue;
      const ended = this.#fleet.follow(job.id);
      if (luck > 0.92) {
        await record.more(this.#chance.between(1, 60), AbortSignal.timeout(2000));
        // Refused when it has ended already, and lost with the server.
        await operator.call("POST", paths.api.jobCancel(job.id)).catch(() => {});
      } else if (luck > 0.88) {
        await record.more(this.#chance.between(1, 60), AbortSignal.timeout(2000));
        fake.restart();
      }
      await ended;
    }
  }

  async #workReal(one: RealHost, operator: ApiClient): Promise<void> {
    while (!this.#over.signal.aborted) {
      const bytes = this.#chance.between(...FILE_BYTES);
      const { tag, body } = await one.nextBackup(bytes, UPLOAD_KIB_PER_SECOND);
      const job = await this.#start(operator, one.id, body);
      if (job === undefined) continue;
      await this.#fleet.follow(job.id);
      await one.forget(tag);
    }
  }

  /** Undefined if the server did not answer: it may have taken the order all the same. */
  async #start(operator: ApiClient, host_id: string, body: unknown): Promise<Job | undefined> {
    const { record } = this.#fleet;
    const asked = record.tick();
    try {
      const job = await operator.call<Job>("POST", paths.api.hostJobs(host_id), body);
      record.history.accepted.push({ job_id: job.id, host_id, asked });
      record.tick();
      return job;
    } catch {
      this.unanswered++;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      return undefined;
    }
  }
}
