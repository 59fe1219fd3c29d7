/** @module What the bundled agent holds in memory while it is connected and idle. */
import { bundleAgent } from "./bundle.ts";
import type { Stack as StackType } from "../tests/stack.ts";
import type { Figure } from "./table.ts";

const IDLE_SECONDS = 60;
const BUDGET_MB = 50;
const NAME = "agent: RSS idle after 60 s connected, bundled";

interface Memory {
  resident_mb: number;
  /** Without the pages of files that are mapped, which others share and the kernel may drop. */
  own_mb: number;
}

/** Builds the one-file agent, connects it to a real server, waits a minute and reads its RSS. */
export async function measureAgentMemory(
  options: { project_dir: string; log(line: string): void },
): Promise<Figure[]> {
  try {
    const agent_file = await bundleAgent(options.project_dir);
    const memory = await idleMemory(agent_file, options.log);
    const note = `${memory.own_mb.toFixed(1)} MB its own, the rest Deno's program file, mapped`;
    return [{ name: NAME, unit: "MB", budget: BUDGET_MB, measured: memory.resident_mb, note }];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    const note = `skipped: ${reason}`;
    return [{ name: NAME, unit: "MB", budget: BUDGET_MB, measured: null, note }];
  }
}

async function idleMemory(agent_file: string, log: (line: string) => void): Promise<Memory> {
  // Only here, so that the other figures can be had while the server cannot start.
  const { Stack } = await import("../tests/stack.ts");
  const stack: StackType = await Stack.start({ agent_entry: { file: agent_file } });
  try {
    const host = await stack.addHost("bench-01", ["/etc/hostname"]);
    log(`the agent is connected; it idles for ${IDLE_SECONDS} s`);
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
    return memoryOf(host.agent.pid);
  } finally {
    await stack.stop();
  }
}

function memoryOf(pid: number): Memory {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024 / 1_000_000;
  return { resident_mb: megabytes("VmRSS"), own_mb: megabytes("RssAnon") };
}
