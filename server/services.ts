/** @module Everything the routes can ask for. Built by main.ts, and by tests with other parts. */
import type { AgentSessions } from "./agents/agent_sessions.ts";
import type { Epochs } from "./agents/epochs.ts";
import type { Hub } from "./agents/hub.ts";
import type { Assets } from "./assets.ts";
import type { Audit } from "./audit/audit.ts";
import type { RateLimits } from "./auth/rate_limits.ts";
import type { Refusals } from "./auth/refusals.ts";
import type { Sessions } from "./auth/sessions.ts";
import type { SetupCode } from "./auth/setup_code.ts";
import type { Users } from "./auth/users.ts";
import type { Clock } from "./clock.ts";
import type { Commands } from "./commands/commands.ts";
import type { Config } from "./config.ts";
import type { Database } from "./db/database.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { FleetEvents } from "./fleet/fleet_events.ts";
import type { Search } from "./fleet/search.ts";
import type { Enrollment } from "./hosts/enrollment.ts";
import type { Hosts } from "./hosts/hosts.ts";
import type { Housekeeping } from "./housekeeping/housekeeping.ts";
import type { JobStream } from "./jobs/job_stream.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Log } from "./log.ts";
import type { Repositories } from "./repositories/repositories.ts";
import type { ServerIdentity } from "./secrets/identity.ts";
import type { Sealer } from "./secrets/seal.ts";
import type { Snapshots } from "./snapshots/snapshots.ts";

export interface Services {
  config: Config;
  clock: Clock;
  log: Log;
  assets: Assets;
  db: Database;
  sealer: Sealer;
  identity: ServerIdentity;
  /** Raised when the database is restored from a copy. */
  epochs: Epochs;
  audit: Audit;
  users: Users;
  sessions: Sessions;
  setup_code: SetupCode;
  rate_limits: RateLimits;
  refusals: Refusals;
  hub: Hub;
  agent_sessions: AgentSessions;
  commands: Commands;
  hosts: Hosts;
  enrollment: Enrollment;
  repositories: Repositories;
  jobs: Jobs;
  job_stream: JobStream;
  snapshots: Snapshots;
  fleet: Fleet;
  fleet_events: FleetEvents;
  housekeeping: Housekeeping;
  search: Search;
}
