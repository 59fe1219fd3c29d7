import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { runAgent } from "./agent.ts";
import { readConfig } from "./config.ts";
import { createAgentLog } from "./log.ts";
import { openState } from "./open_state.ts";
import { programPath } from "./restic/real_storage.ts";
import { resticAccess } from "./restic_access.ts";
import { describeStatus, readStatus } from "./status.ts";
import { SUCCESS, TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";
import { FakeTiming, systemTiming, type Timing } from "./timing.ts";

interface World {
  server: TestServer;
  agent: TestAgent;
}

/** A test with a server and an enrolled agent, both removed afterwards. */
function withAgent(name: string, test: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const server = await TestServer.start();
    const agent = await TestAgent.enrolled(server);
    try {
      await test({ server, agent });
    } finally {
      await agent.remove();
      await server.stop();
    }
  });
}

const greeted = (server: TestServer) => () => server.of("hello").length > 0;

async function connect({ server, agent }: World): Promise<void> {
  agent.start();
  await until("the hello", greeted(server));
  await until("the welcome", () => agent.logged("connected to"));
}

withAgent("runAgent() says hello with its bearer in the header", async (world) => {
  await connect(world);
  const hello = world.server.of("hello")[0]!;
  assert.equal(world.server.authorizations[0], "Bearer rma_bearer-of-the-test");
  assert.equal(hello.restic_version, "0.19.1");
  assert.deepEqual([hello.config_version, hello.command_counter], [0, 0]);
  assert.deepEqual(hello.running_jobs, []);
});

withAgent("runAgent() seals a config, acknowledges it, probes and lists", async (world) => {
  const { server, agent } = world;
  await connect(world);
  await server.order([server.config()]);
  await until("config.ack", () => server.of("config.ack").length > 0);
  await until("the probe", () => server.of("repository.probed").length > 0);
  await until("the listing", () => server.of("snapshots.report").length > 0);
  const sealed = await Deno.readTextFile(join(agent.state_dir, "secrets.enc"));
  assert.doesNotMatch(sealed, /password-of-the-test/);
  const stored = await Deno.readFile(join(agent.state_dir, "state.db-wal"));
  assert.doesNotMatch(new TextDecoder("latin1").decode(stored), /password-of-the-test/);
  assert.equal(agent.logged("password-of-the-test"), false);
});

withAgent("runAgent() runs a backup only after credentials arrived", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const command = server.run();
  await server.order([command]);
  await until("the acknowledgement", () => server.acknowledged.includes(command.id));
  assert.equal(agent.restic.backups, 0);
  await server.order([server.config()]);
  await until("the end", () => server.of("job.finished").length > 0);
  const end = server.of("job.finished")[0]!;
  assert.equal(end.status, "succeeded");
  assert.equal(end.stats?.snapshot_id, "c0ffee00");
  assert.equal(server.of("job.started")[0]!.job_id, command.job_id);
});

withAgent("runAgent() runs a command once and acknowledges it twice", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const command = server.run();
  await server.order([server.config(), command]);
  await until("the end", () => server.of("job.finished").length > 0);
  await server.order([command]);
  await until("both acks", () => server.acknowledged.length === 2);
  assert.deepEqual(server.acknowledged, [command.id, command.id]);
  assert.equal(agent.restic.backups, 1);
});

withAgent("runAgent() refuses an unknown command with a counter already passed", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const first = server.run();
  await server.order([first]);
  await until("the acknowledgement", () => server.acknowledged.length > 0);
  await server.order([server.run({ counter: first.counter })]);
  await until("the refusal", () => agent.logged("replayed command"));
  assert.deepEqual(server.acknowledged, [first.id]);
});

withAgent("runAgent() refuses what was signed for another host", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const host_id = "0193a3c2-0000-7000-8000-00000000000f";
  server.send(await server.frame([server.run()], { host_id }));
  await until("the refusal", () => agent.logged("another host"));
  assert.deepEqual(server.acknowledged, []);
});

