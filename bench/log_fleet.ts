/**
 * @module A process with fake agents whose jobs write logs: `log_fleet.ts BASE_URL FILE RATE SECONDS`,
 * where FILE holds enrolment tokens. Each job logs RATE lines a second, batched by the agent's own
 * code, at most 32 reports in flight, each begun with its time. Runs until it is stopped.
 */
import { JobLog } from "../agent/job_log.ts";
import { systemTiming } from "../agent/timing.ts";
import type { CommandRun } from "../server/protocol/server_messages.ts";
import type { LogLine } from "../server/protocol/entities.ts";
import { REPORTS_IN_FLIGHT_MAX } from "../server/protocol/limits.ts";
import { FakeAgent } from "../server/tasks/stack/fake_agent.ts";

const HEARTBEAT_MS = 5000;
const TICK_MS = 5;

const [base_url = "", file = "", rate = "0", seconds = "0"] = Deno.args;
const tokens = JSON.parse(await Deno.readTextFile(file)) as string[];
const agents: FakeAgent[] = [];
for (const token of tokens) {
  const agent = await FakeAgent.enroll({ base_url, onRun }, token);
  await agent.connect();
  agents.push(agent);
}
say(`connected ${agents.length}`);
setInterval(() => {
  const time = new Date().toISOString();
  for (const agent of agents) agent.send({ type: "heartbeat", time });
}, HEARTBEAT_MS);

function onRun(agent: FakeAgent, command: CommandRun): void {
  const { job_id, kind } = command;
  agent.report({ type: "job.started", job_id, kind, started_at: new Date().toISOString() });
  if (kind === "init") finish(agent, command, 0);
  else void flood(agent, command);
}

async function flood(agent: FakeAgent, command: CommandRun): Promise<void> {
  const waiting: LogLine[][] = [];
  const in_flight: { seq: number; lines: number }[] = [];
  const log = new JobLog({
    timing: systemTiming(),
    write: (lines) => void waiting.push(lines),
    onTrouble: () => {},
  });
  const began_ms = performance.now();
  let written = 0;
  let accepted = 0;
  const pump = () => {
    while (in_flight.length > 0 && agent.acknowledged(in_flight[0]!.seq)) {
      accepted += in_flight.shift()!.lines;
    }
    while (waiting.length > 0 && in_flight.length < REPORTS_IN_FLIGHT_MAX) {
      const lines = waiting.shift()!;
      const seq = agent.report({ type: "log.stream", job_id: command.job_id, lines });
      in_flight.push({ seq, lines: lines.length });
    }
  };
  const until_ms = Number(seconds) * 1000;
  for (let at_ms = 0; at_ms < until_ms;) {
    at_ms = performance.now() - began_ms;
    const due = Math.floor(Math.min(at_ms, until_ms) / 1000 * Number(rate));
    for (; written < due; written++) {
      const now_ms = performance.timeOrigin + performance.now();
      log.add("stdout", `${now_ms.toFixed(1)} ${"unchanged /srv/data/file ".repeat(2)}${written}`);
    }
    pump();
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  log.close();
  while (waiting.length > 0 || in_flight.length > 0) {
    pump();
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  say(`logged ${JSON.stringify({ written, accepted, took_ms: performance.now() - began_ms })}`);
  finish(agent, command, log.lines);
}

function finish(agent: FakeAgent, { job_id, kind }: CommandRun, log_lines: number): void {
  const at = new Date().toISOString();
  agent.report({
    ...{ type: "job.finished", job_id, kind, status: "succeeded", exit_code: 0, log_lines },
    ...{ error_class: null, error: null, stats: { snapshot_id: "ab12cd34" } },
    ...{ started_at: at, finished_at: at },
  });
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
