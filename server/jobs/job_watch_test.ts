import assert from "node:assert/strict";
import * as fc from "fast-check";
import { hasEnded } from "./job_state.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import {
  ADMIN,
  agentOf,
  type JobsWorld,
  jobsWorld,
  linesFrom,
  readyHost,
  startBackup,
} from "./test_world.ts";

/** Lets the watcher read its next page; it asks for one turn of the event loop per page. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (condition()) return;
    await nextTurn();
  }
  assert.fail("the condition did not come true in 200 turns");
}

function seqsOf(messages: JobStreamMessage[]): number[] {
  return messages.flatMap((m) => m.type === "log.stream" ? m.lines.map((line) => line.seq) : []);
}

/** What every watcher must end with, whenever it came. */
function assertWhole(messages: JobStreamMessage[], from: number, to: number): void {
  assert.equal(messages[0]?.type, "job");
  const expected = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + 1 + i);
  assert.deepEqual(seqsOf(messages), expected);
  assert.equal(messages.filter((m) => m.type === "job.finished").length, 1);
  const last = messages.at(-1)!;
  assert.ok(last.type === "job" && hasEnded(last.job.status), `ended with ${last.type}`);
}

const isWhole = (messages: JobStreamMessage[]) => {
  const last = messages.at(-1);
  return last?.type === "job" && hasEnded(last.job.status) &&
    messages.some((m) => m.type === "job.finished");
};

async function backup(world: JobsWorld) {
  const host = await readyHost(world);
  return { agent: agentOf(world, host.id), job_id: startBackup(world, host.id).id };
}

Deno.test("watch() of a job that has ended replays its log in pages and then its end", async () => {
  const world = await jobsWorld();
  const { agent, job_id } = await backup(world);
  agent.started(job_id);
  agent.log(job_id, linesFrom(1, 1700));
  agent.finished(job_id);
  for (const after_seq of [0, 1, 1200, 1700]) {
    const messages: JobStreamMessage[] = [];
    const stop = world.jobs.watch(ADMIN, job_id, after_seq, (m) => messages.push(m));
    await until(() => isWhole(messages));
    stop();
    assertWhole(messages, after_seq, 1700);
  }
  assert.equal(world.stream.watchers(job_id), 0);
  world.db.close();
});

Deno.test("watch() gives every line once and the end last, whenever the watcher comes", async () => {
  const world = await jobsWorld();
  const { id: host_id } = await readyHost(world);
  const agent = agentOf(world, host_id);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 700 }).map((n) => ({ lines: n })) },
    { weight: 2, arbitrary: fc.constant("turn" as const) },
    { weight: 2, arbitrary: fc.constant("progress" as const) },
    { weight: 1, arbitrary: fc.constant("repeat" as const) },
    { weight: 2, arbitrary: fc.constant("watch" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const job_id = startBackup(world, host_id).id;
      const watchers: { messages: JobStreamMessage[]; stop: () => void }[] = [];
      let seq = 0;
      let before = 0;
      agent.started(job_id);
      for (const now of [...steps, "end", "watch"] as const) {
        if (now === "turn") await nextTurn();
        else if (now === "progress") agent.progress(job_id, seq % 1000);
        else if (now === "repeat" && seq > 0) agent.log(job_id, linesFrom(before + 1, seq));
        else if (now === "end") agent.finished(job_id);
        else if (now === "watch") {
          const messages: JobStreamMessage[] = [];
          const stop = world.jobs.watch(ADMIN, job_id, 0, (m) => messages.push(m));
          watchers.push({ messages, stop });
        } else if (typeof now === "object") {
          before = seq;
          agent.log(job_id, linesFrom(seq + 1, seq += now.lines));
        }
      }
      for (const { messages, stop } of watchers) {
        await until(() => isWhole(messages));
        stop();
        assertWhole(messages, 0, seq);
      }
    }),
    { numRuns: 60 },
  );
  world.db.close();
});

Deno.test("watch() sends nothing more once it was stopped, even between two pages", async () => {
  const world = await jobsWorld();
  const { agent, job_id } = await backup(world);
  agent.started(job_id);
  agent.log(job_id, linesFrom(1, 1500));
  const messages: JobStreamMessage[] = [];
  const stop = world.jobs.watch(ADMIN, job_id, 0, (m) => messages.push(m));
  stop();
  const count = messages.length;
  agent.finished(job_id);
  await nextTurn();
  assert.equal(messages.length, count);
  world.db.close();
});

Deno.test("A watcher that throws is dropped and the others go on", async () => {
  const world = await jobsWorld();
  const { agent, job_id } = await backup(world);
  agent.started(job_id);
  const messages: JobStreamMessage[] = [];
  const stop_bad = world.stream.subscribe(job_id, () => {
    throw new Error("the browser is gone");
  });
  const stop = world.jobs.watch(ADMIN, job_id, 0, (m) => messages.push(m));
  agent.log(job_id, linesFrom(1, 2));
  assert.deepEqual(seqsOf(messages), [1, 2]);
  assert.equal(world.stream.watchers(job_id), 1);
  stop_bad();
  stop();
  world.db.close();
});