withAgent("runAgent() refuses a past epoch, and starts counters anew in a later one", async (w) => {
  const { server, agent } = w;
  await connect(w);
  server.epoch = 3;
  await server.order([server.run({ counter: 50 })]);
  await until("a new hello", () => server.of("hello").length === 2);
  assert.deepEqual(server.of("hello").map((hello) => hello.epoch), [1, 3]);
  server.send(await server.frame([server.run({ counter: 51 })], { epoch: 2 }));
  await until("the refusal", () => agent.logged("past epoch 2"));
  server.epoch = 4;
  const later = server.run({ counter: 1 });
  await server.order([later]);
  await until("the later command", () => server.acknowledged.includes(later.id));
  assert.equal(server.acknowledged.length, 2);
});

withAgent(
  "runAgent() in a new epoch tells again how jobs ended, and voids what has not begun",
  async (w) => {
    const { server, agent } = w;
    await connect(w);
    // What was on its way when the agent greeted anew comes twice, under the same number.
    const finished = () => [
      ...new Map(server.of("job.finished").map((end) => [end.report.seq, end])).values(),
    ];
    const done = server.run();
    await server.order([server.config(), done]);
    await until("the end", () => finished().length === 1);
    await until("nothing unsent", () => server.of("repo.stats").length === 1);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    agent.restic.backup = async ({ signal }) => {
      signal.addEventListener("abort", () => release());
      await held;
      return SUCCESS;
    };
    const [running, waiting] = [server.run(), server.run()];
    await server.order([running, waiting]);
    await until("the second start", () => server.of("job.started").length === 2);
    server.epoch = 2;
    await server.order([server.config(2)]);
    await until("a new hello", () => server.of("hello").length === 2);
    const hello = server.of("hello")[1]!;
    assert.deepEqual([hello.epoch, hello.command_counter], [2, 0]);
    assert.deepEqual(
      new Set(hello.running_jobs),
      new Set([done.job_id, running.job_id, waiting.job_id]),
    );
    await until("the ends", () => finished().length === 3);
    const ends = finished().map(({ job_id, status }) => [job_id, status]);
    assert.deepEqual(ends, [
      [done.job_id, "succeeded"],
      [done.job_id, "succeeded"],
      [waiting.job_id, "cancelled"],
    ]);
    await server.order([{ ...done, counter: 1 }]);
    await until("the end once more", () => finished().length === 4);
    await server.order([server.run({ counter: 2, job_id: done.job_id })]);
    await until("the end for another command", () => finished().length === 5);
    release();
    await until("the last end", () => finished().length === 6);
    assert.equal(agent.restic.backups, 2, "nothing ran twice");
  },
);

withAgent("runAgent() answers a ping at once", async (world) => {
  const { server } = world;
  await connect(world);
  const nonce = crypto.randomUUID();
  server.send(JSON.stringify({ type: "ping", nonce }));
  await until("the pong", () => server.of("pong").some((pong) => pong.nonce === nonce));
});

withAgent("runAgent() closes and obeys nothing when a payload was altered", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const alter = (payload: string) => payload.replace("/data", "/etc");
  server.send(await server.frame([server.config(), server.run()], { alter }));
  await until("the close", () => server.close_codes.includes(4413));
  assert.equal(agent.logged("did not sign"), true);
  assert.deepEqual([server.acknowledged.length, agent.restic.backups], [0, 0]);
});

withAgent("runAgent() refuses an unsigned command and stays connected", async (world) => {
  const { server, agent } = world;
  await connect(world);
  server.send(JSON.stringify(server.run()));
  await until("the refusal", () => agent.logged("unsigned command"));
  const signed = server.run();
  await server.order([signed]);
  await until("the signed one", () => server.acknowledged.includes(signed.id));
  assert.equal(server.acknowledged.length, 1);
});

for (
  const [what, frame] of [
    ["garbage", "\0{not json"],
    ["a signed frame of the wrong shape", '{"type":"signed","payload":5,"signature":"x"}'],
    ["a frame over 1 MiB", "x".repeat(1024 * 1024 + 1)],
  ] as const
) {
  withAgent(`runAgent() closes on ${what} and connects again`, async (world) => {
    await connect(world);
    world.server.send(frame);
    await until("the close", () => world.server.close_codes.includes(4400));
    await until("the return", () => world.server.of("hello").length > 1);
  });
}

