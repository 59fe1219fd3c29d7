/** @module How much longer a backup takes through our door to restic than by plain restic. */
import { join } from "node:path";
import type { RepositoryAccess, Restic, ResticProgram } from "../agent/restic/restic.ts";
import { freshRepository, plainBackup } from "./plain_backup.ts";
import { RestServer } from "../server/tasks/stack/rest_server.ts";
import { type Figure, median } from "./table.ts";

const USER = "bench";
const PASSWORD = "bench-password";
/** Of product.md's table: our door adds at most two per cent. */
const BUDGET = 1.02;

export interface OverheadOptions {
  program: ResticProgram;
  rest_server: string;
  /** Everything is made below it. */
  dir: string;
  /** What is backed up, and how much it is. */
  source: string;
  data_bytes: number;
  /** Of each kind, after one of each that is not counted. */
  runs: number;
  /** No further round begins after this, in ms of performance.now(); one is counted in any case. */
  until_ms: number;
  log(line: string): void;
}

/** Backs the same data up by both ways in turn, each time into a fresh repository. */
export async function measureOverhead(options: OverheadOptions): Promise<Figure[]> {
  const { dir, data_bytes, runs, log } = options;
  const { source } = options;
  const server = await RestServer.start({ program: options.rest_server, dir, append_only: false });
  const bench = new DoorBench(options, server.url, source);
  const plain: number[] = [];
  const ours: Timing[] = [];
  try {
    await server.setUser(USER, PASSWORD);
    for (let round = 0; round <= runs; round++) {
      if (round > 1 && performance.now() > options.until_ms) break;
      // The one that goes first takes turns, so that neither gains by its place.
      const first_is_plain = round % 2 === 0;
      const before = first_is_plain ? await bench.plain() : undefined;
      const timing = await bench.door();
      const seconds = before ?? await bench.plain();
      log(`round ${round}: plain ${seconds.toFixed(2)} s, ours ${timing.total.toFixed(2)} s`);
      if (round === 0) continue;
      plain.push(seconds);
      ours.push(timing);
    }
  } finally {
    await server.stop();
  }
  return figures({ plain, ours, data_bytes });
}

interface Timing {
  /** Until the outcome, in seconds. */
  total: number;
  /** The part after restic's own end: the look at the list. */
  listing: number;
}

class DoorBench {
  #options;
  #access;
  #source;
  #number = 0;

  constructor(options: OverheadOptions, server_url: string, source: string) {
    this.#options = options;
    this.#access = { server_url, username: USER, password: PASSWORD };
    this.#source = source;
  }

  async plain(): Promise<number> {
    return await this.#inFreshRepository((repository, dir) =>
      plainBackup({ program: this.#options.program, repository, dir, source: this.#source })
    );
  }

  /** Seconds of our own backup of the same. */
  async door(): Promise<Timing> {
    return await this.#inFreshRepository(async (_repository, _dir, restic) => {
      const set = { paths: [this.#source], excludes: [], tags: [] };
      const started = performance.now();
      let listing_since = started;
      const outcome = await restic.backup(set, {}, {
        signal: new AbortController().signal,
        onEvent(event) {
          if (event.type === "progress" && event.progress.phase === "listing") {
            listing_since = performance.now();
          }
        },
      });
      const ended = performance.now();
      if (outcome.status !== "succeeded") throw new Error(outcome.error ?? outcome.status);
      return { total: (ended - started) / 1000, listing: (ended - listing_since) / 1000 };
    });
  }

  async #inFreshRepository<T>(
    work: (repository: RepositoryAccess, dir: string, restic: Restic) => Promise<T>,
  ): Promise<T> {
    const name = `run-${this.#number++}`;
    const dir = join(this.#options.dir, name);
    const { server_url, username, password } = this.#access;
    const repository = {
      url: `${server_url}/${username}/${name}/`,
      rest_username: username,
      rest_password: password,
      password,
    };
    const restic = await freshRepository({ program: this.#options.program, repository, dir });
    try {
      return await work(repository, dir, restic);
    } finally {
      await Deno.remove(join(this.#options.dir, "data", username, name), { recursive: true });
      await Deno.remove(dir, { recursive: true });
    }
  }
}

function figures(
  measured: { plain: number[]; ours: Timing[]; data_bytes: number },
): Figure[] {
  const plain = median(measured.plain);
  const total = median(measured.ours.map((timing) => timing.total));
  const listing = median(measured.ours.map((timing) => timing.listing));
  const gib = (measured.data_bytes / 1024 ** 3).toFixed(1);
  const how = `${gib} GiB, fresh repositories, median of ${measured.plain.length} in turn`;
  return [
    {
      name: "backup through our restic door ÷ plain restic",
      unit: "",
      budget: BUDGET,
      measured: total / plain,
      note: `${how}: ${total.toFixed(2)} s ÷ ${plain.toFixed(2)} s`,
    },
    {
      name: "of it, until restic itself had ended ÷ plain restic",
      unit: "",
      budget: null,
      measured: (total - listing) / plain,
      note: "the same runs without the look at the list",
    },
    {
      name: "of it, to look for the snapshot in the list",
      unit: "s",
      budget: null,
      measured: listing,
      note: "does not grow with the data",
    },
  ];
}
