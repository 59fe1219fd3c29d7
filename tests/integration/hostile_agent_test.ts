import assert from "node:assert/strict";
import { fit } from "../../server/agents/fit.ts";
import { LIGHT_CHARS } from "../../server/agents/turns.ts";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { mintId } from "../../server/ids.ts";
import { AgentMessage } from "../../server/protocol/agent_messages.ts";
import { CLOSE } from "../../server/protocol/close_codes.ts";
import { NUMBERS, SHAPES, STRINGS, TIMES } from "../fuzz/hostile_values.ts";
import { HOSTILE } from "../browser/hostile_strings.ts";
import { HostileWorld } from "../fuzz/hostile_world.ts";
import { placesOf, toText } from "../fuzz/mutate.ts";

type Type = AgentMessage["type"];

/** Every type of the protocol, from its schema. */
const TYPES: Type[] = AgentMessage.options.map((option) => option.shape.type.value);

async function inWorld(work: (world: HostileWorld) => void | Promise<void>): Promise<void> {
  const world = await HostileWorld.create();
  try {
    await work(world);
    await world.check();
  } finally {
    world.close();
  }
}

/** What the audit log has of violations, newest last. */
function violations({ app, admin, attacker }: HostileWorld): unknown[] {
  const actor = {
    kind: "user",
    id: admin.user.id,
    name: "an admin",
    role: "admin",
    ip: null,
  } as const;
  const query = { action: "agent.violation", target_id: attacker.id, limit: 500 };
  return app.services.audit.list(actor, query).items.map((entry) => entry.payload).toReversed();
}

Deno.test("every message of the protocol has a valid frame here", () =>
  inWorld((world) => {
    assert.deepEqual(Object.keys(world.frames()).toSorted(), TYPES.toSorted());
    for (const [type, frame] of Object.entries(world.frames())) {
      assert.equal(AgentMessage.safeParse(frame).success, true, type);
    }
  }));

for (const type of TYPES) {
  Deno.test(`hostile ${type}: every field with every hostile value harms neither server nor pages`, () =>
    inWorld(async (world) => {
      const foreign = Object.values(world.foreignIds());
      const strings = STRINGS.filter((_text, n) => n % 9 === 0 || n >= HOSTILE.length);
      const values = [...NUMBERS, ...TIMES, ...strings, ...SHAPES, ...foreign, undefined];
      const fields = placesOf(world.frames()[type]).length;
      let agent = world.connect();
      let started = "";
      for (let field = 0; field < fields; field++) {
        for (const value of values) {
          const job_id = world.job();
          if (type === "hello") {
            agent.session.closed(1006);
            agent = world.open();
          } else if (agent.socket.closed_with !== undefined) {
            world.app.clock.advance(61);
            agent = world.connect();
          }
          if (job_id !== started && type !== "hello") {
            agent.send(world.frames({ job_id })["job.started"]);
            started = job_id;
          }
          const frame = structuredClone(world.frames({ job_id })[type]);
          const place = placesOf(frame)[field]!;
          (place.within as Record<string, unknown>)[place.key] = value;
          const text = toText(frame);
          agent.text(text);
          if (text.length > LIGHT_CHARS) await agent.settled();
          const what = `${place.key}: ${toText(value).slice(0, 200)}`;
          assert.notEqual(agent.socket.closed_with, CLOSE.server_error, what);
          const is_shown = !strings.includes(value as string) && fit(AgentMessage, frame).success;
          if (is_shown) await shows(world, { type, job_id, what });
        }
      }
    }));
}

