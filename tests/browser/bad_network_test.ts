import { loseAndRegain } from "./bad_network.ts";

const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "pages whose network is cut say so, and show the end by themselves once it is back",
  options,
  async () => {
    await loseAndRegain("reset");
  },
);
