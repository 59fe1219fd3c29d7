/** @module Storage, a server, fake and real hosts, sessions that watch, and one history of it all. */
import { ApiClient } from "../../server/tasks/stack/client.ts";
import type { AddHostAnswer } from "../../server/protocol/rest.ts";
import { judge } from "../checker/checker.ts";
import { afterCrash } from "../checker/database.ts";
import type { Finding } from "../checker/history.ts";
import { readLastWord } from "../checker/last_word.ts";
import { Reader } from "../checker/reader.ts";
import { Record } from "../checker/record.ts";
import { Watch } from "../checker/watch.ts";
import type { Chance } from "../long/chance.ts";
import { Stack } from "../stack.ts";
import { FakeHost } from "./fake_host.ts";
import { RealHost } from "./real_host.ts";

/** The server lets so many enrol at once; killed, it has forgotten how many there were. */
const ENROL_AT_ONCE = 9;
const PASSWORD = "a long enough pass phrase 7";

export interface FleetOptions {
  fakes: number;
  /** Names of hosts with a real agent. */
  real: string[];
  /** How many sessions share the watching and the starting of jobs. */
  sessions: number;
  chance: Chance;
  step_ms: readonly [number, number];
}

export class Fleet {
  readonly record = new Record();
  readonly fakes: FakeHost[] = [];
  readonly real: RealHost[] = [];
  readonly operators: ApiClient[];
  readonly stack: Stack;
  readonly watch: Watch;
  readonly crash_problems: string[] = [];
  readonly #reader: Reader;
  readonly #living: Promise<void>[] = [];

  private constructor(stack: Stack, operators: ApiClient[]) {
    this.stack = stack;
    this.operators = operators;
    this.#reader = new Reader(stack.server.url, operators.map((operator) => operator.cookie));
    this.watch = new Watch(this.#reader, this.record);
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const stack = await Stack.start();
    let fleet: Fleet | undefined;
    try {
      fleet = new Fleet(stack, await signedIn(stack, options.sessions));
      for (const name of options.real) fleet.real.push(await RealHost.add(stack, name));
      for (let n = 1; n <= options.fakes; n++) await fleet.#addFake(n, options);
      fleet.#living.push(fleet.watch.followChanges());
      return fleet;
    } catch (error) {
      await (fleet ?? stack).stop();
      throw error;
    }
  }

  /** Watches a job from now on to its end. */
  follow(job_id: string): Promise<void> {
    return this.watch.follow(job_id);
  }

  /** SIGKILL; then what that left is looked at. The server is not started again. */
  async killServer(): Promise<void> {
    const highest = this.fakes.flatMap(({ host_id, outbox }) =>
      [...outbox.highest].map(([run_id, seq]) => ({ host_id, run_id, seq }))
    );
    await this.stack.server.kill();
    await this.lookAtCrash(highest);
  }

  /** Looks at the database of a server that was killed. */
  async lookAtCrash(highest: { host_id: string; run_id: string; seq: number }[]): Promise<void> {
    const { server, dir } = this.stack;
    this.crash_problems.push(...await afterCrash(server.data_dir, dir, highest));
  }

  /** Waits until nobody owes the server anything and every job has ended, then asks for the last word. */
  async findings(wait_seconds: number): Promise<Finding[]> {
    const { stack, record: { history } } = this;
    await stack.poll(
      "the outboxes to empty",
      () => this.fakes.filter((fake) => fake.outbox.size > 0 || fake.busy).map(({ name }) => name),
      (owing) => owing.length === 0,
      wait_seconds,
    );
    await stack.poll(
      "every job to end",
      () => stack.api.call<{ total: number }>("GET", "/api/jobs?status=active&limit=20"),
      ({ total }) => total === 0,
      wait_seconds,
    );
    for (const fake of this.fakes) fake.stop();
    for (const { host } of this.real) await host.agent.stop();
    this.watch.stop();
    await Promise.all(this.#living);
    await readLastWord(this.#reader, history);
    for (const fake of this.fakes) {
      const snapshots = fake.snapshots.map(({ id }) => ({ id, tags: [] }));
      history.repositories.push({ host_id: fake.host_id, snapshots, problems: fake.refusals });
    }
    for (const one of this.real) {
      history.repositories.push(await one.inspect());
      history.runs.push(...one.runs(history.jobs));
      history.acknowledged.push(...one.acknowledged());
    }
    const crashes = this.crash_problems.map((what) => ({ rule: "whole after every crash", what }));
    return [...crashes, ...judge(history)];
  }

  async stop(): Promise<void> {
    for (const fake of this.fakes) fake.stop();
    this.watch.stop();
    await Promise.all(this.real.map(({ host }) => host.agent.stop()));
    await Promise.all(this.#living);
    await this.stack.stop();
  }

  async #addFake(n: number, { chance, step_ms }: FleetOptions): Promise<void> {
    const { stack, record } = this;
    if (n % ENROL_AT_ONCE === 0) {
      await this.killServer();
      await stack.startServer();
    }
    const name = `fake-${String(n).padStart(2, "0")}`;
    const answer = await stack.api.call<AddHostAnswer>("POST", "/api/hosts", {
      name,
      os: "linux",
      backup_set: { paths: ["/data"], excludes: [], tags: [] },
      repository: { url: `${stack.storage.url}/${name}/`, rest_username: name },
    });
    const fake = new FakeHost({ base_url: stack.server.url, name, record, chance, step_ms });
    await fake.enroll(answer.token);
    this.fakes.push(fake);
    this.#living.push(fake.live());
    const init = await stack.runJob(fake.host_id, { kind: "init" });
    if (init.status !== "succeeded") throw new Error(`init of ${name}: ${init.error}`);
  }
}

/** New operators, each with a session: the server limits what one user may ask. */
async function signedIn(stack: Stack, count: number): Promise<ApiClient[]> {
  const operators: ApiClient[] = [];
  for (let n = 1; n <= count; n++) {
    const username = `operator-${n}`;
    const user = { username, password: PASSWORD, role: "operator" };
    await stack.api.call("POST", "/api/users", user);
    const operator = new ApiClient(stack.server.url);
    await operator.signIn(username, PASSWORD);
    operators.push(operator);
  }
  return operators;
}
