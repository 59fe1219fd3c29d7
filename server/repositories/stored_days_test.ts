import assert from "node:assert/strict";
import { ADMIN } from "../agents/test_world.ts";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { mintId } from "../ids.ts";
import { silentLog } from "../log.ts";
import { seedServices } from "../tasks/seed/services.ts";

const NOW_MS = Date.parse("2026-11-12T08:42:05Z");
const DAY_SECONDS = 86_400;

Deno.test("storedDays() draws all repositories together, days without news and removed hosts included", async () => {
  const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
  const { clock, enrollment, hosts, repositories } = await seedServices(db, NOW_MS);
  const add = async (name: string) =>
    (await enrollment.add(ADMIN, {
      ...{ name, os: "linux", tags: [], backup_set: { paths: ["/"], excludes: [], tags: [] } },
      repository: { url: `https://nas/${name}/`, append_only: true },
    })).host.id;
  const tell = (host_id: string, size_bytes: number) =>
    repositories.applyStats(host_id, {
      ...{ type: "repo.stats", report: { run_id: mintId(), seq: 1 }, size_bytes },
      ...{ snapshot_count: 1, dedup_ratio: null, compression_ratio: null },
      ...{ last_check_at: null, last_check_status: null, lock_state: "unlocked" },
    });
  const sizes = (now_bytes: number) =>
    repositories.storedDays(ADMIN, now_bytes).map((day) => day.size_bytes);
  const [first, second] = [await add("first"), await add("second")];
  assert.deepEqual(sizes(0), []);

  tell(first, 100);
  tell(second, 50);
  clock.advance(DAY_SECONDS);
  tell(first, 120);
  tell(first, 130);
  clock.advance(2 * DAY_SECONDS);
  tell(second, 40);
  assert.deepEqual(sizes(170), [150, 180, 180, 170]);

  clock.advance(DAY_SECONDS);
  hosts.remove(ADMIN, second);
  assert.deepEqual(sizes(130), [150, 180, 180, 170, 130]);
  clock.advance(200 * DAY_SECONDS);
  assert.deepEqual(sizes(130), Array(90).fill(130));
  db.close();
});
