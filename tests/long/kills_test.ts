import assert from "node:assert/strict";
import { backupsOf, ended, randomFolder, readyHost } from "../faults.ts";
import { Stack, type StackHost } from "../stack.ts";
import { seededChance } from "./chance.ts";
import {
  allJobs,
  checkDatabase,
  checkEnds,
  checkLogs,
  checkRepository,
  checkSnapshots,
} from "./final_checks.ts";
import { Workload } from "./workload.ts";

const SERVER_KILLS = 20;
const AGENT_KILLS = 10;
const HOSTS = ["web-01", "web-02", "web-03"];

Deno.test("20 killed servers and 10 killed agents lose, double and damage nothing", async (t) => {
  // What a test prints is hidden where the task is quiet; the name of a step is not.
  const say = (line: string) => t.step(line, () => {});
  const chance = seededChance();
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const stack = await Stack.start();
  try {
    const hosts: { host: StackHost; source: string }[] = [];
    for (const name of HOSTS) {
      const source = await randomFolder(stack, `source-${name}`, 1000);
      hosts.push({ source, host: await readyHost(stack, name, [source]) });
    }
    const workload = new Workload({ stack, hosts, chance });
    const working = workload.run();
    working.catch(() => {}); // Thrown where it is waited for.
    const victims = [
      ...Array.from({ length: SERVER_KILLS }, () => undefined),
      ...Array.from({ length: AGENT_KILLS }, (_, n) => hosts[n % hosts.length]!.host),
    ];
    let hits = 0;
    for (const victim of chance.shuffled(victims)) {
      const targets = victim ? [victim] : hosts.map(({ host }) => host);
      const isHit = () => targets.some(({ agent }) => backupsOf(agent.dir).length > 0);
      // A backup is wanted, not owed: its agent may wait to connect again.
      await stack.poll("a backup", isHit, (is) => is, 12).catch(() => false);
      await new Promise((resolve) => setTimeout(resolve, chance.between(0, 2500)));
      if (isHit()) hits++;
      if (victim === undefined) {
        await stack.server.kill();
        await stack.startServer();
      } else {
        await victim.agent.kill();
        victim.agent.start();
      }
    }
    workload.finish();
    await working;

    // The last word of each agent, after which nothing is on its way any more.
    for (const { host } of hosts) {
      const { id } = await stack.startJob(host.id, { kind: "backup" });
      const job = await ended(stack, id, 150);
      assert.equal(job.status, "succeeded", job.error ?? "");
    }
    const jobs = await allJobs(stack);
    checkEnds(jobs, workload);
    const lines = await checkLogs(stack, jobs);
    let snapshots = 0;
    for (const { host } of hosts) {
      const own = jobs.filter((job) => job.host_id === host.id);
      snapshots += await checkSnapshots(stack, host, own);
      await checkRepository(stack, host);
    }
    await stack.server.stop();
    checkDatabase(stack);
    const count = (status: string) => jobs.filter((job) => job.status === status).length;
    await say(
      `${victims.length} kills, ${hits} of them with a backup running; ${jobs.length} jobs: ` +
        `${count("succeeded")} succeeded, ${count("interrupted")} interrupted; ` +
        `${snapshots} snapshots, ${lines} log lines`,
    );
  } finally {
    await stack.stop();
  }
});
