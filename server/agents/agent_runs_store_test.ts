import assert from "node:assert/strict";
import { mintId } from "../ids.ts";
import { AgentRunsStore } from "./agent_runs_store.ts";
import { enrolledHost, testWorld } from "./test_world.ts";

Deno.test("advance() raises the mark of a run only, and keeps the newest 64 runs of a host", async () => {
  const world = await testWorld();
  const [host, other] = [await enrolledHost(world), await enrolledHost(world, "web-02")];
  const runs = new AgentRunsStore(world.db);
  const run_id = mintId();
  const advance = (seq: number) => runs.advance(host.id, { run_id, seq }, world.clock.now_ms());
  assert.deepEqual([3, 3, 2, 4].map(advance), [true, false, false, true]);
  runs.advance(other.id, { run_id, seq: 1 }, world.clock.now_ms());
  for (let n = 0; n < 300; n++) {
    world.clock.advance(1);
    runs.advance(host.id, { run_id: mintId(), seq: 1 }, world.clock.now_ms());
  }
  const count = world.db.prepare("SELECT count(*) AS n FROM agent_runs WHERE host_id = ?");
  assert.deepEqual([host.id, other.id].map((id) => count.get(id)!.n), [64, 1]);
  world.db.close();
});
