/**
 * @module `task test`: set-up, the build that the packaging tests run, then every test. With `--long`
 * only those under tests/long/. Ends with a line `N passed, N failed`.
 */
import { join } from "node:path";
import process from "node:process";
import { failSetup, projectDir, setUp, setUpChromium, setUpCurl } from "./setup.ts";
import { setUpProxies } from "./setup_proxies.ts";

const LONG_TESTS = "tests/long/";

const say = (line: string) => process.stdout.write(`set-up: ${line}\n`);
try {
  await setUp(say);
  await setUpChromium(say);
  await setUpCurl(say);
  await setUpProxies(say);
} catch (error) {
  failSetup(error);
}

const long = Deno.args.includes("--long");
const build = await deno(["task", "--quiet", "build"]);
if (build !== 0) Deno.exit(build);

const report = join(projectDir(), ".build", "junit.xml");
await Deno.remove(report).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const selection = long ? [LONG_TESTS] : [`--ignore=${LONG_TESTS},.build,.demo,.tools`];
const code = await deno(["test", "-A", "--quiet", `--junit-path=${report}`, ...selection]);
const { passed, failed } = await countTests(report);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
Deno.exit(code !== 0 ? code : passed === 0 || failed > 0 ? 1 : 0);

/** Runs this very deno in the project's folder, its output going straight through. */
async function deno(args: string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: projectDir(),
    stdin: "null",
  }).spawn();
  return (await child.status).code;
}

/** Reads the counts from the report; no report means that nothing ran, which counts as a failure. */
async function countTests(path: string): Promise<{ passed: number; failed: number }> {
  let xml: string;
  try {
    xml = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { passed: 0, failed: 1 };
    throw error;
  }
  let passed = 0;
  let failed = 0;
  for (const [suite] of xml.matchAll(/<testsuite [^>]*>/g)) {
    const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const bad = count("failures") + count("errors");
    passed += count("tests") - bad - count("disabled");
    failed += bad;
  }
  return { passed, failed };
}
