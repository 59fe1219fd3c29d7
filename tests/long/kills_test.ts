import assert from "node:assert/strict";
import { killAgents, type Victim } from "../kills/agent_kills.ts";
import { counted, evidence, spread } from "../kills/figures.ts";
import { Fleet } from "../kills/fleet.ts";
import { killServers } from "../kills/server_kills.ts";
import { seededChance } from "./chance.ts";

const SERVER_KILLS = 200;
/** 50 agents, some with their restic; beside them restic alone, and agents that stand still. */
const VICTIMS: Victim[] = [
  ...Array<Victim>(28).fill("agent"),
  ...Array<Victim>(22).fill("both"),
  ...Array<Victim>(8).fill("restic"),
  ...Array<Victim>(8).fill("held"),
];
const RETURN_MAX_MS = 60_000;

Deno.test("200 killed servers lose, double and damage nothing", async (t) => {
  // What a test prints is hidden where the task is quiet; the name of a step is not.
  const say = (line: string) => t.step(line, () => {});
  const chance = seededChance();
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const real = ["web-01", "web-02"];
  const fleet = await Fleet.start({ fakes: 50, real, sessions: 12, chance, step_ms: [200, 1800] });
  try {
    const figures = await killServers(fleet, {
      count: SERVER_KILLS,
      ticks: [20, 600],
      chance,
      say,
    });
    const findings = await fleet.findings(180);
    const { kills, early, jobs_hit, backups_hit, ready_ms, unanswered } = figures;
    const sum = (name: "redelivered" | "restarts" | "connects") =>
      fleet.fakes.reduce((total, fake) => total + fake[name], 0);
    await say(
      `${kills} kills, ${early} of them before the server was ready; at ${backups_hit} a real ` +
        `backup ran, and ${Math.min(...jobs_hit)} to ${Math.max(...jobs_hit)} jobs in all`,
    );
    await say(`ready again: ${spread(ready_ms)}`);
    await say(
      `fake agents: ${sum("connects")} connections, ${sum("restarts")} restarts, ` +
        `${sum("redelivered")} commands that came again; ${unanswered} calls without an answer`,
    );
    await say(evidence(fleet.record.history));
    await say(`findings: ${counted(findings.map(({ rule }) => rule)) || "0"}`);
    assert.deepEqual(findings.slice(0, 40), []);
  } finally {
    await fleet.stop();
  }
});

Deno.test("50 agents killed in real backups come back to whole repositories", async (t) => {
  const say = (line: string) => t.step(line, () => {});
  const chance = seededChance();
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const real = ["db-01", "db-02", "db-03"];
  const fleet = await Fleet.start({ fakes: 0, real, sessions: 3, chance, step_ms: [1, 1] });
  try {
    const figures = await killAgents(fleet, { victims: VICTIMS, chance });
    const findings = await fleet.findings(90);
    await say(
      `${counted(VICTIMS)}; ${figures.in_backup} of ${VICTIMS.length} while restic was at work`,
    );
    await say(counted(figures.ends));
    await say(`killed agents: their job had ended ${spread(figures.ended_ms)} after their return`);
    await say(`next backup: ${figures.next_succeeded} of ${VICTIMS.length} succeeded`);
    await say(evidence(fleet.record.history));
    await say(`findings: ${counted(findings.map(({ rule }) => rule)) || "0"}`);
    assert.deepEqual(findings, []);
    assert.equal(figures.next_succeeded, VICTIMS.length);
    const late = figures.ended_ms.filter((duration_ms) => duration_ms > RETURN_MAX_MS);
    assert.deepEqual(late, [], "jobs that hung on after their agent's return");
  } finally {
    await fleet.stop();
  }
});
