import { fuzzRequests } from "../fuzz/body_fuzz.ts";
import { fuzzFrames } from "../fuzz/frame_fuzz.ts";
import { fuzzOrders } from "../fuzz/order_fuzz.ts";
import { seededChance } from "../long/chance.ts";

// The long versions are in tests/long/fuzz_test.ts. RM_SEED repeats a run.

Deno.test("2,000 mutated frames of an agent crash nothing and touch no other host", async () => {
  await fuzzFrames(seededChance(), 2000);
});

Deno.test("2,000 mutated requests to every route are never answered with 5xx", async () => {
  await fuzzRequests(seededChance(), 2000);
});

Deno.test("1,000 mutated frames of a server crash no agent and are obeyed only when signed", async () => {
  await fuzzOrders(seededChance(), 1000);
});
