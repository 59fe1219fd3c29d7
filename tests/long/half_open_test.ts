import assert from "node:assert/strict";
import { ended, randomFolder, startSlowly } from "../faults.ts";
import { addHostBehind } from "../network/behind.ts";
import { TcpProxy } from "../network/tcp_proxy.ts";
import { Stack } from "../stack.ts";
import { seededChance } from "./chance.ts";

/** What the protocol promises (product.md §5), and a little for a busy machine. */
const PROMISED_SECONDS = 45;
const GRACE_SECONDS = 3;

Deno.test("a peer that vanished without a word is noticed in 45 s by either side", async (t) => {
  const stack = await Stack.start();
  const target_port = Number(new URL(stack.server.url).port);
  const proxy = await TcpProxy.start({ target_port, chance: seededChance() });
  try {
    const { host } = await addHostBehind(stack, "away-01", proxy.url);
    await randomFolder(stack, "source-away-01", 4_000_000);
    const { id } = await startSlowly(stack, host);
    const welcomes = () => host.agent.output.split("connected to ").length - 1;
    const before = welcomes();
    const cut_ms = performance.now();
    proxy.goDark("hole");
    const noticed = async (side: string, isNoticed: () => boolean) => {
      await stack.poll(`the ${side} to notice`, isNoticed, (is) => is, 70);
      const seconds = (performance.now() - cut_ms) / 1000;
      await t.step(`the ${side} noticed after ${seconds.toFixed(1)} s`, () => {
        assert.ok(seconds <= PROMISED_SECONDS + GRACE_SECONDS);
      });
    };
    await Promise.all([
      noticed("server", () => stack.server.output.includes("agent disconnected")),
      noticed("agent", () => host.agent.output.includes("silent for 45 s")),
    ]);
    assert.equal((await stack.job(id)).status, "running", "a silent agent's job is not lost");
    await stack.poll(
      "the host to be offline",
      () => stack.host(host.id),
      ({ status }) => status === "offline",
      120,
    );
    assert.equal((await stack.job(id)).status, "running");
    proxy.restore();
    const job = await ended(stack, id, 150);
    assert.equal(job.status, "succeeded", job.error ?? "");
    assert.equal(welcomes(), before + 1);
  } finally {
    await stack.stop();
    await proxy.stop();
  }
});
