import assert from "node:assert/strict";
import { AddHostRequest } from "../protocol/rest.ts";
import { addHostInput, refillable } from "./add_host_form.ts";

const FIELDS: Record<string, string> = {
  name: "web-01",
  os: "linux",
  tags: "prod, web,",
  "backup_set.paths": "/etc\r\n/home/with space \r\n\r\n",
  "backup_set.excludes": "*.tmp",
  "backup_set.tags": "",
  "repository.url": "https://backup.example:8000/web-01/",
  "repository.rest_username": "",
  "repository.rest_password": "",
  "repository.password": "correct horse battery",
  "repository.append_only": "on",
};

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

Deno.test("addHostInput() makes a request that the schema takes", () => {
  const request = AddHostRequest.parse(addHostInput(formOf(FIELDS)));
  assert.deepEqual(request.tags, ["prod", "web"]);
  assert.deepEqual(request.backup_set.paths, ["/etc", "/home/with space "]);
  assert.equal(request.repository.rest_username, undefined);
  assert.equal(request.repository.append_only, true);
});

Deno.test("refillable() keeps what was typed but no password", () => {
  const kept = refillable(formOf(FIELDS));
  assert.equal(kept.name, "web-01");
  assert.equal(kept["repository.password"], undefined);
  assert.equal(JSON.stringify(kept).includes("horse"), false);
});

Deno.test("refillable() keeps an unticked box unticked", () => {
  const { "repository.append_only": _, ...unticked } = FIELDS;
  assert.equal(refillable(formOf(unticked))["repository.append_only"], "off");
});
