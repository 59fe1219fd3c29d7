/** @module The agent with a steered clock, and patience, for tests: `run` alone differs from agent/main.ts. */
import { runAgent } from "../agent/agent.ts";
import { findDirectories } from "../agent/directories.ts";
import { createAgentLog } from "../agent/log.ts";
import { main } from "../agent/main.ts";
import { systemTiming } from "../agent/timing.ts";
import { steeredOffsetMs } from "./steered_clock.ts";

if (Deno.args[0] !== "run") Deno.exit(await main(Deno.args));
const machine = systemTiming();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stop.abort());
}
await runAgent({
  ...findDirectories({}),
  signal: stop.signal,
  log: createAgentLog("text"),
  alone_after_seconds: Number(Deno.env.get("RM_TEST_ALONE_AFTER_SECONDS") ?? 300),
  timing: { ...machine, now_ms: () => machine.now_ms() + steeredOffsetMs() },
});
Deno.exit(0);
