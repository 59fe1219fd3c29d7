/**
 * @module `task bench`: what the product costs, beside its budgets. It reports and fails nothing.
 * Options: `--json FILE`, `--quick` (less data, shorter waits), `--gib N` (data of the backups),
 * `--runs N`, `--only overhead|agent|server|logs|snapshots|schedules`.
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { findRestic } from "../agent/restic/find.ts";
import { projectDir, setUp } from "../server/tasks/setup.ts";
import { measureAgent } from "./agent_memory.ts";
import { measureAgentOverhead } from "./agent_overhead.ts";
import { writeData } from "./data.ts";
import { measureLogLines } from "./log_lines.ts";
import { measureServer } from "./dashboard.ts";
import { measureFleet } from "./fleet.ts";
import { measureOverhead } from "./overhead.ts";
import { measureSnapshots } from "./snapshot_list.ts";
import { measureSchedules } from "./schedules.ts";
import { type Figure, isKept, renderTable, skipped } from "./table.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    gib: { type: "string" },
    runs: { type: "string" },
    only: { type: "string" },
  },
});
const gib = Number(values.gib ?? (values.quick ? 0.25 : 2));
const runs = Number(values.runs ?? (values.quick ? 1 : 3));
const idle_seconds = values.quick ? 15 : 60;
const log_seconds = values.quick ? 4 : 10;
const project_dir = projectDir();
/** On a slow machine fewer rounds are run, so that the whole ends within ten minutes. */
const DOOR_UNTIL_MS = 5 * 60_000;
const AGENT_UNTIL_MS = 8 * 60_000;

const PARTS: Record<string, () => Promise<Figure[]>> = {
  server: () =>
    inFolder(async (dir) => [
      ...await measureServer({ project_dir, dir, log }),
      ...await measureFleet({ project_dir, dir, log }),
    ]),
  logs: () => inFolder((dir) => measureLogLines({ project_dir, dir, seconds: log_seconds, log })),
  schedules: measureSchedules,
  snapshots: () => inFolder(measureSnapshots),
  agent: () => measureAgent({ project_dir, idle_seconds, log }),
  overhead: () => inFolder(overhead),
};

const figures: Figure[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (values.only !== undefined && values.only !== name) continue;
  log(`measuring: ${name}`);
  try {
    figures.push(...await measure());
  } catch (error) {
    figures.push(skipped({ name, unit: "", budget: null }, error));
  }
}
const load = Deno.build.os === "windows" ? [] : Deno.loadavg().map((n) => Number(n.toFixed(1)));
print(renderTable(figures));
print(`${navigator.hardwareConcurrency} CPUs, load average ${load.join(" ")}`);
if (values.json !== undefined) {
  const rows = figures.map((figure) => ({ ...figure, kept: isKept(figure) }));
  const { os, arch } = Deno.build;
  const machine = { cpus: navigator.hardwareConcurrency, os, arch, load_average: load };
  const report = { measured_at: new Date().toISOString(), machine, figures: rows };
  await Deno.writeTextFile(values.json, JSON.stringify(report, null, 2) + "\n");
}

async function overhead(dir: string): Promise<Figure[]> {
  const tools = await setUp(() => {});
  const program = await findRestic({ configured_path: tools.restic, state_dir: project_dir });
  if ("error" in program) throw new Error(program.error);
  const source = join(dir, "source");
  const data_bytes = gib * 1024 ** 3;
  log(`restic ${program.version}: writing ${gib} GiB below ${dir}`);
  await writeData(source, data_bytes);
  const shared = { program, source, data_bytes, dir, runs, log };
  return [
    ...await measureOverhead({
      ...{ ...shared, until_ms: DOOR_UNTIL_MS },
      rest_server: tools.rest_server,
    }),
    ...await measureAgentOverhead({ ...shared, until_ms: AGENT_UNTIL_MS, project_dir }),
  ];
}

/** Gives a folder that is gone afterwards. */
async function inFolder(work: (dir: string) => Promise<Figure[]>): Promise<Figure[]> {
  const base = join(project_dir, ".build", "bench");
  await Deno.mkdir(base, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: base });
  try {
    return await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function log(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
