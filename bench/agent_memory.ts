/** @module How soon the bundled agent is connected, and what it then holds in memory while idle. */
import { AGENT_DENO_FLAGS } from "../server/tasks/deno_flags.ts";
import { Stack, type StackHost } from "../tests/stack.ts";
import { bundle } from "./bundle.ts";
import { memoryOf } from "./memory.ts";
import { type Figure, median, skipped } from "./table.ts";

const STARTS = 5;
const CONNECT_SECONDS_MAX = 30;

export interface AgentOptions {
  project_dir: string;
  /** How long it idles before its memory is read. */
  idle_seconds: number;
  log(line: string): void;
}

/** Builds the one-file agent, connects it to a real server, and measures both. */
export async function measureAgent(options: AgentOptions): Promise<Figure[]> {
  const { idle_seconds, log } = options;
  const start = { name: "agent: start to connected", unit: "s", budget: 0.5 };
  const name = `agent: RSS idle after ${idle_seconds} s connected, bundled`;
  const memory = { name, unit: "MB", budget: 50 };
  try {
    const { agent_file } = await bundle(options.project_dir);
    const stack = await Stack.start({
      agent_entry: { file: agent_file, flags: AGENT_DENO_FLAGS },
    });
    try {
      const host = await stack.addHost("bench-01", ["/etc/hostname"]);
      const seconds: number[] = [];
      for (let n = 0; n < STARTS; n++) seconds.push(await restartSeconds(host));
      log(`the agent is connected; it idles for ${idle_seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, idle_seconds * 1000));
      const { resident_mb, own_mb } = memoryOf(host.agent.pid);
      const mib = (resident_mb * 1e6 / 2 ** 20).toFixed(1);
      const note = `${mib} MiB as ps shows it; ${own_mb.toFixed(1)} MB its own, ` +
        "the rest Deno's program file, mapped";
      return [
        { ...start, measured: median(seconds), note: `process to welcome, median of ${STARTS}` },
        { ...memory, measured: resident_mb, note },
      ];
    } finally {
      await stack.stop();
    }
  } catch (error) {
    return [skipped(start, error), skipped(memory, error)];
  }
}

/** From the start of the process to the line that the server has welcomed it. */
async function restartSeconds({ agent }: StackHost): Promise<number> {
  await agent.stop();
  const started = performance.now();
  agent.start();
  while (!agent.output.includes("connected to ")) {
    if (performance.now() - started > CONNECT_SECONDS_MAX * 1000) {
      throw new Error(`the agent did not connect within ${CONNECT_SECONDS_MAX} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return (performance.now() - started) / 1000;
}
