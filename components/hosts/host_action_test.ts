import assert from "node:assert/strict";
import type { Actor } from "../../server/auth/permissions.ts";
import { hostAction } from "./host_action.ts";

function as(role: "viewer" | "operator" | "admin"): Actor {
  return { kind: "user", id: "u", name: role, role, ip: null };
}

function aHost(changes: Partial<Parameters<typeof hostAction>[0]> = {}) {
  return {
    id: "h1",
    status: "online" as const,
    current_job_id: null,
    repository_initialised_at: "2026-11-12T08:00:00Z",
    backup_state: "good" as const,
    backup_set: { paths: ["/etc"], excludes: [], tags: [] },
    obstacle: null,
    last_backup_status: "succeeded" as const,
    ...changes,
  };
}

Deno.test("hostAction() branches on the host's state for an administrator", () => {
  const label = (changes: Partial<ReturnType<typeof aHost>>) =>
    hostAction(aHost(changes), as("admin"))?.label;
  assert.equal(label({}), "Run now");
  assert.equal(label({ last_backup_status: "failed" as "succeeded" }), "Retry");
  assert.equal(label({ repository_initialised_at: null as unknown as string }), "Initialise repo");
  assert.equal(label({ current_job_id: "j1" as unknown as null }), "View");
  assert.equal(label({ status: "pending" as "online" }), "Install agent");
});

Deno.test("hostAction() leads to a repository that is gone or replaced, and runs nothing without restic", () => {
  for (const obstacle of ["repository_missing", "repository_replaced"] as const) {
    const action = hostAction(aHost({ obstacle: obstacle as unknown as null }), as("operator"));
    assert.deepEqual(action, { kind: "link", label: "Repository", href: "/hosts/h1/repository" });
  }
  const bare = hostAction(
    aHost({ obstacle: "restic_not_found" as unknown as null }),
    as("operator"),
  );
  assert.match(bare?.kind === "post" ? bare.reason ?? "" : "", /restic is not installed/);
});

Deno.test("hostAction() offers a viewer nothing but the running job", () => {
  assert.equal(hostAction(aHost(), as("viewer")), undefined);
  assert.equal(hostAction(aHost({ status: "pending" }), as("viewer")), undefined);
  assert.equal(hostAction(aHost({ current_job_id: "j1" }), as("viewer"))?.label, "View");
});

Deno.test("hostAction() switches Run now off for an operator while the repository is missing", () => {
  const action = hostAction(aHost({ repository_initialised_at: null }), as("operator"));
  assert.equal(action?.kind === "post" && action.label, "Run now");
  assert.match(action?.kind === "post" ? action.reason ?? "" : "", /administrator/);
});

Deno.test("hostAction() says that a job waits for an offline host, and why an empty set cannot run", () => {
  const waits = hostAction(aHost({ status: "offline" }), as("operator"));
  assert.match(waits?.kind === "post" ? waits.note ?? "" : "", /waits/);
  const empty = hostAction(
    aHost({ backup_set: { paths: [], excludes: [], tags: [] } }),
    as("operator"),
  );
  assert.match(empty?.kind === "post" ? empty.reason ?? "" : "", /no paths/);
});

Deno.test("hostAction() does not offer to initialise from a host without restic, nor to retry what never failed", () => {
  const bare = aHost({
    repository_initialised_at: null,
    obstacle: "restic_not_found",
  });
  const action = hostAction(bare, as("admin"));
  assert.match(action?.kind === "post" ? action.reason ?? "" : "", /restic is not installed/);
  const locked_out = aHost({ backup_state: "failed", obstacle: "wrong_password" });
  assert.equal(hostAction(locked_out, as("admin"))?.label, "Run now");
});
