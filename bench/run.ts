/**
 * @module `task bench`: what the product costs, beside its budgets. Options: `--json FILE`,
 * `--gib N` (data of the backups, 4), `--runs N` (3), `--only overhead|memory`.
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { findRestic } from "../agent/restic/find.ts";
import { projectDir, setUp } from "../server/tasks/setup.ts";
import { measureAgentMemory } from "./agent_memory.ts";
import { measureAgentOverhead } from "./agent_overhead.ts";
import { writeData } from "./data.ts";
import { measureOverhead } from "./overhead.ts";
import { type Figure, isKept, renderTable } from "./table.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    json: { type: "string" },
    gib: { type: "string", default: "4" },
    runs: { type: "string", default: "3" },
    only: { type: "string" },
  },
});

const figures: Figure[] = [];
if (values.only !== "memory") figures.push(...await overhead());
if (values.only !== "overhead") {
  figures.push(...await measureAgentMemory({ project_dir: projectDir(), log }));
}
print(renderTable(figures));
if (values.json !== undefined) {
  const rows = figures.map((figure) => ({ ...figure, kept: isKept(figure) }));
  const machine = { cpus: navigator.hardwareConcurrency, os: Deno.build.os, arch: Deno.build.arch };
  const report = { measured_at: new Date().toISOString(), machine, figures: rows };
  await Deno.writeTextFile(values.json, JSON.stringify(report, null, 2) + "\n");
}

async function overhead(): Promise<Figure[]> {
  const tools = await setUp(() => {});
  const program = await findRestic({ configured_path: tools.restic, state_dir: projectDir() });
  if ("error" in program) throw new Error(program.error);
  const base = join(projectDir(), ".build", "bench");
  await Deno.mkdir(base, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: base });
  const source = join(dir, "source");
  const data_bytes = Number(values.gib) * 1024 ** 3;
  log(`restic ${program.version}: writing ${values.gib} GiB below ${dir}`);
  try {
    await writeData(source, data_bytes);
    const shared = { program, source, data_bytes, dir, runs: Number(values.runs), log };
    return [
      ...await measureOverhead({ ...shared, rest_server: tools.rest_server }),
      ...await measureAgentOverhead({ ...shared, project_dir: projectDir() }),
    ];
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
