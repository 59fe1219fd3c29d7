import assert from "node:assert/strict";
import type { Change } from "./change.ts";
import { EventStreams } from "./event_streams.ts";

Deno.test("a page that does not read its stream is let go after 1 MiB; a reading one stays", async () => {
  const sinks = new Set<(change: Change) => void>();
  const streams = new EventStreams({
    subscribe(sink) {
      sinks.add(sink);
      return () => void sinks.delete(sink);
    },
  });
  const hold = () => () => {};
  const slow = streams.open("one", hold);
  const reader = streams.open("two", hold).getReader();
  const host_ids = Array.from({ length: 2000 }, () => crypto.randomUUID());
  for (let n = 0; n < 20; n++) {
    for (const sink of [...sinks]) sink({ host_ids, job_ids: [] });
    while (new TextDecoder().decode((await reader.read()).value).startsWith("retry"));
  }
  assert.equal(streams.size, 1);
  let waited_bytes = 0;
  for await (const chunk of slow) waited_bytes += chunk.length;
  assert.ok(waited_bytes > 1024 * 1024 && waited_bytes < 1.2 * 1024 * 1024, String(waited_bytes));
  streams.endAll();
  assert.equal(streams.size, 0);
});