withAgent("runAgent() names a protocol it does not know and does not go on", async (world) => {
  const { server, agent } = world;
  server.protocol_version = 99;
  agent.start();
  await until("the log line", () => agent.logged("the server speaks protocol 99"));
  assert.equal(agent.logged("connected to"), false);
  await until("the close", () => server.close_codes.includes(4407));
});

withAgent(
  "runAgent() goes on quietly, once a minute, when its bearer is refused",
  async (world) => {
    const { server, agent } = world;
    const timing = new FakeTiming();
    server.refuse_with = 401;
    agent.start(timing);
    await until("the log line", () => agent.logged("does not know this agent"));
    for (const attempt of [2, 3, 4]) {
      // And who would go on without a server, five minutes after the start.
      await until("the wait", () => timing.sleeping === 2);
      timing.advance(60);
      await until(`attempt ${attempt}`, () => server.connections >= attempt);
    }
    assert.equal(agent.log_lines.filter((line) => line.includes("not connected")).length, 1);
  },
);

withAgent("runAgent() sends heartbeats, and leaves a server that is silent for 45 s", async (w) => {
  const { server, agent } = w;
  const timing = new FakeTiming();
  agent.start(timing);
  await until("the welcome", () => agent.logged("connected to"));
  await until("the watch", () => timing.sleeping > 0);
  timing.advance(31);
  await until("the heartbeat", () => server.of("heartbeat").length === 1);
  await until("the watch", () => timing.sleeping > 0);
  timing.advance(15);
  await until("the end", () => agent.logged("silent for 45 s"));
  timing.advance(60);
  await until("the return", () => server.of("hello").length === 2);
});

/** The machine's time, in which a minute's wait is short. */
function impatientTiming(): Timing {
  const timing = systemTiming();
  return { ...timing, sleep: (ms, signal) => timing.sleep(ms === 60_000 ? 20 : ms, signal) };
}

withAgent(
  "runAgent() greets anew and probes when restic is installed late or upgraded",
  async (w) => {
    const { server, agent } = w;
    const path_before = Deno.env.get("PATH") ?? "";
    const folder = await Deno.makeTempDir();
    const restic = join(folder, "restic");
    const hellos = () => server.of("hello").map((hello) => hello.restic_version);
    try {
      Deno.env.set("PATH", folder);
      agent.restic.find = resticAccess({ configured_path: null, state_dir: agent.state_dir }).find;
      agent.start(impatientTiming());
      await until("the hello", greeted(server));
      await server.order([server.config()]);
      await until("the probe", () => server.of("repository.probed").length === 1);
      assert.match(server.of("hello")[0]!.restic_error ?? "", /^restic was not found/);

      await Deno.writeTextFile(`${restic}.new`, "#!/bin/sh\necho restic 0.14.0 on linux\n", {
        mode: 0o755,
      });
      await Deno.rename(`${restic}.new`, restic);
      await until("the old one", () => hellos().includes("0.14.0"));

      await Deno.symlink(await Deno.realPath(programPath("restic")), `${restic}.new`);
      await Deno.rename(`${restic}.new`, restic);
      await until("the new one", () => hellos().length === 3);
      await until("its probe", () => agent.restic.probes > 0);
      assert.match(hellos()[2] ?? "", /^0\.(19|[2-9]\d)\./);
      assert.equal(agent.logged("not connected"), false);
    } finally {
      Deno.env.set("PATH", path_before);
      await Deno.remove(folder, { recursive: true });
    }
  },
);

