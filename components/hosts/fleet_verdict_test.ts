import assert from "node:assert/strict";
import { fleetNews, fleetTitle, nothingNeedsYou } from "./fleet_verdict.ts";

const none = { failed: 0, never: 0, stale: 0, gaps: 0, good: 0, paused: 0 };

Deno.test("fleetTitle() counts gaps apart from backed up", () => {
  const by_state = { ...none, good: 7, gaps: 1, failed: 2, stale: 1, paused: 1 };
  const numbers = { total_hosts: 12, pending_hosts: 0, by_state };
  assert.equal(fleetTitle(numbers), "7 of 12 hosts are backed up");
  assert.deepEqual(fleetNews(numbers).map((news) => news.text), ["2 failed", "1 is overdue"]);
});

Deno.test("fleetTitle() speaks of one host in the singular", () => {
  const numbers = { total_hosts: 1, pending_hosts: 0, by_state: { ...none, good: 1 } };
  assert.equal(fleetTitle(numbers), "1 of 1 host is backed up");
  assert.deepEqual(fleetNews(numbers), []);
});

Deno.test("fleetNews() tells hosts without an agent from hosts never backed up", () => {
  const numbers = { total_hosts: 3, pending_hosts: 1, by_state: { ...none, never: 3 } };
  assert.deepEqual(fleetNews(numbers).map((news) => news.text), [
    "2 were never backed up",
    "1 waits for its agent",
  ]);
});

Deno.test("nothingNeedsYou() is false while a host has gaps, though the title tells those", () => {
  const numbers = { total_hosts: 2, pending_hosts: 0, by_state: { ...none, good: 1, gaps: 1 } };
  assert.deepEqual(fleetNews(numbers), []);
  assert.equal(nothingNeedsYou(numbers), false);
  const good = { total_hosts: 3, pending_hosts: 0, by_state: { ...none, good: 2, paused: 1 } };
  assert.equal(nothingNeedsYou(good), true);
});
