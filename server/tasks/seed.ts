/**
 * @module `deno task seed --data-dir D [--hosts 12] [--snapshots N]`: fills a database with one
 * deterministic story, for screenshots and benches. Its hosts have no agents; a server started on
 * that data dir shows them. Keys are made there as the server makes them.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SYSTEM } from "../auth/permissions.ts";
import { systemClock } from "../clock.ts";
import { Meta } from "../db/meta.ts";
import { openDatabase } from "../db/open.ts";
import { createLog } from "../log.ts";
import { loadIdentity } from "../secrets/identity.ts";
import { checkMasterKey } from "../secrets/key_check.ts";
import { loadMasterKey } from "../secrets/key_file.ts";
import { Sealer } from "../secrets/seal.ts";
import { seedStory } from "./seed/story.ts";
import { seedServices } from "./seed/services.ts";

const { values } = parseArgs({
  options: {
    "data-dir": { type: "string" },
    hosts: { type: "string", default: "12" },
    snapshots: { type: "string", default: "30" },
  },
});
const data_dir = values["data-dir"];
const host_count = Number(values.hosts);
const snapshot_count = Number(values.snapshots);
if (data_dir === undefined || !(host_count >= 1) || !(snapshot_count >= 0)) {
  say("Usage: deno task seed --data-dir D [--hosts 12] [--snapshots 30]");
  Deno.exit(64);
}

mkdirSync(data_dir, { recursive: true, mode: 0o700 });
const clock = systemClock();
const db_path = join(data_dir, "restic-manager.db");
const is_new = !existsSync(db_path);
const sealer = new Sealer(loadMasterKey(join(data_dir, "secret.key"), is_new));
await loadIdentity(data_dir, is_new);
const db = openDatabase(db_path, { clock, log: createLog("warn") });
await checkMasterKey(new Meta(db), sealer);
const now_ms = clock.now_ms();
const services = await seedServices(db, now_ms, sealer);
if (services.hosts.survey(SYSTEM).all.length > 0) {
  say("This database has hosts already. Seed an empty one");
  Deno.exit(1);
}
await seedStory(services, { host_count, snapshot_count, now_ms });
db.close();
say(`Seeded ${host_count} hosts into ${data_dir}`);

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}
