import assert from "node:assert/strict";
import type { LogStreamMessage } from "../server/protocol/agent_messages.ts";
import type { LogLine } from "../server/protocol/entities.ts";
import { Outbox } from "./outbox.ts";
import { AgentState } from "./state.ts";
import { FakeTiming } from "./timing.ts";

const RUN = "0193a3c2-0000-7000-8000-000000000002";
const JOB = "0193a3c2-0000-7000-8000-000000000003";

function anOutbox(
  state: AgentState,
  run_id: string,
  over: { log_quota_bytes?: number; timing?: FakeTiming } = {},
): Outbox {
  return new Outbox({ state, run_id, timing: new FakeTiming(), ...over });
}

function lines(from: number, count: number): LogLine[] {
  const ts = "2026-11-12T08:42:05Z";
  return Array.from(
    { length: count },
    (_, n) => ({ seq: from + n, ts, stream: "stdout" as const, payload: "x".repeat(80) }),
  );
}

function probed() {
  return {
    type: "repository.probed" as const,
    config_version: 1,
    state: "ready" as const,
    restic_repository_id: null,
    error: null,
    took_seconds: 1,
    probed_at: "2026-11-12T08:42:05Z",
  };
}

/** Everything that an outbox sends, acknowledged as it comes. */
async function drain(outbox: Outbox): Promise<LogStreamMessage[]> {
  const sent: LogStreamMessage[] = [];
  let next: LogStreamMessage[] = [];
  outbox.attach((text) => next.push(JSON.parse(text)));
  while (next.length > 0) {
    const batch = next;
    next = [];
    sent.push(...batch);
    outbox.acknowledge(batch.map((message) => message.report));
  }
  await outbox.whenEmpty(new AbortController().signal);
  return sent;
}

Deno.test("Outbox replays an older run's reports before its own", async () => {
  using state = new AgentState(":memory:", "host");
  anOutbox(state, JOB).append(probed());
  const outbox = anOutbox(state, RUN);
  outbox.append(probed());
  const runs = (await drain(outbox)).map((message) => [message.report.run_id, message.report.seq]);
  assert.deepEqual(runs, [[JOB, 1], [RUN, 1]]);
  assert.equal(outbox.size, 0);
});

Deno.test("Outbox forgets nothing when an acknowledgement names what it does not have", () => {
  using state = new AgentState(":memory:", "host");
  const outbox = anOutbox(state, RUN);
  outbox.append(probed());
  outbox.acknowledge([{ run_id: JOB, seq: 1 }, { run_id: RUN, seq: 2 }]);
  assert.equal(outbox.size, 1);
});

Deno.test("Outbox over its log quota drops the oldest lines, marks them, and keeps results", async () => {
  using state = new AgentState(":memory:", "host");
  const outbox = anOutbox(state, RUN, { log_quota_bytes: 200_000 });
  outbox.append(probed());
  for (let n = 0; n < 100; n++) outbox.appendLog(JOB, lines(1 + n * 50, 50));
  assert.ok(state.outbox.logBytes() <= 200_000);
  const sent = await drain(outbox);
  assert.equal(sent[0]!.type as string, "repository.probed");
  const logged = sent.slice(1).flatMap((message) => message.lines);
  const dropped = Number(logged[0]!.payload.match(/^\[(\d+) log lines were dropped/)?.[1]);
  assert.equal(logged[0]!.stream, "event");
  assert.equal(dropped + logged.length - 1, 5000);
  assert.equal(logged.at(-1)!.seq, 5000);
  assert.equal(logged[0]!.seq, dropped);
});

Deno.test("Outbox counts only the log lines that still wait against its quota", async () => {
  using state = new AgentState(":memory:", "host");
  const outbox = anOutbox(state, RUN, { log_quota_bytes: 20_000 });
  for (let n = 0; n < 10; n++) {
    outbox.appendLog(JOB, lines(1 + n * 50, 50));
    const sent = await drain(outbox);
    assert.deepEqual(sent.flatMap((message) => message.lines).length, 50, `batch ${n}`);
    outbox.detach();
  }
});

Deno.test("Outbox replays a long absence at a pace that the server allows", async () => {
  using state = new AgentState(":memory:", "host");
  const timing = new FakeTiming();
  const outbox = anOutbox(state, RUN, { timing });
  state.transaction(() => {
    for (let n = 0; n < 1200; n++) outbox.append(probed());
  });
  const sent: number[] = [];
  outbox.attach((text) => sent.push((JSON.parse(text) as LogStreamMessage).report.seq));
  function acknowledgeAll(): void {
    for (let done = -1; done < sent.length;) {
      done = sent.length;
      outbox.acknowledge(sent.map((seq) => ({ run_id: RUN, seq })));
    }
  }
  acknowledgeAll();
  assert.equal(sent.length, 1000);
  timing.advance(0.5);
  await Promise.resolve();
  acknowledgeAll();
  assert.equal(sent.length, 1050);
  timing.advance(60);
  await Promise.resolve();
  acknowledgeAll();
  assert.deepEqual(sent, Array.from({ length: 1200 }, (_, n) => n + 1));
  outbox.detach();
});

Deno.test("AgentState drops what belongs to another enrolment", async () => {
  const path = await Deno.makeTempFile();
  {
    using state = new AgentState(path, "host a");
    anOutbox(state, RUN).append(probed());
    state.seen.enterEpoch(9);
  }
  {
    using state = new AgentState(path, "host a");
    assert.deepEqual([state.outbox.count(), state.seen.epoch], [1, 9]);
  }
  {
    using state = new AgentState(path, "host b");
    assert.deepEqual([state.outbox.count(), state.seen.epoch], [0, 0]);
  }
  await Deno.remove(path);
});
