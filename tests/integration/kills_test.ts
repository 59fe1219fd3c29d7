import assert from "node:assert/strict";
import { seededChance } from "../long/chance.ts";
import { killAgents } from "../kills/agent_kills.ts";
import { evidence, spread } from "../kills/figures.ts";
import { Fleet } from "../kills/fleet.ts";
import { killServers } from "../kills/server_kills.ts";

Deno.test("5 killed servers and 5 killed agents lose, double and damage nothing", async (t) => {
  // What a test prints is hidden where the task is quiet; the name of a step is not.
  const say = (line: string) => t.step(line, () => {});
  const chance = seededChance();
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const real = ["web-01", "web-02"];
  const fleet = await Fleet.start({ fakes: 6, real, sessions: 3, chance, step_ms: [50, 400] });
  try {
    const servers = await killServers(fleet, { count: 5, ticks: [10, 250], chance, say });
    const agents = await killAgents(fleet, {
      victims: ["agent", "agent", "agent", "both", "both"],
      chance,
    });
    const findings = await fleet.findings(90);
    await say(`servers: ${servers.kills} kills, ready again ${spread(servers.ready_ms)}`);
    await say(
      `agents: ${agents.ends.join("; ")}; ended ${spread(agents.ended_ms)} after their return`,
    );
    await say(evidence(fleet.record.history));
    assert.deepEqual(findings, []);
    assert.equal(agents.next_succeeded, 5);
  } finally {
    await fleet.stop();
  }
});
