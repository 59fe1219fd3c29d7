import assert from "node:assert/strict";
import type { EnrollmentTrail } from "../../server/hosts/enrollment.ts";
import type { Host, Job, Repository } from "../../server/protocol/entities.ts";
import { installSteps, stageOf } from "./install_trail.ts";

const NOW = Date.UTC(2026, 10, 12, 9, 42);

function facts(
  { host = {}, trail = {}, repository, jobs = [] }: {
    host?: Partial<Host>;
    trail?: Partial<EnrollmentTrail>;
    repository?: Partial<Repository>;
    jobs?: Partial<Job>[];
  },
) {
  return {
    host: {
      name: "hass-01",
      status: "online",
      restic_version: "0.19.1",
      agent_version: "0.1.0",
      os_version: "Debian 12",
      arch: "x86_64",
      backup_set: { paths: ["/etc", "/home"], excludes: [], tags: [] },
      repository_initialised_at: null,
      current_job_id: null,
      last_good_backup_at: null,
      ...host,
    } as Host,
    trail: {
      token_created_at_ms: NOW - 120_000,
      token_expires_at_ms: NOW + 58 * 60_000,
      token_state: "valid",
      enrolled_at_ms: null,
      connected_at_ms: null,
      ...trail,
    } as EnrollmentTrail,
    repository: repository === undefined
      ? undefined
      : { url: "https://b/", probed_at: null, initialised_at: null, ...repository } as Repository,
    jobs: jobs as Job[],
  };
}

const there = { enrolled_at_ms: NOW - 60_000, connected_at_ms: NOW - 50_000, token_state: "used" };

function step(input: Parameters<typeof facts>[0], key: string) {
  return installSteps(facts(input), NOW).find((found) => found.key === key);
}

Deno.test("installSteps() waits for the agent and says until when the token works", () => {
  assert.match(step({}, "token")?.text ?? "", /works once, until \d\d:\d\d, in 58 min/);
  assert.equal(step({}, "enrolled")?.kind, "queued");
  assert.equal(step({}, "initialised"), undefined);
  assert.equal(stageOf(facts({})), 1);
});

Deno.test("installSteps() offers a new token once the old one expired", () => {
  assert.equal(step({ trail: { token_state: "expired" } }, "token")?.offers, "token");
});

Deno.test("installSteps() offers to initialise a repository that the agent found missing", () => {
  const input = {
    trail: there as Partial<EnrollmentTrail>,
    repository: { probe_state: "missing" as const },
  };
  assert.equal(step(input, "repository")?.kind, "succeeded");
  assert.equal(step(input, "initialised")?.offers, "init");
  assert.equal(step(input, "backup")?.kind, "queued");
  assert.equal(stageOf(facts(input)), 2);
});

Deno.test("installSteps() names the fix for a repository that cannot be opened", () => {
  const input = {
    trail: there as Partial<EnrollmentTrail>,
    repository: { probe_state: "wrong_password" as const },
  };
  assert.equal(step(input, "repository")?.kind, "failed");
  assert.match(step(input, "repository")?.text ?? "", /under Settings/);
});

Deno.test("installSteps() ends with the first good backup", () => {
  const input = {
    host: {
      repository_initialised_at: "2026-11-12T09:40:00Z",
      last_good_backup_at: "2026-11-12T09:41:00Z",
    },
    trail: there as Partial<EnrollmentTrail>,
    repository: { probe_state: "ready" as const, initialised_at: "2026-11-12T09:40:00Z" },
  };
  assert.equal(step(input, "backup")?.title, "First backup done");
  assert.equal(stageOf(facts(input)), 3);
});