withAgent("runAgent() replays unacknowledged reports, at most 32 in flight", async (world) => {
  const { server, agent } = world;
  server.acknowledges = false;
  agent.restic.backup = ({ onEvent }) => {
    for (let n = 0; n < 40 * 500; n++) {
      onEvent({ type: "log", stream: "stdout", text: `line ${n}` });
    }
    return Promise.resolve(SUCCESS);
  };
  await connect(world);
  await server.order([server.config(), server.run()]);
  const reports = () => server.received.filter((m) => "report" in m).map((m) => m.report.seq);
  await until("32 reports", () => reports().length === 32);
  await until("the job's end", () => agent.logged("backup job succeeded"));
  assert.equal(reports().length, 32);
  server.drop();
  server.acknowledges = true;
  await until("the return", () => server.of("hello").length === 2);
  await until("the end", () => server.of("job.finished").length > 0);
  assert.deepEqual(server.of("hello")[1]!.running_jobs, [server.of("job.finished")[0]!.job_id]);
  const again = reports().slice(32);
  assert.deepEqual(again.toSorted((a, b) => a - b), again, "in order");
  assert.equal(again[0], 1);
  const seqs = server.of("log.stream").flatMap((m) => m.lines).map((line) => line.seq);
  assert.equal(new Set(seqs).size, 20_000);
});

withAgent("runAgent() goes on with a job when the connection drops", async (world) => {
  const { server, agent } = world;
  const gate = Promise.withResolvers<void>();
  agent.restic.backup = () => gate.promise.then(() => SUCCESS);
  await connect(world);
  const command = server.run();
  await server.order([server.config(), command]);
  await until("the start", () => agent.restic.backups === 1);
  server.drop();
  await until("the return", () => server.of("hello").length === 2);
  assert.deepEqual(server.of("hello")[1]!.running_jobs, [command.job_id]);
  gate.resolve();
  await until("the end", () => server.of("job.finished").length > 0);
  assert.equal(server.of("job.finished")[0]!.status, "succeeded");
});

function cancellable(agent: TestAgent): void {
  agent.restic.backup = ({ signal }) =>
    new Promise((resolve) => {
      signal.addEventListener("abort", () =>
        resolve({ ...SUCCESS, status: "cancelled", error_class: "cancelled", stats: null }));
    });
}

withAgent("runAgent() cancels the running job and the one that waits behind it", async (world) => {
  const { server, agent } = world;
  cancellable(agent);
  await connect(world);
  const [first, second] = [server.run(), server.run()];
  await server.order([server.config(), first, second]);
  await until("the start", () => agent.restic.backups === 1);
  await server.order([server.cancel(second.job_id), server.cancel(first.job_id)]);
  await until("both ends", () => server.of("job.finished").length === 2);
  const ends = server.of("job.finished").map((end) => [end.job_id, end.status]);
  assert.deepEqual(ends, [[second.job_id, "cancelled"], [first.job_id, "cancelled"]]);
  assert.equal(agent.restic.backups, 1);
});

withAgent("runAgent() reports the running job as interrupted when it is stopped", async (world) => {
  const { server, agent } = world;
  cancellable(agent);
  await connect(world);
  await server.order([server.config(), server.run()]);
  await until("the start", () => agent.restic.backups === 1);
  await agent.stop();
  const end = server.of("job.finished")[0]!;
  assert.deepEqual([end.status, end.error_class], ["interrupted", "agent_restarted"]);
});

withAgent(
  "runAgent() keeps a job that waited over a restart, and its credentials",
  async (world) => {
    const { server, agent } = world;
    cancellable(agent);
    await connect(world);
    const [first, second] = [server.run(), server.run()];
    await server.order([server.config(), first, second]);
    await until("the acks", () => server.acknowledged.length === 2);
    await until("the start", () => agent.restic.backups === 1);
    await agent.stop();
    agent.restic.backup = () => Promise.resolve(SUCCESS);
    agent.start();
    await until("both ends", () => server.of("job.finished").length === 2);
    const end = server.of("job.finished")[1]!;
    assert.deepEqual([end.job_id, end.status], [second.job_id, "succeeded"]);
    assert.equal(server.of("hello")[1]!.config_version, 1);
  },
);

