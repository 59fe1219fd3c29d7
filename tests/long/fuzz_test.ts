import { fuzzRequests } from "../fuzz/body_fuzz.ts";
import { fuzzFrames } from "../fuzz/frame_fuzz.ts";
import { fuzzOrders } from "../fuzz/order_fuzz.ts";
import { type Chance, seededChance } from "./chance.ts";

/** Runs it, and says in the names of steps with which seed and with what figures. */
function fuzz(what: string, run: (chance: Chance) => Promise<unknown>): void {
  Deno.test(what, async (t) => {
    const chance = seededChance();
    await t.step(`seed ${chance.seed} (RM_SEED repeats it)`, () => {});
    const started_ms = performance.now();
    const figures = await run(chance);
    const took = `${Math.round((performance.now() - started_ms) / 1000)} s`;
    await t.step(`${JSON.stringify(figures)} in ${took}`, () => {});
  });
}

fuzz(
  "100,000 mutated frames of an agent crash nothing and touch no other host",
  (chance) => fuzzFrames(chance, 100_000),
);
fuzz(
  "100,000 mutated requests to every route are never answered with 5xx",
  (chance) => fuzzRequests(chance, 100_000),
);
fuzz(
  "20,000 mutated frames of a server crash no agent and are obeyed only when signed",
  (chance) => fuzzOrders(chance, 20_000),
);
