/**
 * @module `deno task seed --data-dir D [--hosts 12] [--snapshots N] [--world W] [--users]`: fills a
 * database with one deterministic story, for screenshots and benches. Its hosts have no agents; a
 * server started on that data dir shows them. Keys are made there as the server makes them.
 *
 * `--snapshots` counts those of all hosts together (30 of each by default). `--world` is `usual`,
 * `good` (all is well), `states` (a host for every odd state) or `empty`. `--users` makes an admin,
 * an operator and a viewer with one new password, which is printed.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SYSTEM } from "../auth/permissions.ts";
import { Audit } from "../audit/audit.ts";
import { Users } from "../auth/users.ts";
import { systemClock } from "../clock.ts";
import { Meta } from "../db/meta.ts";
import { openDatabase } from "../db/open.ts";
import { mintToken } from "../ids.ts";
import { createLog } from "../log.ts";
import { loadIdentity } from "../secrets/identity.ts";
import { checkMasterKey } from "../secrets/key_check.ts";
import { loadMasterKey } from "../secrets/key_file.ts";
import { Sealer } from "../secrets/seal.ts";
import { WORLDS } from "./seed/cast.ts";
import { seedStory } from "./seed/story.ts";
import { seedServices } from "./seed/services.ts";

const { values } = parseArgs({
  options: {
    "data-dir": { type: "string" },
    hosts: { type: "string", default: "12" },
    snapshots: { type: "string" },
    world: { type: "string", default: "usual" },
    users: { type: "boolean", default: false },
  },
});
const data_dir = values["data-dir"];
const host_count = Number(values.hosts);
const snapshot_count = values.snapshots === undefined
  ? 30
  : Math.ceil(Number(values.snapshots) / host_count);
const world = WORLDS.find((name) => name === values.world);
if (data_dir === undefined || world === undefined || !(host_count >= 1 && snapshot_count >= 0)) {
  const worlds = WORLDS.join("|");
  say(
    `Usage: deno task seed --data-dir D [--hosts 12] [--snapshots 360] [--world ${worlds}] [--users]`,
  );
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
const began_ms = performance.now();
// What is made here can be made again: thousands of small transactions need not wait for the disk.
db.sqlite.exec("PRAGMA synchronous = OFF");
await seedStory(services, { host_count, snapshot_count, now_ms, world });
const hosts = services.hosts.survey(SYSTEM).all;
if (values.users) say(await addUsers());
db.sqlite.exec("PRAGMA synchronous = FULL");
db.close();
const seconds = ((performance.now() - began_ms) / 1000).toFixed(1);
const snapshots = hosts.reduce((sum, host) => sum + host.snapshot_count, 0);
say(`Seeded ${hosts.length} hosts with ${snapshots} snapshots into ${data_dir} in ${seconds} s`);

/** One account of each role. */
async function addUsers(): Promise<string> {
  const password = mintToken("seed", 12);
  const users = new Users({ db, clock, audit: new Audit(db, clock) });
  for (const role of ["admin", "operator", "viewer"] as const) {
    await users.add(SYSTEM, { username: role, password, role });
  }
  return `Users admin, operator and viewer, each with the password ${password}`;
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}
