import assert from "node:assert/strict";
import type { AuditEntry } from "../../server/protocol/entities.ts";
import { addHostBehind, assertNothingLost, backUpInTurn, storm } from "../network/behind.ts";
import { FrameRelay } from "../network/frame_relay.ts";
import { TcpProxy } from "../network/tcp_proxy.ts";
import { Stack } from "../stack.ts";
import { seededChance } from "./chance.ts";

const BACKUPS = { count: 6, bytes: 1_200_000 };
const CUTS_EACH = 20;

Deno.test("three agents in networks that cut, delay and repeat for minutes lose and double nothing", async (t) => {
  const chance = seededChance();
  const say = (line: string) => t.step(line, () => {});
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const stack = await Stack.start();
  const target_port = Number(new URL(stack.server.url).port);
  const start = () => TcpProxy.start({ target_port, chance });
  const [one, two] = [await start(), await start()];
  const relay = new FrameRelay({ target_port, chance, twice: 0.5, again: 0.5 });
  const over = new AbortController();
  try {
    const hosts = [
      await addHostBehind(stack, "cut-01", one.url),
      await addHostBehind(stack, "cut-02", two.url),
      await addHostBehind(stack, "twice-01", relay.url),
    ];
    const weather = { cuts: CUTS_EACH, pause_ms: [500, 15_000], signal: over.signal } as const;
    const storms = Promise.all([one, two].map((proxy) => storm(proxy, chance, weather)));
    const seen = await Promise.all(hosts.map((host) => backUpInTurn(stack, host, BACKUPS)));
    over.abort();
    await storms;
    for (const [n, host] of hosts.entries()) await assertNothingLost(stack, host, seen[n]!);
    const { items } = await stack.api.call<{ items: AuditEntry[] }>("GET", "/api/audit?limit=500");
    assert.deepEqual(items.filter(({ action }) => action === "report.refuse"), []);
    const { up, down } = relay.repeated;
    await say(
      `${one.cuts + two.cuts} cuts of ${
        one.accepted + two.accepted
      } connections; ${up} frames up ` +
        `and ${down} down came again; ${seen.flatMap(({ jobs }) => jobs).length} backups, all once`,
    );
  } finally {
    over.abort();
    await stack.stop();
    await Promise.all([one.stop(), two.stop(), relay.stop()]);
  }
});
