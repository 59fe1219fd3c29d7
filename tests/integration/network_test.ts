import assert from "node:assert/strict";
import type { AuditEntry } from "../../server/protocol/entities.ts";
import { seededChance } from "../long/chance.ts";
import { addHostBehind, assertNothingLost, backUpInTurn, storm } from "../network/behind.ts";
import { FrameRelay } from "../network/frame_relay.ts";
import { TcpProxy } from "../network/tcp_proxy.ts";
import { Stack } from "../stack.ts";

const BACKUPS = { count: 2, bytes: 1_200_000 };

Deno.test("a network that cuts and repeats loses no result and runs nothing twice", async (t) => {
  const chance = seededChance();
  const say = (line: string) => t.step(line, () => {});
  await say(`seed ${chance.seed} (RM_SEED repeats it)`);
  const stack = await Stack.start();
  const target_port = Number(new URL(stack.server.url).port);
  const proxy = await TcpProxy.start({ target_port, chance });
  const relay = new FrameRelay({ target_port, chance });
  const over = new AbortController();
  try {
    const cut = await addHostBehind(stack, "cut-01", proxy.url);
    const repeated = await addHostBehind(stack, "twice-01", relay.url);
    const weather = storm(proxy, chance, { cuts: 4, pause_ms: [500, 4000], signal: over.signal });
    const [of_cut, of_repeated] = await Promise.all([
      backUpInTurn(stack, cut, BACKUPS),
      backUpInTurn(stack, repeated, BACKUPS),
    ]);
    over.abort();
    await weather;
    assert.ok(proxy.cuts > 0, "something was cut");
    assert.ok(relay.repeated.up > 5 && relay.repeated.down > 5, JSON.stringify(relay.repeated));
    await assertNothingLost(stack, cut, of_cut);
    await assertNothingLost(stack, repeated, of_repeated);
    const { items } = await stack.api.call<{ items: AuditEntry[] }>("GET", "/api/audit?limit=100");
    const refused = items.filter(({ action }) => action === "report.refuse");
    assert.deepEqual(refused, []);
    await say(
      `${proxy.cuts} cuts of ${proxy.accepted} connections; of ${relay.passed.up} frames up ` +
        `${relay.repeated.up} repeats, of ${relay.passed.down} down ${relay.repeated.down}`,
    );
  } finally {
    over.abort();
    await stack.stop();
    await proxy.stop();
    await relay.stop();
  }
});
