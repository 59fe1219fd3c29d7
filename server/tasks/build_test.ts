import { stop } from "esbuild";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findSources, staticFile } from "../fresh/discover.ts";
import { agentScript, stylesheet } from "./build_parts.ts";
import { serverScript } from "./build_server.ts";
import { reason } from "./compile.ts";

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Runs a script from an empty folder, where nothing else can help it. */
async function runAlone(script: Uint8Array, args: string[] = []) {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(cwd, "script.js"), script);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "script.js", ...args],
      cwd,
    });
    const { code, stdout, stderr } = await command.output();
    return {
      code,
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr),
    };
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("serverScript makes one file that serves pages, islands and files from an empty folder", async () => {
  const sources = await findSources(here("../fresh/testdata/app"));
  const others = new Map([
    ["hello.sh", staticFile(new TextEncoder().encode("echo </script> \u20ac\n"), "hello.sh")],
    ["raw.bin", staticFile(new Uint8Array([0, 255, 128]), "raw.bin")],
  ]);
  const script = await serverScript({ sources, others, entry: here("./testdata/one_file.ts") });
  await stop();
  const { stdout, stderr } = await runAlone(script);
  assert.equal(stderr, "");
  const facts = JSON.parse(stdout);
  assert.ok(facts.page.includes("<!--frsh:island:Counter:0--><button"), facts.page);
  assert.deepEqual(facts.boot, [200, "public, max-age=31536000, immutable"]);
  assert.equal(facts.script, "echo </script> \u20ac\n");
  assert.deepEqual(facts.bytes, [0, 255, 128]);
  assert.equal(facts.hello_is_public, false);
  assert.ok(
    !new TextDecoder().decode(script).includes("tailwindcss"),
    "no tool of the build in it",
  );
});

Deno.test("agentScript makes one file that runs from an empty folder", async () => {
  const agent = await agentScript();
  await stop();
  const { code, stdout } = await runAlone(agent.body, ["version"]);
  assert.equal(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+/);
});

Deno.test("agentScript refuses a program with zod in it", async () => {
  await assert.rejects(agentScript(here("./testdata/with_zod.ts")), /must not contain zod/);
  await stop();
});

Deno.test("stylesheet is minified, has the theme's tokens and is kept for the next build", async () => {
  const first = await stylesheet();
  const css = new TextDecoder().decode(first.body);
  assert.ok(css.includes("--color-ink"));
  assert.ok(css.split("\n").length < 10, "minified");
  assert.equal((await stylesheet()).sha256, first.sha256);
});

Deno.test("a failed download of Deno's runtime part is told in one sentence", () => {
  const text = reason(
    "x86_64-pc-windows-msvc",
    "error: Failed to fetch https://dl.deno.land/denort.zip",
  );
  assert.match(text, /^Deno's runtime part for x86_64-pc-windows-msvc could not be downloaded/);
  assert.equal(
    reason("x", "Check a.js\nerror: Expected a semicolon\n  at a.js"),
    "deno compile for x failed: error: Expected a semicolon",
  );
});
