/** @module The real server with a host whose agent is hostile, one that must not notice, and what to check. */
import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../../server/agents/test_world.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { iso } from "../../server/clock.ts";
import { mintId } from "../../server/ids.ts";
import type { AgentMessage } from "../../server/protocol/agent_messages.ts";
import { AddScheduleRequest } from "../../server/protocol/schedule_rest.ts";
import type { JobStatus } from "../../server/protocol/entities.ts";
import { CLOSE } from "../../server/protocol/close_codes.ts";
import { type SignedInUser, type TestApp, testApp } from "../../server/testing.ts";
import { type FrameFacts, validFrames } from "./valid_frames.ts";

/** The moves of a job; from a final state there is none. */
const MOVES: Partial<Record<JobStatus, JobStatus[]>> = {
  queued: ["dispatched", "failed", "cancelled", "interrupted"],
  dispatched: ["running", "succeeded", "warning", "failed", "cancelled", "interrupted"],
  running: ["succeeded", "warning", "failed", "cancelled", "interrupted"],
};
/** Tables that belong to no host. */
const OF_NOBODY = new Set(["meta", "users", "sessions", "audit_log", "credentials"]);

export interface WorldHost {
  id: string;
  name: string;
  bearer: string;
}

/** One socket of a host in memory, as the server sees it. */
export class HostileSocket {
  closed_with: number | undefined;
  buffered_bytes = 0;
  readonly sent: { type: string }[] = [];
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code: number): void {
    this.closed_with ??= code;
  }
}

export class HostileWorld {
  readonly app: TestApp;
  readonly admin: SignedInUser;
  readonly attacker: WorldHost;
  readonly other: WorldHost;
  readonly #other_rows: string;
  #run_id = mintId();
  #seq = 0;

  private constructor(
    parts: { app: TestApp; admin: SignedInUser; attacker: WorldHost; other: WorldHost },
  ) {
    this.app = parts.app;
    this.admin = parts.admin;
    this.attacker = parts.attacker;
    this.other = parts.other;
    this.#watchJobs();
    for (const host of [this.attacker, this.other]) this.#liveHonestly(host);
    this.#other_rows = this.rowsOf(this.other.id);
  }

  static async create(app?: TestApp): Promise<HostileWorld> {
    const started = app ?? await testApp();
    const admin = await started.signIn("admin");
    const enrol = async (name: string): Promise<WorldHost> => {
      const { host, token } = await started.services.enrollment.add(SYSTEM, aHost(name));
      const enrolled = await started.services.enrollment.enroll(anEnrollment(token), "10.0.0.20");
      return { id: host.id, name, bearer: enrolled.bearer };
    };
    const [attacker, other] = [await enrol("attacker"), await enrol("web-02")];
    return new HostileWorld({ app: started, admin, attacker, other });
  }

