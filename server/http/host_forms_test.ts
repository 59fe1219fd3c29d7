import assert from "node:assert/strict";
import { credentialsRequest, editRequest, startRequest } from "./host_forms.ts";

function aForm(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

Deno.test("startRequest() of Run now carries the limits that were filled in", () => {
  const form = aForm({
    action: "run",
    limit_upload_kib_per_second: "2048",
    limit_download_kib_per_second: "",
  });
  assert.deepEqual(startRequest(form), {
    kind: "backup",
    bandwidth: { limit_upload_kib_per_second: 2048 },
  });
});

Deno.test("startRequest() refuses a limit that is not a whole number", () => {
  for (const text of ["-1", "1.5", "fast", "0"]) {
    const form = aForm({ action: "run", limit_upload_kib_per_second: text });
    assert.throws(() => startRequest(form));
  }
});

Deno.test("startRequest() of a retry without a job runs the backup", () => {
  assert.equal(startRequest(aForm({ action: "retry" })).kind, "backup");
});

Deno.test("startRequest() refuses an action that it does not know", () => {
  assert.throws(() => startRequest(aForm({ action: "prune" })), { code: "bad_request" });
});

Deno.test("editRequest() changes nothing that the form did not draw", () => {
  assert.deepEqual(editRequest(aForm({ name: "web-02" })), { name: "web-02" });
});

Deno.test("editRequest() reads lines, words and hours", () => {
  const form = aForm({
    tags: "prod, web,",
    "backup_set.paths": "/etc\r\n\r\n \n/srv/ends in space \n",
    "backup_set.excludes": "*.tmp",
    "backup_set.tags": "",
    goal_hours: "26",
  });
  assert.deepEqual(editRequest(form), {
    tags: ["prod", "web"],
    goal_seconds: 93_600,
    backup_set: { paths: ["/etc", "/srv/ends in space "], excludes: ["*.tmp"], tags: [] },
  });
});

Deno.test("editRequest() refuses hours that are no number and a path that is not absolute", () => {
  assert.throws(() => editRequest(aForm({ goal_hours: "soon" })));
  assert.throws(() => editRequest(aForm({ "backup_set.paths": "home" })));
});

Deno.test("credentialsRequest() takes only what was filled in", () => {
  assert.deepEqual(credentialsRequest(aForm({ password: "new one", url: "" })), {
    password: "new one",
  });
  assert.throws(() => credentialsRequest(aForm({ password: "" })), { code: "bad_request" });
});
