import { loseAndRegain } from "../browser/bad_network.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "pages whose network dies without a word say so too, and show the end by themselves",
  options,
  async () => {
    await loseAndRegain("hole");
  },
);
