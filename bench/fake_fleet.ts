/**
 * @module A process with many fake agents on one server: `fake_fleet.ts BASE_URL FILE`, where FILE
 * holds their identities as JSON. Prints a line once all have their config, and beats until it is stopped.
 */
import { FakeAgent, type FakeIdentity } from "../server/tasks/stack/fake_agent.ts";

const HEARTBEAT_MS = 30_000;
const AT_ONCE = 100;

const [base_url = "", file = ""] = Deno.args;
const identities = JSON.parse(await Deno.readTextFile(file)) as FakeIdentity[];
const agents = await Promise.all(identities.map((one) => FakeAgent.of({ base_url }, one)));
const began = performance.now();
for (let n = 0; n < agents.length; n += AT_ONCE) {
  await Promise.all(agents.slice(n, n + AT_ONCE).map((agent) => agent.connect()));
}
while (!agents.every((agent) => agent.received.some((one) => one.type === "config.update"))) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const seconds = (performance.now() - began) / 1000;
Deno.stdout.writeSync(new TextEncoder().encode(`connected ${agents.length} in ${seconds} s\n`));

const beat = () => {
  const time = new Date().toISOString();
  for (const agent of agents) agent.send({ type: "heartbeat", time });
};
beat();
setInterval(beat, HEARTBEAT_MS);
