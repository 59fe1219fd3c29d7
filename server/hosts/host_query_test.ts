import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHostQuery, type QueriedHost, queryWord } from "./host_query.ts";

const NOW_MS = Date.parse("2026-11-12T09:42:05Z");
const DAY_MS = 86_400_000;

function aHost(more: Partial<QueriedHost> = {}): QueriedHost {
  return {
    ...{ name: "web-01", agent_hostname: "web-01.lab.example", os: "linux", tags: ["prod", "EU"] },
    ...{ status: "online", backup_state: "good", obstacle: null, last_seen_at_ms: NOW_MS },
    ...{ error_class: null, repository_server: "nas-01.lab.example", ...more },
  };
}

function matches(query: string, host: QueriedHost): boolean {
  const { tests, problem } = parseHostQuery(query);
  assert.equal(problem, undefined);
  return tests.every((test) => test(host, NOW_MS));
}

Deno.test("parseHostQuery() takes every word as a condition and commas as alternatives", () => {
  const host = aHost({
    backup_state: "stale",
    os: "windows",
    last_seen_at_ms: NOW_MS - 8 * DAY_MS,
  });
  assert.ok(matches("", host));
  assert.ok(matches("state:failed,overdue tag:prod os:windows seen:>7d WEB", host));
  assert.ok(matches("state:stale tag:eu agent:online server:nas-01.lab.example", host));
  assert.ok(!matches("state:failed tag:prod", host));
  assert.ok(!matches("tag:pro", host), "a tag is the whole tag");
  assert.ok(matches("pro", host), "text is a part");
  assert.ok(!matches("seen:<7d", host));
  assert.ok(matches("seen:>1w", aHost({ last_seen_at_ms: null })), "never seen is long ago");
  assert.ok(matches("tag:none", aHost({ tags: [] })));
  assert.ok(matches('tag:"two words"', aHost({ tags: ["Two words"] })));
  assert.ok(matches("blocked:no_paths", aHost({ obstacle: "no_paths" })));
  assert.ok(matches("error:network", aHost({ error_class: "network" })));
});

Deno.test("parseHostQuery() says what it does not understand, and then nothing matches by chance", () => {
  const problem = (query: string) => parseHostQuery(query).problem ?? "";
  assert.match(problem("stat:failed"), /There is no filter "stat". There are state, agent, os/);
  assert.match(problem("state:broken"), /state: "broken" is none of failed, never/);
  assert.match(problem("seen:7d"), /seen:>7d/);
  assert.match(problem("tag:"), /wants a value/);
  assert.match(problem("constructor:x"), /There is no filter/);
});

Deno.test("parseHostQuery() takes any text, and finds every tag by the word made of it", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseHostQuery(text)));
  const tag = fc.string({ minLength: 1 }).map((text) => text.replace(/["',]/g, "").trim())
    .filter((text) => text !== "");
  fc.assert(fc.property(tag, (tag) => matches(queryWord("tag", tag), aHost({ tags: [tag] }))));
});
