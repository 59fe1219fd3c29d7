import assert from "node:assert/strict";
import fc from "fast-check";
import type { ReadData } from "../../server/protocol/entities.ts";
import { buildArguments, encodePaths, problemOfSet } from "./command.ts";

const typed = fc.oneof(
  fc.string(),
  fc.constantFrom("--password-command=touch /tmp/x", "-o", "--", "@f", "a\nb", " x ", "$(x)"),
);

Deno.test("buildArguments() keeps every pattern and tag glued to its own flag", () => {
  fc.assert(fc.property(fc.array(typed), fc.array(typed), (excludes, tags) => {
    const set = { paths: ["/srv"], excludes, tags };
    const args = buildArguments({ name: "backup", files_from: "/run/f", set, bandwidth: {} });
    assert.deepEqual(args.slice(0, 2), ["--json", "backup"]);
    assert.equal(args.at(-1), "--files-from-raw=/run/f");
    const between = args.slice(2, -1);
    assert.deepEqual(between, [
      ...excludes.filter((text) => text !== "").map((text) => `--exclude=${text}`),
      ...tags.filter((text) => text !== "").map((text) => `--tag=${text}`),
    ]);
  }));
});

Deno.test("buildArguments() leaves out caches, other file systems and marked folders when asked", () => {
  const set = { paths: ["/srv"], excludes: [], tags: [], exclude_caches: true };
  const of = (over: object) =>
    buildArguments({
      name: "backup",
      files_from: "f",
      set: { ...set, ...over },
      bandwidth: {},
    }).slice(2, -1);
  assert.deepEqual(of({}), ["--exclude-caches"]);
  const all = { one_file_system: true, exclude_if_present: [".nobackup", "", "--x"] };
  assert.deepEqual(of(all), [
    "--exclude-caches",
    "--one-file-system",
    "--exclude-if-present=.nobackup",
    "--exclude-if-present=--x",
  ]);
  assert.deepEqual(of({ exclude_caches: false, one_file_system: false }), []);
});

Deno.test("buildArguments() passes limits in KiB/s and refuses what is no whole number", () => {
  const set = { paths: ["/srv"], excludes: [], tags: [] };
  const bandwidth = { limit_upload_kib_per_second: 5, limit_download_kib_per_second: 7 };
  const args = buildArguments({ name: "backup", files_from: "f", set, bandwidth });
  assert.deepEqual(args.slice(1, 3), ["--limit-upload=5", "--limit-download=7"]);
  const broken = { limit_upload_kib_per_second: 0.5 };
  assert.throws(() => buildArguments({ name: "backup", files_from: "f", set, bandwidth: broken }));
});

Deno.test("buildArguments() takes an id only if it is hex", () => {
  assert.throws(() => buildArguments({ name: "cat lock", lock_id: "--password-command=x" }));
  assert.deepEqual(
    buildArguments({ name: "snapshots", snapshot_id: "0123abcd" }).slice(-2),
    ["--", "0123abcd"],
  );
});

Deno.test("encodePaths() ends each path with NUL and leaves out empty ones", () => {
  assert.equal(new TextDecoder().decode(encodePaths(["/a\nb", "", " -o"])), "/a\nb\0 -o\0");
});

Deno.test("problemOfSet() names a tag with a comma and any text with a NUL", () => {
  const set = { paths: ["/a"], excludes: ["*.tmp"], tags: ["daily"] };
  assert.equal(problemOfSet(set), undefined);
  assert.match(problemOfSet({ ...set, tags: ["a,b"] }) ?? "", /"a,b" holds a comma/);
  assert.match(problemOfSet({ ...set, paths: ["/a\0b"] }) ?? "", /^The path .* NUL/);
});

Deno.test("buildArguments() reads a check's data by typed fields alone, and refuses what is none", () => {
  const args = (read_data?: ReadData) =>
    buildArguments({ name: "check", read_data, bandwidth: {} }).slice(1);
  assert.deepEqual(args(), []);
  assert.deepEqual(args({ how: "all" }), ["--read-data"]);
  assert.deepEqual(args({ how: "percent", percent: 2.5 }), ["--read-data-subset=2.5%"]);
  assert.deepEqual(args({ how: "part", part: 3, of: 7 }), ["--read-data-subset=3/7"]);
  assert.deepEqual(args({ how: "size", mib: 500 }), ["--read-data-subset=500M"]);
  for (
    const broken of [
      { how: "percent", percent: 0 },
      { how: "percent", percent: "5%;x" },
      { how: "part", part: 0.5, of: 7 },
      { how: "size", mib: -1 },
      { how: "--password-command=x" },
    ]
  ) {
    assert.throws(() => args(broken as ReadData), JSON.stringify(broken));
  }
});
