import assert from "node:assert/strict";
import { AgentMessage, Hello } from "../protocol/agent_messages.ts";
import { fit } from "./fit.ts";

Deno.test("fit() refuses an object that only pretends to have a length", () => {
  const odd = { length: { toString: 1, valueOf: 1 } };
  assert.throws(() => Hello.safeParse({ type: "hello", hostname: odd }), TypeError);
  assert.equal(fit(Hello, { type: "hello", hostname: odd }).success, false);
  const good = { type: "heartbeat", time: "2026-11-12T08:00:00Z" };
  assert.deepEqual(fit(AgentMessage, good), { success: true, data: good });
});