/** The page that works with what such a message said. */
async function shows(
  world: HostileWorld,
  { type, job_id, what }: { type: Type; job_id: string; what: string },
): Promise<void> {
  const host = `/hosts/${world.attacker.id}`;
  const path = type.startsWith("job.")
    ? `/jobs/${job_id}`
    : type === "snapshots.report"
    ? `${host}/snapshots`
    : host;
  const answer = await world.app.ask(path, { headers: { cookie: world.admin.cookie } });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path} after ${what}: ${text.slice(0, 500)}`);
}

Deno.test("what speaks of another host's job, command or repository changes nothing, is counted and audited", () =>
  inWorld((world) => {
    const { job_id, command_id } = world.foreignIds();
    for (const type of TYPES) {
      world.app.clock.advance(600);
      const before = violations(world).length;
      const agent = world.connect();
      agent.send(world.frames({ job_id, command_id, run_id: mintId(), seq: 1 })[type]);
      const speaks_of_it = type === "ack" || type.startsWith("job.") || type === "log.stream";
      const added = violations(world).slice(before);
      if (type === "hello") assert.deepEqual(added, [{ violation: "hello_again" }]);
      else assert.deepEqual(added, speaks_of_it ? [{ violation: "not_its_own" }] : [], type);
      assert.equal(agent.socket.closed_with, undefined, type);
      agent.session.closed(1006);
    }
    // Named as running in a hello, it is not taken either.
    world.connect(world.attacker, { running_jobs: [job_id] });
  }));

Deno.test("ten frames about another host's job close the socket, and the next of that minute at once", () =>
  inWorld((world) => {
    const { job_id } = world.foreignIds();
    const send = (agent: ReturnType<HostileWorld["connect"]>) =>
      agent.send(world.frames({ job_id })["job.finished"]);
    const first = world.connect();
    for (let n = 1; n <= 9; n++) send(first);
    assert.equal(first.socket.closed_with, undefined);
    send(first);
    assert.equal(first.socket.closed_with, CLOSE.bad_message);
    const second = world.connect();
    send(second);
    assert.equal(second.socket.closed_with, CLOSE.bad_message);
    world.app.clock.advance(600);
    world.app.services.agent_sessions.tellViolations();
    assert.deepEqual(violations(world), [
      ...Array.from({ length: 3 }, () => ({ violation: "not_its_own" })),
      { more: { not_its_own: 8 } },
    ]);
  }));

Deno.test("replays of reports are acknowledged and not applied: same number, lower number, changed content", () =>
  inWorld(async (world) => {
    const { jobs, hosts } = world.app.services;
    const job_id = world.job();
    const run_id = mintId();
    const agent = world.connect();
    const send = (type: Type, seq: number, given: Record<string, unknown> = {}) => {
      const frame = world.frames({ job_id, run_id, seq })[type] as Record<string, unknown>;
      agent.send({ ...frame, ...given });
    };
    send("job.started", 1);
    send("repo.stats", 5, { size_bytes: 500 });
    send("repo.stats", 5, { size_bytes: 501 });
    send("repo.stats", 4, { size_bytes: 400 });
    send("job.finished", 3);
    assert.equal(hosts.get(SYSTEM, world.attacker.id).repo_size_bytes, 500);
    assert.equal(jobs.get(SYSTEM, job_id).status, "running");
    send("job.finished", 6, { status: "failed", exit_code: 1 });
    send("job.finished", 7);
    send("job.started", 8);
    assert.equal(jobs.get(SYSTEM, job_id).status, "failed", "the first end is kept");
    // The same numbers of a made-up run are reports of their own, and change no end either.
    const frame = world.frames({ job_id, run_id: mintId(), seq: 6 })["job.finished"];
    agent.send(frame);
    assert.equal(jobs.get(SYSTEM, job_id).status, "failed");
    await agent.settled();
    assert.equal(agent.socket.closed_with, undefined);
  }));

Deno.test("frames out of order change nothing: before hello, after the end, an end before the start", () =>
  inWorld((world) => {
    const { jobs } = world.app.services;
    for (const type of TYPES.filter((one) => one !== "hello")) {
      const agent = world.open();
      agent.send(world.frames({ job_id: world.job() })[type]);
      assert.equal(agent.socket.closed_with, CLOSE.bad_message, `${type} before hello`);
      world.app.clock.advance(61);
    }
    const job_id = world.job();
    const agent = world.connect();
    assert.equal(jobs.get(SYSTEM, job_id).status, "dispatched");
    agent.send(world.frames({ job_id })["job.progress"]);
    assert.equal(jobs.get(SYSTEM, job_id).status, "dispatched", "progress starts no job");
    agent.send(world.frames({ job_id })["job.finished"]);
    const ended = jobs.get(SYSTEM, job_id);
    assert.equal(ended.status, "succeeded", "an end without a start is an end");
    for (const type of ["job.started", "job.progress", "job.finished"] as const) {
      agent.send(world.frames({ job_id })[type]);
      assert.equal(jobs.get(SYSTEM, job_id).status, "succeeded");
    }
    assert.equal(jobs.latest(job_id), undefined, "an ended job has no progress");
    agent.send({ ...world.frames().hello });
    assert.equal(violations(world).length > 0, true);
    assert.equal(agent.socket.closed_with, undefined);
  }));

Deno.test("no claim makes a false green: no snapshot, an exit code, another kind, a time to come", () =>
  inWorld((world) => {
    const { jobs, hosts } = world.app.services;
    const before = hosts.get(SYSTEM, world.attacker.id).last_good_backup_at;
    const claims: [Record<string, unknown>, string][] = [
      [{ stats: null }, "failed"],
      [{ stats: { files_new: 5 } }, "failed"],
      [{ exit_code: 1 }, "failed"],
      [{ exit_code: null }, "failed"],
      [{ exit_code: 3 }, "failed"],
      [{ exit_code: 256 }, "failed"],
      [{ status: "warning", stats: null }, "failed"],
      [{ kind: "init", stats: null }, "failed"],
    ];
    for (const [claim, status] of claims) {
      world.app.clock.advance(61);
      const job_id = world.job();
      const agent = world.connect();
      const frame = world.frames({ job_id })["job.finished"] as Record<string, unknown>;
      agent.send({ ...frame, ...claim });
      assert.equal(jobs.get(SYSTEM, job_id).status, status, JSON.stringify(claim));
      agent.session.closed(1006);
    }
    const host = hosts.get(SYSTEM, world.attacker.id);
    assert.deepEqual([host.last_good_backup_at, host.backup_state], [before, "failed"]);
    // Claims that no schema takes end no job as good either: the next hello interrupts it.
    for (const claim of [{ exit_code: 0.5 }, { stats: { snapshot_id: " " } }, { status: "good" }]) {
      world.app.clock.advance(61);
      const job_id = world.job();
      const agent = world.connect();
      agent.send(world.frames({ job_id })["job.started"]);
      const frame = world.frames({ job_id })["job.finished"] as Record<string, unknown>;
      agent.send({ ...frame, ...claim });
      assert.equal(jobs.get(SYSTEM, job_id).status, "running", JSON.stringify(claim));
      agent.session.closed(1006);
      world.connect();
      assert.equal(jobs.get(SYSTEM, job_id).status, "interrupted", JSON.stringify(claim));
    }
    // A success from the year 2999 is one of now.
    world.app.clock.advance(61);
    const job_id = world.job();
    const agent = world.connect();
    const frame = world.frames({ job_id })["job.finished"] as Record<string, unknown>;
    agent.send({ ...frame, finished_at: "2999-12-31T23:59:59Z" });
    const now = new Date(world.app.clock.now_ms()).toISOString();
    assert.equal(hosts.get(SYSTEM, world.attacker.id).last_good_backup_at, now);
  }));

Deno.test("an agent that leaves 4 MiB unread gets nothing more and is closed", () =>
  inWorld(async (world) => {
    const agent = world.connect();
    await agent.settled();
    agent.socket.buffered_bytes = 4 * 1024 * 1024 + 1;
    const sent = agent.socket.sent.length;
    agent.send(world.frames().heartbeat);
    assert.equal(agent.socket.closed_with, CLOSE.too_slow);
    assert.equal(agent.socket.sent.length, sent);
    assert.deepEqual(violations(world), [{ violation: "too_slow" }]);
  }));

Deno.test("made-up agent runs, duplicate snapshots and listings without end stay within bounds", () =>
  inWorld(async (world) => {
    const { snapshots, db } = world.app.services;
    const agent = world.connect();
    for (let n = 0; n < 500; n++) {
      world.app.clock.advance(1);
      agent.send(world.frames({ run_id: mintId(), seq: 1 })["repo.stats"]);
    }
    const report = world.frames()["snapshots.report"] as { snapshots: { id: string }[] };
    const [one] = report.snapshots;
    const list = (first: number, given: Record<string, unknown>) => ({
      ...(world.frames()["snapshots.report"] as Record<string, unknown>),
      snapshots: Array.from({ length: 500 }, (_, n) => ({
        ...one!,
        id: (first + n).toString(16).padStart(64, "0"),
      })),
      ...given,
    });
    const duplicates = Array.from({ length: 500 }, () => one);
    agent.send(list(0, { snapshots: duplicates }));
    await agent.settled();
    const query = { limit: 1, offset: 0 };
    assert.equal(snapshots.list(SYSTEM, world.attacker.id, query).total, 1);
    for (let page = 1; page <= 20; page++) {
      agent.send(list(page * 500, { listing_id: mintId(), pages: 2 }));
      await agent.settled();
    }
    assert.equal(snapshots.list(SYSTEM, world.attacker.id, query).total, 10_001);
    const pages = db.prepare("SELECT count(*) AS n FROM snapshot_pages").get()!;
    assert.equal(pages.n, 1, "one listing at a time is kept");
    assert.equal(agent.socket.closed_with, undefined);
  }));
