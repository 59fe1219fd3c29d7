/** @module For tests: every noun up to the agents' sockets over a real database in memory. */
import { Audit } from "../audit/audit.ts";
import type { Actor } from "../auth/permissions.ts";
import { Refusals } from "../auth/refusals.ts";
import { FakeClock } from "../clock.ts";
import { Commands } from "../commands/commands.ts";
import { openDatabase } from "../db/open.ts";
import { Enrollment } from "../hosts/enrollment.ts";
import { Hosts } from "../hosts/hosts.ts";
import { mintId } from "../ids.ts";
import { silentLog } from "../log.ts";
import type { ChangeFeed } from "../ports.ts";
import type { EnrollAnswer, EnrollRequest } from "../protocol/enrollment.ts";
import { AddHostRequest } from "../protocol/rest.ts";
import type { AddHostAnswer } from "../protocol/rest.ts";
import { Repositories } from "../repositories/repositories.ts";
import { temporaryIdentity } from "../secrets/identity.ts";
import { Schedules } from "../schedules/schedules.ts";
import { Sealer } from "../secrets/seal.ts";
import { type AgentConnection, Hub } from "./hub.ts";

export const BASE_URL = "https://backup.example";

function user(role: "admin" | "operator" | "viewer"): Actor {
  return { kind: "user", id: mintId(), name: `an ${role}`, role, ip: "10.0.0.9" };
}
export const ADMIN = user("admin");
export const OPERATOR = user("operator");
export const VIEWER = user("viewer");

export type TestWorld = Awaited<ReturnType<typeof testWorld>>;

/** The nouns, wired as in main.ts; close `db` at the end. */
export async function testWorld() {
  const clock = new FakeClock();
  const db = openDatabase(":memory:", { clock, log: silentLog });
  const audit = new Audit(db, clock);
  const sealer = new Sealer(crypto.getRandomValues(new Uint8Array(32)));
  const identity = await temporaryIdentity();
  const hub = new Hub();
  const published: { host_id?: string; job_id?: string }[] = [];
  const changes: ChangeFeed = { publish: (change) => void published.push(change) };
  const commands = new Commands({ db, clock, audit });
  const repositories = new Repositories({ db, clock, audit, sealer, link: hub, changes });
  const hosts = new Hosts({ db, clock, audit, link: hub, changes });
  const schedules = new Schedules({ db, clock, audit, hosts });
  const common = { db, clock, audit, sealer, identity, hosts, repositories, changes };
  const refusals = new Refusals({ db, clock, audit });
  const enrollment = new Enrollment({
    ...{ ...common, refusals, link: hub, base_url: BASE_URL, epoch: 1 },
  });
  return { ...common, log: silentLog, schedules, hub, published, commands, enrollment, link: hub };
}

/** A valid request to add a host, with defaults filled in. */
export function aHost(name: string, repository: Record<string, unknown> = {}): AddHostRequest {
  return AddHostRequest.parse({
    name,
    os: "linux",
    tags: ["lab"],
    backup_set: { paths: ["/etc", "/home"], excludes: ["*.tmp"], tags: [] },
    repository: { url: `https://storage.example:8000/${name}/`, ...repository },
  });
}

/** A socket that notes how it was closed and does nothing else. */
export function aConnection(closed: number[]): AgentConnection {
  return {
    run_id: "",
    machine: { hostname: "web-01", address: "10.0.0.20" },
    ping() {},
    flush() {},
    close: (code) => void closed.push(code),
  };
}

/** What an agent sends to enrol. */
export function anEnrollment(token: string): EnrollRequest {
  return {
    token,
    nonce: "0123456789abcdef",
    protocol_version: 1,
    agent_version: "0.1.0",
    hostname: "web-01.example",
    os: "linux",
    os_version: "Debian 12",
    arch: "x86_64",
  };
}

/** An enrolled host with what adding and enrolling it answered. */
export async function enrolledHost(
  { enrollment }: Pick<TestWorld, "enrollment">,
  name = "web-01",
): Promise<{ id: string; name: string; added: AddHostAnswer; enrolled: EnrollAnswer }> {
  const added = await enrollment.add(ADMIN, aHost(name));
  const enrolled = await enrollment.enroll(anEnrollment(added.token), "10.0.0.20");
  return { id: added.host.id, name, added, enrolled };
}

/** The whole content of the database as text, to look for what must not be in it. */
export function databaseText({ db }: Pick<TestWorld, "db">): string {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return tables.map(({ name }) => JSON.stringify(db.prepare(`SELECT * FROM ${name}`).all())).join();
}