withAgent("runAgent() reports a command that came too late as expired", async (world) => {
  const { server, agent } = world;
  await connect(world);
  const late = server.run({ expires_at: "2020-01-01T00:00:00Z" });
  await server.order([server.config(), late]);
  await until("the end", () => server.of("job.finished").length > 0);
  const end = server.of("job.finished")[0]!;
  assert.deepEqual([end.job_id, end.status, end.error_class], [late.job_id, "failed", "expired"]);
  await until("its acknowledgement", () => server.acknowledged.includes(late.id));
  assert.equal(agent.restic.backups, 0);
});

withAgent("runAgent() does not take an older config than it has", async (world) => {
  const { server, agent } = world;
  await connect(world);
  await server.order([server.config(7)]);
  await until("config.ack", () => server.of("config.ack").length > 0);
  await server.order([server.config(6)]);
  await until("the refusal", () => agent.logged("outdated config version 6"));
  assert.deepEqual(server.of("config.ack").map((m) => m.config_version), [7]);
});

withAgent("runAgent() says that a second agent over the same folder is one too many", async (w) => {
  await connect(w);
  const second = runAgent({
    config_dir: w.agent.config_dir,
    state_dir: w.agent.state_dir,
    signal: new AbortController().signal,
    log: createAgentLog("text", () => {}),
  });
  await assert.rejects(second, { code: "already_running", message: new RegExp(`${Deno.pid}`) });
});

withAgent(
  "runAgent() puts a job before the statistics of the last, and tells those later",
  async (w) => {
    const { server, agent } = w;
    let asked = 0;
    agent.restic.stats = (signal) => {
      asked++;
      if (asked > 1) return Promise.resolve();
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    };
    await connect(w);
    await server.order([server.config(), server.run()]);
    await until("the statistics to be read", () => asked === 1);
    agent.restic.backup = () => Promise.resolve({ ...SUCCESS, status: "failed", stats: null });
    await server.order([server.run()]);
    await until("the second end", () => server.of("job.finished").length === 2);
    await until("the first job's statistics", () => server.of("repo.stats").length === 1);
    assert.equal(asked, 2);
  },
);

