import assert from "node:assert/strict";
import { SYSTEM } from "../../auth/permissions.ts";
import { FakeClock } from "../../clock.ts";
import { openDatabase } from "../../db/open.ts";
import { silentLog } from "../../log.ts";
import { WORLDS } from "./cast.ts";
import { seedServices } from "./services.ts";
import { seedStory } from "./story.ts";

const NOW_MS = Date.parse("2026-11-12T08:42:05Z");

Deno.test("the agents of every seeded world have applied the settings of their hosts", async () => {
  for (const world of WORLDS) {
    const db = openDatabase(":memory:", { clock: new FakeClock(), log: silentLog });
    const services = await seedServices(db, NOW_MS);
    await seedStory(services, { host_count: 30, snapshot_count: 1, now_ms: NOW_MS, world });
    for (const { id, name } of services.hosts.survey(SYSTEM).all) {
      const reasons = services.hosts.get(SYSTEM, id).degraded_reasons.join("; ");
      assert.doesNotMatch(reasons, /settings are not applied/, `${world}: ${name}`);
    }
    db.close();
  }
});
