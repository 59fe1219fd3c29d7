/** @module The nouns that the seed writes through, over a clock that it moves and hosts that it connects. */
import { Audit } from "../../audit/audit.ts";
import { Refusals } from "../../auth/refusals.ts";
import { FakeClock, iso } from "../../clock.ts";
import { Commands } from "../../commands/commands.ts";
import type { Database } from "../../db/database.ts";
import { Enrollment } from "../../hosts/enrollment.ts";
import { Hosts } from "../../hosts/hosts.ts";
import { JobStream } from "../../jobs/job_stream.ts";
import { Jobs } from "../../jobs/jobs.ts";
import { silentLog } from "../../log.ts";
import type { AgentLink, ChangeFeed } from "../../ports.ts";
import { Repositories } from "../../repositories/repositories.ts";
import { temporaryIdentity } from "../../secrets/identity.ts";
import { Sealer } from "../../secrets/seal.ts";
import { Schedules } from "../../schedules/schedules.ts";
import { Snapshots } from "../../snapshots/snapshots.ts";

export type SeedServices = Awaited<ReturnType<typeof seedServices>>;

/** Services whose clock starts at `now_ms`; the hosts in `present` count as connected. */
export async function seedServices(
  db: Database,
  now_ms: number,
  sealer = new Sealer(crypto.getRandomValues(new Uint8Array(32))),
) {
  const clock = new FakeClock(iso(now_ms));
  const audit = new Audit(db, clock);
  const present = new Set<string>();
  const identity = await temporaryIdentity();
  const link: AgentLink = {
    connected: (host_id) => present.has(host_id),
    lastSeen: () => undefined,
    wake() {},
    disconnect() {},
  };
  const changes: ChangeFeed = { publish() {} };
  const hosts = new Hosts({ db, clock, audit, link, changes });
  const repositories = new Repositories({ db, clock, audit, sealer, link, changes });
  const enrollment = new Enrollment({
    ...{ db, clock, audit, sealer, identity, hosts, repositories, link, changes },
    ...{ base_url: "https://backup.lab.example", epoch: 1 },
    refusals: new Refusals({ db, clock, audit }),
  });
  const commands = new Commands({ db, clock, audit });
  const snapshots = new Snapshots({ db, clock, repositories, changes });
  const schedules = new Schedules({ db, clock, audit, hosts });
  const jobs = new Jobs({
    ...{ db, clock, log: silentLog, audit, hosts, repositories, commands, schedules },
    ...{ link, changes },
    stream: new JobStream(),
  });
  return {
    db,
    clock,
    hosts,
    repositories,
    enrollment,
    commands,
    snapshots,
    schedules,
    jobs,
    present,
  };
}