  /** Opens a socket of a host, without a hello. */
  open(host = this.attacker) {
    const socket = new HostileSocket();
    const session = this.app.services.agent_sessions.open(host, socket, "10.0.0.20");
    const send = (message: unknown) => session.message(JSON.stringify(message));
    /** Large frames wait for their turn: resolves when all that was sent so far is done with. */
    const settled = async () => {
      const replies = () => socket.sent.filter(({ type }) => type === "heartbeat.reply").length;
      const before = replies();
      send(this.frames().heartbeat);
      for (let n = 0; n < 5000; n++) {
        if (socket.closed_with !== undefined || replies() > before) return;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      throw new Error("waited 10 s for a frame to be dealt with");
    };
    return { socket, session, send, settled, text: (text: string) => session.message(text) };
  }

  /** Opens a socket and greets, with the hello's fields replaced by those given. */
  connect(host = this.attacker, given: Record<string, unknown> = {}) {
    const agent = this.open(host);
    agent.send({ ...this.frames({ job_id: mintId() }).hello, running_jobs: [], ...given });
    return agent;
  }

  /** Valid frames of the attacker, with the next report's number. */
  frames(given: Partial<FrameFacts> = {}): { [T in AgentMessage["type"]]: unknown } & {
    hello: Extract<AgentMessage, { type: "hello" }>;
  } {
    return validFrames({
      run_id: this.#run_id,
      seq: ++this.#seq,
      job_id: mintId(),
      command_id: mintId(),
      listing_id: mintId(),
      now: iso(this.app.clock.now_ms()),
      ...given,
    });
  }

  /** A backup that the attacker's agent was told to run, or has been running since. */
  job(): string {
    const { jobs, repositories } = this.app.services;
    const open = jobs.open(SYSTEM).find((job) => job.host_id === this.attacker.id);
    if (open !== undefined) return open.id;
    repositories.markInitialised(repositories.forHost(SYSTEM, this.attacker.id)!.id);
    const backup_set = { paths: ["/etc", "/home"], excludes: [], tags: [] };
    const request = { kind: "backup", backup_set, bandwidth: {} } as const;
    return jobs.start(this.#user(), this.attacker.id, request).id;
  }

  /** A schedule of the attacker, with room for more. */
  schedule(): string {
    const { schedules } = this.app.services;
    const { items } = schedules.list(SYSTEM, this.attacker.id);
    for (const { id } of items.slice(20)) schedules.remove(SYSTEM, id);
    return items[0]?.id ?? this.#addSchedule(this.attacker);
  }

  #addSchedule({ id }: WorldHost): string {
    const request = AddScheduleRequest.parse({
      ...{ name: "nightly", cron: "30 2 * * *", timezone: "Europe/Berlin" },
    });
    return this.app.services.schedules.add(SYSTEM, id, request).id;
  }

  /** Ids that are another host's. */
  foreignIds(): {
    job_id: string;
    command_id: string;
    repository_id: string;
    schedule_id: string;
    host_id: string;
  } {
    const { db } = this.app.services;
    const of = (sql: string) => db.prepare(sql).get({ id: this.other.id })!.id as string;
    return {
      job_id: of("SELECT id FROM jobs WHERE host_id = :id AND status = 'dispatched'"),
      command_id: of("SELECT id FROM commands WHERE host_id = :id AND acked_at_ms IS NULL"),
      repository_id: of("SELECT id FROM repositories WHERE host_id = :id"),
      schedule_id: of("SELECT id FROM schedules WHERE host_id = :id"),
      host_id: this.other.id,
    };
  }

  /** Everything the database holds of a host, as text. */
  rowsOf(host_id: string): string {
    const { db } = this.app.services;
    const tables = db.prepare(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    ).all();
    return tables.map(({ name }) => {
      const table = String(name);
      const columns = db.prepare(`PRAGMA main.table_info(${table})`).all().map((row) => row.name);
      const where = table === "hosts"
        ? "id = :host_id"
        : columns.includes("host_id")
        ? "host_id = :host_id"
        : columns.includes("job_id")
        ? "job_id IN (SELECT id FROM jobs WHERE host_id = :host_id)"
        : columns.includes("repository_id")
        ? "repository_id IN (SELECT id FROM repositories WHERE host_id = :host_id)"
        : undefined;
      if (where === undefined) {
        assert.ok(OF_NOBODY.has(table), `say whose rows the table ${table} holds`);
        return "";
      }
      const rows = db.prepare(`SELECT * FROM main.${table} WHERE ${where}`).all({ host_id });
      return `${table} ${JSON.stringify(rows)}`;
    }).join("\n");
  }

  /** What must hold whatever the attacker sent. */
  async check(): Promise<void> {
    const { db, audit } = this.app.services;
    assert.equal(this.rowsOf(this.other.id), this.#other_rows, "another host was touched");
    for (const { old, new: next } of db.prepare("SELECT old, new FROM temp.moves").all()) {
      assert.ok(
        MOVES[old as JobStatus]?.includes(next as JobStatus),
        `a job went ${old} → ${next}`,
      );
    }
    const check = db.prepare("PRAGMA integrity_check").all();
    assert.deepEqual(check.map((row) => row.integrity_check), ["ok"]);
    assert.equal(audit.verify(), undefined);
    const odd = db.prepare(
      `SELECT id, started_at_ms, finished_at_ms, stats FROM jobs
       WHERE started_at_ms < queued_at_ms OR finished_at_ms < queued_at_ms
         OR started_at_ms > :now OR finished_at_ms > :now
         OR (status = 'succeeded' AND exit_code <> 0)`,
    ).all({ now: this.app.clock.now_ms() });
    assert.deepEqual(odd, []);
    const kept = db.prepare("SELECT count(*) AS n FROM refused_reports").get()!;
    assert.ok(Number(kept.n) <= 50, `${kept.n} refused reports`);
    const runs = db.prepare("SELECT count(*) AS n FROM agent_runs WHERE host_id = :id");
    const run_count = Number(runs.get({ id: this.attacker.id })!.n);
    assert.ok(run_count <= 64, `${run_count} agent runs`);
    await this.checkPages();
  }

  /** Every page and every answer that may show what the attacker sent. */
  async checkPages(): Promise<void> {
    const { db } = this.app.services;
    const jobs = db.prepare(
      "SELECT id FROM jobs WHERE host_id = :id ORDER BY queued_at_ms DESC LIMIT 3",
    ).all({ id: this.attacker.id }).map((row) => row.id as string);
    const { id } = this.attacker;
    const paths = [
      ...["/", "/hosts", "/jobs", "/audit"],
      ...["", "/snapshots", "/jobs", "/settings", "/repository"].map((tab) => `/hosts/${id}${tab}`),
      ...jobs.flatMap((job) => [`/jobs/${job}`, `/jobs/${job}/log.txt`, `/api/jobs/${job}`]),
      ...jobs.map((job) => `/api/jobs/${job}/logs`),
      ...["", "/repo", "/snapshots", "/jobs", "/schedules"].map((part) =>
        `/api/hosts/${id}${part}`
      ),
      ...["/api/fleet/summary", "/api/hosts", "/api/jobs", "/api/audit"],
    ];
    for (const path of paths) {
      this.app.clock.advance(1);
      const answer = await this.app.ask(path, { headers: { cookie: this.admin.cookie } });
      const body = await answer.text();
      assert.ok(
        [200, 404].includes(answer.status),
        `${path} ${answer.status} ${body.slice(0, 300)}`,
      );
    }
  }

  close(): void {
    this.app.services.hub.closeAll(CLOSE.shutting_down);
    this.app.services.db.close();
  }

  #user() {
    const { user } = this.admin;
    return {
      ...{ kind: "user", id: user.id, name: user.username, role: user.role, ip: null } as const,
    };
  }

  /** Notes every change of a job's status. */
  #watchJobs(): void {
    this.app.services.db.sqlite.exec(`
      CREATE TEMP TABLE moves (job_id TEXT, old TEXT, new TEXT);
      CREATE TEMP TRIGGER watch_jobs AFTER UPDATE OF status ON main.jobs
        WHEN old.status IS NOT new.status
        BEGIN INSERT INTO temp.moves VALUES (new.id, old.status, new.status); END`);
  }

  /** A backup with log, snapshot and figures, and another that is under way. */
  #liveHonestly(host: WorldHost): void {
    const { jobs, repositories } = this.app.services;
    repositories.markInitialised(repositories.forHost(SYSTEM, host.id)!.id);
    const agent = this.connect(host);
    const start = () => jobs.start(this.#user(), host.id, { kind: "backup", bandwidth: {} }).id;
    const job_id = start();
    const run_id = mintId();
    const types = ["job.started", "log.stream", "job.finished", "snapshots.report", "repo.stats"];
    for (const [n, type] of types.entries()) {
      agent.send(this.frames({ job_id, run_id, seq: n + 1 })[type as AgentMessage["type"]]);
    }
    assert.equal(jobs.get(SYSTEM, job_id).status, "succeeded");
    this.#addSchedule(host);
    start();
    agent.session.closed(1006);
  }
}
