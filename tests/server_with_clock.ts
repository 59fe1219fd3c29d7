/** @module The server with a steered clock, for tests; all else is server/start_server.ts. */
import { systemClock } from "../server/clock.ts";
import { loadConfig } from "../server/config.ts";
import { writeLine } from "../server/log.ts";
import { startServer } from "../server/start_server.ts";
import { steeredOffsetMs } from "./steered_clock.ts";

const machine = systemClock();
const clock = { ...machine, now_ms: () => machine.now_ms() + steeredOffsetMs() };
const config = loadConfig({ env: Deno.env.toObject(), args: Deno.args });
const server = await startServer(config, { clock });
Deno.addSignalListener("SIGTERM", async () => {
  await server.stop();
  Deno.exit(0);
});
writeLine(Deno.stdout, `{"message":"listening","address":"${server.address}"}`);
