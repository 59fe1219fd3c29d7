import assert from "node:assert/strict";
import {
  absolute,
  ago,
  ahead,
  bytes,
  bytesOf,
  count,
  counted,
  duration,
  sentence,
  sentenceList,
  shortId,
  shortList,
  signedBytes,
  wholePercent,
} from "./format.ts";

Deno.test("sentence() ends a text that has no end", () => {
  assert.equal(sentence("Ask an administrator"), "Ask an administrator.");
  assert.equal(sentence("Try again in 15 s."), "Try again in 15 s.");
});

Deno.test("bytes() gives IEC units with three significant digits", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1.00 KiB"],
    [14_541, "14.2 KiB"],
    [412 * 2 ** 30, "412 GiB"],
    [3.18 * 2 ** 40, "3.18 TiB"],
    [999.6 * 2 ** 20, "0.98 GiB"],
    [99.97 * 2 ** 20, "100 MiB"],
    [9.999 * 2 ** 20, "10.0 MiB"],
  ];
  for (const [value, text] of cases) assert.equal(bytes(value), text);
});

Deno.test("signedBytes() uses a real minus and says when nothing changed", () => {
  assert.equal(signedBytes(640 * 2 ** 20), "+640 MiB");
  assert.equal(signedBytes(-14.2 * 2 ** 30), "−14.2 GiB");
  assert.equal(signedBytes(0), "no change");
});

Deno.test("bytesOf() names a shared unit once", () => {
  assert.equal(bytesOf(36.1 * 2 ** 30, 58.3 * 2 ** 30), "36.1 of 58.3 GiB");
  assert.equal(bytesOf(512 * 2 ** 20, 58.3 * 2 ** 30), "512 MiB of 58.3 GiB");
});

Deno.test("duration() never says 0 s and shows at most two units", () => {
  const cases: [number, string][] = [
    [0.2, "under 1 s"],
    [9.9, "9 s"],
    [372, "6 min 12 s"],
    [360, "6 min"],
    [4320, "1 h 12 min"],
    [31 * 3600, "31 h"],
    [3 * 86_400 + 7200, "3 d 2 h"],
  ];
  for (const [seconds, text] of cases) assert.equal(duration(seconds), text);
});

Deno.test("ago() rounds down and keeps hours up to 48", () => {
  const now = Date.UTC(2026, 10, 12, 9, 42, 5);
  const cases: [number, string][] = [
    [1, "just now"],
    [8, "8 s ago"],
    [56 * 60 + 59, "56 min ago"],
    [31.9 * 3600, "31 h ago"],
    [47.9 * 3600, "47 h ago"],
    [3.5 * 86_400, "3 d ago"],
    [160 * 86_400, "5 mo ago"],
    [-5, "just now"],
  ];
  for (const [seconds, text] of cases) assert.equal(ago(now - seconds * 1000, now), text);
});

Deno.test("ahead() says how long until a coming moment", () => {
  assert.equal(ahead(180_000, 0), "in 3 min");
  assert.equal(ahead(0, 5000), "now");
});

Deno.test("wholePercent() reaches 100 only when everything is done", () => {
  assert.equal(wholePercent(0.999), 99);
  assert.equal(wholePercent(1), 100);
  assert.equal(wholePercent(0.29), 29);
  assert.equal(wholePercent(-1), 0);
});

Deno.test("absolute() carries seconds and the zone", () => {
  assert.match(
    absolute(Date.UTC(2026, 10, 12, 12, 30, 9)),
    /^\w{3} 12 Nov 2026, \d\d:\d\d:09 \S+$/,
  );
});

Deno.test("counted(), shortId() and the lists read as a sentence needs them", () => {
  assert.equal(count(1_234_567), "1,234,567");
  assert.equal(counted(1, "host"), "1 host");
  assert.equal(counted(1204, "host"), "1,204 hosts");
  assert.equal(shortId("0197f3c2-0000-7000-8000-0000a1b2c3d4"), "a1b2c3d4");
  assert.equal(sentenceList(["/etc", "/home", "/srv"]), "/etc, /home and /srv");
  assert.equal(shortList(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
});
