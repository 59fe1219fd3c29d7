/** @module A data dir with the story of many hosts, and the identities of agents for them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM } from "../server/auth/permissions.ts";
import { systemClock } from "../server/clock.ts";
import { Meta } from "../server/db/meta.ts";
import { openDatabase } from "../server/db/open.ts";
import { silentLog } from "../server/log.ts";
import { loadIdentity } from "../server/secrets/identity.ts";
import { checkMasterKey } from "../server/secrets/key_check.ts";
import { loadMasterKey } from "../server/secrets/key_file.ts";
import { Sealer } from "../server/secrets/seal.ts";
import type { FakeIdentity } from "../server/tasks/stack/fake_agent.ts";
import { seedServices } from "../server/tasks/seed/services.ts";
import { seedStory } from "../server/tasks/seed/story.ts";

/** Fills an empty folder as a server would have, and enrols an agent for each host. */
export async function fleetData(
  data_dir: string,
  host_count: number,
  snapshot_count = 30,
): Promise<FakeIdentity[]> {
  Deno.mkdirSync(data_dir, { recursive: true, mode: 0o700 });
  const path = join(data_dir, "restic-manager.db");
  const is_new = !existsSync(path);
  const sealer = new Sealer(loadMasterKey(join(data_dir, "secret.key"), is_new));
  const identity = await loadIdentity(data_dir, is_new);
  const clock = systemClock();
  const db = openDatabase(path, { clock, log: silentLog });
  try {
    await checkMasterKey(new Meta(db), sealer);
    // Nothing here must outlive a power cut, and 10,000 small transactions would wait for the disk.
    db.sqlite.exec("PRAGMA synchronous = OFF");
    const services = await seedServices(db, clock.now_ms(), sealer);
    await seedStory(services, { host_count, snapshot_count, now_ms: clock.now_ms() });
    const public_key = identity.public_key.toBase64();
    const identities: FakeIdentity[] = [];
    for (const { id } of services.hosts.survey(SYSTEM).all) {
      const { token } = await services.enrollment.regenerate(SYSTEM, id);
      const { host_id, bearer } = await services.enrollment.enroll({
        ...{ token, nonce: "0123456789abcdef", protocol_version: 1, agent_version: "0.1.0" },
        ...{ hostname: "bench", os: "linux", os_version: "Debian 12", arch: "x86_64" },
      }, "192.0.2.10");
      identities.push({ host_id, bearer, public_key });
    }
    return identities;
  } finally {
    db.close();
  }
}