withAgent(
  "runAgent() keeps a job's end until its disk takes it, and says what was lost",
  async (w) => {
    const { server, agent } = w;
    const path = join(agent.state_dir, "state.db");
    agent.restic.backup = ({ onEvent }) => {
      using db = new DatabaseSync(path);
      db.exec(
        "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );
      for (let n = 0; n < 600; n++) onEvent({ type: "log", stream: "stdout", text: `line ${n}` });
      return Promise.resolve(SUCCESS);
    };
    await connect(w);
    await server.order([server.config(), server.run()]);
    await until("the trouble", () => agent.logged("cannot keep the end of job"));
    {
      using db = new DatabaseSync(path);
      db.exec("DROP TRIGGER full");
    }
    await until("the end", () => server.of("job.finished").length === 1);
    assert.equal(server.of("job.finished")[0]!.status, "succeeded");
    assert.equal(agent.logged("cannot keep log lines"), true);
  },
);

withAgent("runAgent() clears up after an agent that was killed, before the next job", async (w) => {
  const { server, agent } = w;
  await connect(w);
  await server.order([server.config()]);
  await until("config.ack", () => server.of("config.ack").length > 0);
  await agent.stop();
  assert.equal(agent.restic.unlocks, 0, "nothing to clear after an orderly end");
  const command = server.run();
  {
    using state = openState(agent.state_dir, await readConfig(agent.config_dir));
    state.jobs.accept(command, Date.now());
    state.jobs.start(command.job_id, Date.now());
  }
  const left = join(agent.state_dir, "work", "restic-run-left");
  await Deno.mkdir(left, { recursive: true });
  await Deno.writeTextFile(join(left, "password"), "password-of-the-test");
  agent.restic.backup = async () => {
    assert.equal(agent.restic.unlocks, 1);
    await assert.rejects(() => Deno.lstat(left), Deno.errors.NotFound);
    return SUCCESS;
  };
  agent.start();
  await until("the end", () => server.of("job.finished").length > 0);
  await server.order([server.run()]);
  await until("the next job's end", () => server.of("job.finished").length > 1);
  assert.deepEqual(server.of("job.finished").map((end) => end.status), [
    "interrupted",
    "succeeded",
  ]);
});

withAgent(
  "runAgent() reports a job that a crash interrupted, with the log it had",
  async (world) => {
    const { server, agent } = world;
    await Deno.mkdir(agent.state_dir);
    const command = server.run();
    {
      using state = openState(agent.state_dir, await readConfig(agent.config_dir));
      state.jobs.accept(command, Date.now());
      state.jobs.start(command.job_id, Date.now());
      state.jobs.setLogLines(command.job_id, 12);
    }
    agent.start();
    await until("the end", () => server.of("job.finished").length > 0);
    const end = server.of("job.finished")[0]!;
    assert.deepEqual([end.job_id, end.status, end.log_lines], [command.job_id, "interrupted", 12]);
  },
);

withAgent(
  "runAgent() touches neither jobs nor locks before the server has welcomed it",
  async (w) => {
    const { server, agent } = w;
    await connect(w);
    await server.order([server.config()]);
    await until("config.ack", () => server.of("config.ack").length > 0);
    await agent.stop();
    const [interrupted, waiting] = [server.run(), server.run()];
    {
      using state = openState(agent.state_dir, await readConfig(agent.config_dir));
      for (const command of [interrupted, waiting]) state.jobs.accept(command, Date.now());
      state.jobs.start(interrupted.job_id, Date.now());
    }
    server.refuse_with = 503;
    const before = server.connections;
    agent.start();
    await until("two attempts", () => server.connections >= before + 2);
    assert.deepEqual([agent.restic.backups, agent.restic.unlocks], [0, 0]);
    server.refuse_with = undefined;
    await until("the backup that waited", () => agent.restic.backups === 1);
    assert.equal(agent.restic.unlocks, 1);
  },
);

/**
 * What an agent that was turned away says in its log and in `status`, and how soon it tries again.
 * Two sleep then: who connects again, and who would go on without a server.
 */
async function demandTurnedAway({ server, agent }: World, reason: string): Promise<void> {
  const timing = new FakeTiming();
  agent.start(timing);
  await until("the log line", () => agent.log_lines.some((line) => new RegExp(reason).test(line)));
  for (let seconds = 0; seconds < 55; seconds += 5) {
    await until("the wait", () => timing.sleeping === 2);
    timing.advance(5);
  }
  await until("the end of the wait", () => timing.sleeping === 2);
  assert.equal(server.connections, 1, "it does not hurry");
  const status = await readStatus({ config_dir: agent.config_dir, state_dir: agent.state_dir });
  assert.equal(status.connected, false);
  assert.match(describeStatus(status), new RegExp(`server is .*${reason}`));
  timing.advance(5);
  await until("the next attempt", () => server.connections === 2);
  assert.deepEqual([agent.restic.probes, agent.restic.backups], [0, 0]);
}

withAgent("runAgent() tells in its status that it is too old for the server", async (world) => {
  const message = "This agent speaks protocol 1; the server needs at least 2. Update the agent";
  world.server.turn_away = { code: "protocol_too_old", message, close_code: 4406 };
  await demandTurnedAway(world, "protocol_too_old: This agent speaks protocol 1.*install.sh");
});

withAgent("runAgent() tells in its status that it is too new for the server", async (world) => {
  const message = "This agent speaks protocol 1; the server knows up to 0. Update the server";
  world.server.turn_away = { code: "protocol_too_new", message, close_code: 4407 };
  await demandTurnedAway(world, "protocol_too_new: This agent speaks protocol 1");
});

withAgent("runAgent() tells in its status that the server is too new for it", async (world) => {
  world.server.protocol_version = 99;
  await demandTurnedAway(world, "the server speaks protocol 99");
});

withAgent("runAgent() tells in its status that another machine has its identity", async (world) => {
  const message = "Another machine uses the identity of this host and is connected";
  world.server.turn_away = { code: "duplicate_identity", message, close_code: 4411 };
  await demandTurnedAway(world, "duplicate_identity: Another machine");
});
