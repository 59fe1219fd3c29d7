import assert from "node:assert/strict";
import fc from "fast-check";
import { parseLine } from "./output.ts";
import { renderEvent } from "./render.ts";

Deno.test("parseLine() and renderEvent() take any line without throwing", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
    for (const text of renderEvent(parseLine(line))) assert.equal(typeof text, "string");
  }));
  fc.assert(fc.property(
    fc.constantFrom("status", "summary", "error", "exit_error", "initialized", "new_in_restic_2"),
    fc.dictionary(
      fc.constantFrom(
        "percent_done",
        "total_bytes",
        "current_files",
        "snapshot_id",
        "error",
        "code",
      ),
      fc.jsonValue(),
    ),
    (message_type, fields) => {
      renderEvent(parseLine(JSON.stringify({ ...fields, message_type })));
    },
  ));
});

Deno.test("parseLine() does not take the scan_finished status of restic 0.14 for progress", () => {
  const line =
    '{"message_type":"status","action":"scan_finished","item":"","duration":0.2,"total_files":66}';
  assert.equal(parseLine(line).type, "other_json");
});

Deno.test("parseLine() bounds percent_done and drops counts that are no safe integer", () => {
  const line = '{"message_type":"status","percent_done":1.5,"total_bytes":18446744073709551615}';
  const event = parseLine(line);
  assert(event.type === "status");
  assert.equal(event.status.percent_done, 1);
  assert.equal(event.status.total_bytes, 0);
});

Deno.test("parseLine() reads the path of a missing source, also one that looks like JSON", () => {
  for (const path of ["/srv/a b", "{x}", "/a does not exist, skipping"]) {
    assert.deepEqual(parseLine(`${path} does not exist, skipping`), { type: "path_missing", path });
  }
});

Deno.test("parseLine() reads an error of each age of restic", () => {
  const messages = [
    '{"message_type":"error","error":{},"during":"scan","item":"/a"}',
    '{"message_type":"error","error":{"Op":"open","Path":"/a","Err":13},"item":"/a"}',
    '{"message_type":"error","error":{"message":"permission denied"},"item":"/a"}',
  ].map(parseLine).map((event) => event.type === "error" && `${event.item}: ${event.message}`);
  assert.deepEqual(messages, [
    "/a: could not be read",
    "/a: could not open",
    "/a: permission denied",
  ]);
});
