/**
 * @module A process with many fake agents on one server: `fake_fleet.ts BASE_URL FILE AT_ONCE`, where
 * FILE holds their identities as JSON and AT_ONCE is how many connect at a time. Prints a line once
 * the server has dealt with everybody's acknowledgement of its config, and beats until it is stopped.
 */
import { FakeAgent, type FakeIdentity } from "../server/tasks/stack/fake_agent.ts";

const HEARTBEAT_MS = 30_000;

const [base_url = "", file = "", at_once = "100"] = Deno.args;
const identities = JSON.parse(await Deno.readTextFile(file)) as FakeIdentity[];
const agents = await Promise.all(identities.map((one) => FakeAgent.of({ base_url }, one)));
say("ready");
const began = performance.now();
for (let n = 0; n < agents.length; n += Number(at_once)) {
  await Promise.all(agents.slice(n, n + Number(at_once)).map((agent) => agent.connect()));
}
while (!agents.every((agent) => agent.received.some((one) => one.type === "config.update"))) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await Promise.all(agents.map((agent) => agent.roundTrip()));
say(`connected ${agents.length} in ${(performance.now() - began) / 1000} s`);

setInterval(() => {
  const time = new Date().toISOString();
  for (const agent of agents) agent.send({ type: "heartbeat", time });
}, HEARTBEAT_MS);

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
