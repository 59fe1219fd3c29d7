import assert from "node:assert/strict";
import { Upcoming } from "./upcoming.ts";

const NOW_MS = Date.parse("2026-11-12T08:42:05Z");
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`);

function ids(upcoming: Upcoming, now_ms: number): string[] {
  return [...upcoming.after(now_ms)].map(({ id }) => id);
}

Deno.test("Upcoming gives the nearest run first and follows every change", () => {
  const upcoming = new Upcoming();
  upcoming.put("night", { cron: "30 2 * * *", timezone: "UTC" }, NOW_MS);
  upcoming.put("berlin", { cron: "30 2 * * *", timezone: "Europe/Berlin" }, NOW_MS);
  upcoming.put("noon", { cron: "0 12 * * *", timezone: "UTC" }, NOW_MS);
  assert.deepEqual([...upcoming.after(NOW_MS)], [
    { id: "noon", at_ms: at("12T12:00") },
    { id: "berlin", at_ms: at("13T01:30") },
    { id: "night", at_ms: at("13T02:30") },
  ]);
  assert.deepEqual(ids(upcoming, at("12T12:00")), ["berlin", "night", "noon"]);
  upcoming.put("noon", { cron: "0 13 * * *", timezone: "UTC" }, at("12T12:00"));
  upcoming.remove("berlin");
  assert.deepEqual(ids(upcoming, at("12T12:00")), ["noon", "night"]);
});

Deno.test("Upcoming is right again after the server's clock was set back", () => {
  const upcoming = new Upcoming();
  upcoming.put("noon", { cron: "0 12 * * *", timezone: "UTC" }, NOW_MS);
  assert.equal([...upcoming.after(at("20T00:00"))][0]!.at_ms, at("20T12:00"));
  assert.equal([...upcoming.after(NOW_MS)][0]!.at_ms, at("12T12:00"));
});

Deno.test("Upcoming bounds what one look costs when very many times have passed", () => {
  const upcoming = new Upcoming();
  for (let n = 0; n < 1000; n++) {
    const times = { cron: `${n % 60} ${Math.floor(n / 60)} * * *`, timezone: "UTC" };
    upcoming.put(`s${n}`, times, NOW_MS);
  }
  const later_ms = NOW_MS + 86_400_000;
  assert.equal(ids(upcoming, later_ms).length, 300);
  for (let n = 0; n < 3; n++) ids(upcoming, later_ms);
  assert.equal(ids(upcoming, later_ms).length, 1000);
});
