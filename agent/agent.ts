/** @module The running agent: its parts put together, from the lock to the orderly end. */
import type { Hello } from "../server/protocol/agent_messages.ts";
import { paths } from "../server/protocol/paths.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../server/protocol/version.ts";
import { Admission } from "./admission.ts";
import { makePrivateFolder } from "./atomic_file.ts";
import { clearUpAfter } from "./clear_up.ts";
import { CertPins } from "./cert_pins.ts";
import { type AgentConfig, readConfig, writeConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import type { Directories } from "./directories.ts";
import { AgentError } from "./errors.ts";
import { AgentLock } from "./lock.ts";
import type { AgentLog } from "./log.ts";
import { describeMachine } from "./machine.ts";
import { damagedStates, openOrReplaceState } from "./open_state.ts";
import { Orders } from "./orders.ts";
import { Outbox } from "./outbox.ts";
import { Prober } from "./prober.ts";
import { RepositoryReports } from "./repository_reports.ts";
import { findLeftRuns } from "./restic/left_runs.ts";
import { type ResticAccess, resticAccess, workFolder } from "./restic_access.ts";
import { ResticWatch } from "./restic_watch.ts";
import { Runner } from "./runner.ts";
import { Scheduler } from "./scheduler.ts";
import { Schedules } from "./schedules.ts";
import { SecretsFile } from "./secrets.ts";
import { ServerKey } from "./server_key.ts";
import { Settings } from "./settings.ts";
import type { AgentState } from "./state.ts";
import { iso, systemTiming, type Timing } from "./timing.ts";

/** How long the last reports may take to reach the server when the agent is stopped. */
const FAREWELL_MS = 5000;

export interface RunAgentOptions extends Directories {
  /** Aborting it stops the agent in order: the running job ends as interrupted. */
  signal: AbortSignal;
  log: AgentLog;
  timing?: Timing;
  /** How long to wait for the server before the first job after a start (admission.ts). */
  alone_after_seconds?: number | undefined;
  /** Tests give their own restic. */
  restic?: ResticAccess;
}

/**
 * Runs the agent until the signal.
 * @throws {AgentError} bad_config, permission or already_running, before anything was started
 */
export async function runAgent(options: RunAgentOptions): Promise<void> {
  const config = await readConfig(options.config_dir);
  await makeStateFolder(options.state_dir);
  const lock = await AgentLock.acquire(options.state_dir);
  try {
    using state = openOrReplaceState(options.state_dir, config, options.log);
    await runParts(options, config, state);
  } finally {
    lock.release();
  }
}

async function runParts(
  options: RunAgentOptions,
  config: AgentConfig,
  state: AgentState,
): Promise<void> {
  const { log, state_dir, signal } = options;
  const timing = options.timing ?? systemTiming();
  const run_id = crypto.randomUUID();
  let saved: Promise<void> = Promise.resolve();
  const outbox = new Outbox({ state, run_id, timing });
  const settings = await Settings.load(new SecretsFile(state_dir, config));
  const configured_path = config.restic_path;
  const restic = options.restic ?? resticAccess({ configured_path, state_dir });
  const left = await findLeftRuns(workFolder(state_dir));
  const reports = new RepositoryReports({ settings, restic, outbox, timing, log });
  const { alone_after_seconds } = options;
  const admission = new Admission({ timing, log, alone_after_seconds });
  const runner = new Runner({
    state,
    outbox,
    settings,
    restic,
    reports,
    timing,
    log,
    clearUp: clearUpAfter({ left, settings, restic, log, admission }),
    sendLive: (message) => connection.sendLive(message),
  });
  const prober = new Prober({ reports, mayList: () => !runner.busy, timing, log });
  const watch = new ResticWatch({
    find: () => restic.find(),
    onChanged(what) {
      log.info(what);
      connection.renew(what);
      prober.request(true);
    },
    timing,
    log,
  });
  const pins = new CertPins({
    kept: config,
    save: saveConfig,
    async look() {
      if (!config.server_url.startsWith("https:")) throw new Error("the server's address is http");
      return await (await import("./pinned_tls.ts")).shownFingerprint(config.server_url);
    },
    onChanged: (what) => connection.renew(what),
    log,
  });
  const schedules = await Schedules.open({ host_id: config.host_id, state, timing, log });
  const scheduler = new Scheduler({
    schedules,
    timing,
    log,
    isBusy: (schedule_id) => state.jobs.hasOpenOf(schedule_id),
    accept: (run) => runner.acceptDue(run),
    noteSkipped: (run) => runner.noteSkipped(run),
    poke: () => runner.poke(),
  });
  const server_key = new ServerKey({
    enrolled: config.server_public_key,
    changes: config.server_key_changes,
    save: (server_key_changes) => saveConfig({ server_key_changes }),
    log,
  });
  const orders = new Orders({
    host_id: config.host_id,
    server_key,
    state,
    timing,
    log,
    actions: {
      accept: (command) => runner.accept(command),
      repeat: (command) => runner.repeat(command),
      enterEpoch: () => runner.enterEpoch(),
      refuseExpired: (command) => runner.refuseExpired(command),
      cancel: (command) => runner.cancel(command),
      acknowledge: (keys) => outbox.acknowledge(keys),
      async schedule(set, epoch) {
        const fate = await schedules.apply(set, epoch);
        scheduler.poke();
        return fate;
      },
      async configure(update, epoch) {
        const applied = await settings.apply(update, epoch);
        if (applied === "outdated") return false;
        // Not awaited: looking at the certificate may take a while, and frames wait for this.
        void pins.push(update.cert_pins);
        runner.poke();
        prober.request(applied === "changed");
        return true;
      },
    },
  });
  const connection = new Connection({
    url: config.server_url.replace(/^http/, "ws").replace(/\/+$/, "") + paths.api.agentSocket(),
    bearer: config.bearer,
    pins,
    host_id: config.host_id,
    hello,
    outbox,
    orders,
    timing,
    log,
    onWelcome(welcome) {
      server_key.follow(welcome.key_changes ?? []);
      log.info(`connected to ${config.server_url}`, { server_version: welcome.server_version });
      note("connected");
      admission.welcome();
    },
    onTurnedAway: () => admission.turnAway(),
    onLost: (reason) => note(reason),
  });

  async function hello(): Promise<Hello> {
    const program = await watch.findForHello();
    return {
      type: "hello",
      protocol_version: PROTOCOL_VERSION,
      agent_version: SOFTWARE_VERSION,
      run_id,
      ...await describeMachine(),
      restic_version: "error" in program ? null : program.version,
      restic_error: "error" in program ? program.error.slice(0, 512) : null,
      running_jobs: runner.heldJobIds(),
      config_version: settings.config_version,
      problems: [
        ...damagedStates(state_dir),
        ...(pins.problem === null ? [] : [pins.problem]),
      ].map((problem) => problem.slice(0, 512)),
      schedule_version: schedules.version,
      command_counter: state.seen.command_counter,
      epoch: state.seen.epoch,
      time: iso(timing.now_ms()),
    };
  }
  /** One write after the other, each with all that changed so far. */
  function saveConfig(change: Partial<AgentConfig>): Promise<void> {
    config = { ...config, ...change };
    saved = saved.catch(() => {}).then(() => writeConfig(options.config_dir, config));
    return saved;
  }
  /** For `status`, which is another process. */
  function note(what: string): void {
    const at = iso(timing.now_ms());
    state.relaxedTransaction(() =>
      state.seen.setFact(
        "connection",
        JSON.stringify({ connected: what === "connected", what, at }),
      )
    );
  }

  const disconnect = new AbortController();
  note("starting");
  runner.start();
  scheduler.start();
  const connected = connection.run(disconnect.signal);
  await aborted(signal);
  log.info("stopping");
  await Promise.all([scheduler.stop(), runner.stop(), prober.stop(), watch.stop()]);
  await outbox.whenEmpty(AbortSignal.timeout(FAREWELL_MS));
  disconnect.abort();
  await connected;
  note("stopped");
}

async function makeStateFolder(state_dir: string): Promise<void> {
  try {
    await makePrivateFolder(state_dir);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new AgentError("permission", `${state_dir} cannot be made`, "run it as root");
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
