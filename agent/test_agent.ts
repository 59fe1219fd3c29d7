/** @module For tests: an agent in this process, with folders of its own and a scripted restic. */
import { join } from "node:path";
import { toBase64 } from "../server/protocol/signing.ts";
import { runAgent } from "./agent.ts";
import { type AgentConfig, writeConfig } from "./config.ts";
import { createAgentLog } from "./log.ts";
import type { OperationOptions, Outcome, RepositoryStats } from "./restic/restic.ts";
import type { ResticAccess, ResticOperations } from "./restic_access.ts";
import { HOST_ID, type TestServer } from "./test_server.ts";
import type { Timing } from "./timing.ts";

export const SUCCESS: Outcome = {
  status: "succeeded",
  exit_code: 0,
  error_class: null,
  error: null,
  stats: { snapshot_id: "c0ffee00" },
};

const STATS: RepositoryStats = {
  size_bytes: 1,
  snapshot_count: 1,
  dedup_ratio: null,
  compression_ratio: null,
  lock_state: "unlocked",
  locks: [],
};

/** Operations that end at once and well; a test replaces what it is about. */
export class ScriptedRestic implements ResticAccess {
  backups = 0;
  backup: (options: OperationOptions) => Promise<Outcome> = () => Promise.resolve(SUCCESS);
  probes = 0;
  unlocks = 0;
  listings = 0;
  /** What reading statistics waits for. */
  stats: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();

  find: ResticAccess["find"] = () =>
    Promise.resolve({ path: "/usr/bin/restic", version: "0.19.1", below_floor: false });

  open(): ResticOperations {
    return {
      init: () => Promise.resolve(SUCCESS),
      backup: (_set, _bandwidth, options) => {
        this.backups++;
        return this.backup(options);
      },
      locks: () => Promise.resolve(undefined),
      check: () => Promise.resolve({ ...SUCCESS, stats: null }),
      unlock: () => Promise.resolve({ ...SUCCESS, stats: null }),
      snapshots: () => {
        this.listings++;
        return Promise.resolve({ outcome: SUCCESS, snapshots: [] });
      },
      stats: async ({ signal }) => {
        await this.stats(signal);
        return { outcome: SUCCESS, stats: signal.aborted ? undefined : STATS };
      },
      removeStaleLocks: () => {
        this.unlocks++;
        return Promise.resolve(null);
      },
      probe: () => {
        this.probes++;
        return Promise.resolve({
          state: "ready",
          restic_repository_id: "feed",
          error: null,
          took_seconds: 0.1,
        });
      },
    };
  }
}

export class TestAgent {
  readonly log_lines: string[] = [];
  readonly restic = new ScriptedRestic();
  readonly config_dir: string;
  readonly state_dir: string;
  readonly #dir: string;
  #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  private constructor(dir: string, state_dir: string) {
    this.#dir = dir;
    this.config_dir = join(dir, "config");
    this.state_dir = state_dir;
  }

  /** Folders of an agent that is not enrolled yet; its state is in one of its own unless told. */
  static async onDisk(state_dir?: string): Promise<TestAgent> {
    const dir = await Deno.makeTempDir();
    const agent = new TestAgent(dir, state_dir ?? join(dir, "state"));
    await Deno.mkdir(agent.config_dir);
    return agent;
  }

  /** An enrolled agent that is not running; its state is in a folder of its own unless told. */
  static async enrolled(server: TestServer, state_dir?: string): Promise<TestAgent> {
    const agent = await TestAgent.onDisk(state_dir);
    const config: AgentConfig = {
      server_url: server.url,
      host_id: HOST_ID,
      host_name: "web-01",
      bearer: "rma_bearer-of-the-test",
      server_public_key: server.public_key,
      epoch: 1,
      secrets_key: toBase64(new Uint8Array(32).fill(7)),
      restic_path: null,
      cert_pin_sha256: [],
      cert_pin_sha256_pushed: null,
      server_key_changes: [],
    };
    await writeConfig(agent.config_dir, config);
    return agent;
  }

  start(timing?: Timing): void {
    this.#stop = new AbortController();
    this.#done = runAgent({
      config_dir: this.config_dir,
      state_dir: this.state_dir,
      signal: this.#stop.signal,
      log: createAgentLog("text", (line) => this.log_lines.push(line)),
      restic: this.restic,
      ...(timing === undefined ? {} : { timing }),
    });
  }

  logged(text: string): boolean {
    return this.log_lines.some((line) => line.includes(text));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async remove(): Promise<void> {
    await this.stop();
    await Deno.remove(this.#dir, { recursive: true });
  }
}
