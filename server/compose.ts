/** @module Builds every service from its parts, in the order of who needs whom. */
import { AgentSessions } from "./agents/agent_sessions.ts";
import type { EpochFile } from "./agents/epoch_file.ts";
import { Epochs } from "./agents/epochs.ts";
import { Hub } from "./agents/hub.ts";
import type { Assets } from "./assets.ts";
import { Audit } from "./audit/audit.ts";
import { RateLimits } from "./auth/rate_limits.ts";
import { Refusals } from "./auth/refusals.ts";
import { Sessions } from "./auth/sessions.ts";
import type { SetupCode } from "./auth/setup_code.ts";
import { Users } from "./auth/users.ts";
import type { Clock } from "./clock.ts";
import { Commands } from "./commands/commands.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/database.ts";
import { DiskHealth, freeBytesOf } from "./db/disk_health.ts";
import { DatabaseFile } from "./db/database_file.ts";
import { Fleet } from "./fleet/fleet.ts";
import { FleetEvents } from "./fleet/fleet_events.ts";
import { Search } from "./fleet/search.ts";
import { Enrollment } from "./hosts/enrollment.ts";
import { Hosts } from "./hosts/hosts.ts";
import { Housekeeping } from "./housekeeping/housekeeping.ts";
import { JobStream } from "./jobs/job_stream.ts";
import { Jobs } from "./jobs/jobs.ts";
import type { Log } from "./log.ts";
import { Repositories } from "./repositories/repositories.ts";
import { Schedules } from "./schedules/schedules.ts";
import type { ServerIdentity } from "./secrets/identity.ts";
import type { Sealer } from "./secrets/seal.ts";
import type { Services } from "./services.ts";
import { Snapshots } from "./snapshots/snapshots.ts";

/** What comes from outside: files, the clock, the database. */
export interface Parts {
  clock: Clock;
  log: Log;
  assets: Assets;
  db: Database;
  sealer: Sealer;
  identity: ServerIdentity;
  setup_code: SetupCode;
  /** The mark beside the database; without it only agents tell that a copy was put back. */
  epoch_file?: EpochFile;
}

/** The product's services over these parts. Starts nothing: no timer, no port. */
export async function createServices(config: Config, parts: Parts): Promise<Services> {
  const { clock, log, db, sealer, identity } = parts;
  const { base_url } = config;
  const csrf_key = await sealer.derive("csrf");

  const audit = new Audit(db, clock);
  const freeBytes = () => freeBytesOf(config.data_dir);
  const disk = new DiskHealth({ db, clock, log, freeBytes });
  const users = new Users({ db, clock, audit });
  const sessions = new Sessions({ db, clock, audit, csrf_key });
  const rate_limits = new RateLimits(clock);
  const refusals = new Refusals({ db, clock, audit });

  const hub = new Hub();
  const link = hub;
  const fleet_events = new FleetEvents();
  const changes = fleet_events;
  const hosts = new Hosts({ db, clock, audit, link, changes });
  const repositories = new Repositories({ db, clock, audit, sealer, link, changes });
  const commands = new Commands({ db, clock, audit });
  const epochs = new Epochs({ db, clock, log, audit, hosts, commands, file: parts.epoch_file });
  epochs.begin();
  const enrollment = new Enrollment({
    ...{ db, clock, audit, sealer, identity, hosts, repositories, link, changes },
    ...{ base_url, epoch: epochs.epoch, refusals },
  });
  const snapshots = new Snapshots({ db, clock, repositories, changes });
  const schedules = new Schedules({ db, clock, audit, hosts });
  const job_stream = new JobStream();
  const jobs = new Jobs({
    ...{ db, clock, log, audit, hosts, repositories, commands, schedules, link, changes },
    stream: job_stream,
    retention: config.job_retention,
  });
  const fleet = new Fleet({ db, clock, hosts, jobs });
  const search = new Search({ hosts, jobs, schedules, snapshots });
  const agent_sessions = new AgentSessions({
    ...{ db, clock, log, audit, hub, identity, changes, base_url, epochs },
    ...{ jobs, schedules, snapshots, repositories, commands, hosts },
  });
  const db_file = new DatabaseFile(db, log);
  const housekeeping = new Housekeeping({
    db,
    log,
    chores: {
      jobs: () => jobs.keepHouse(),
      snapshots: () => snapshots.keepHouse(),
      commands: () => commands.keepHouse(),
      sessions: () => sessions.keepHouse(),
      enrolment: () => enrollment.keepHouse(),
      "refused reports": () => agent_sessions.keepHouse(),
      // Last: what the others removed is room in the file now.
      "database file": () => db_file.keepHouse(),
    },
  });
  return {
    ...parts,
    housekeeping,
    ...{ config, epochs, audit, users, sessions, rate_limits, refusals },
    ...{ hub, agent_sessions, commands },
    ...{
      hosts,
      enrollment,
      repositories,
      schedules,
      jobs,
      job_stream,
      snapshots,
      fleet,
      fleet_events,
    },
    search,
    disk,
  };
}
