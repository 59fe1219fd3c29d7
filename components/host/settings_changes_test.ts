import assert from "node:assert/strict";
import { changesOf } from "./settings_changes.ts";

const SAVED = {
  "name": "web-01",
  "tags": "prod, web",
  "backup_set.paths": "/etc\n/home",
  "backup_set.excludes": "",
  "backup_set.tags": "",
  "goal_hours": "26",
};

Deno.test("changesOf() names each item that comes or goes", () => {
  const typed = {
    ...SAVED,
    "name": "web-02",
    "tags": "web",
    "backup_set.paths": "/etc\r\n/home\r\n/srv\r\n",
    "backup_set.excludes": "*.tmp",
    "goal_hours": "30",
  };
  assert.deepEqual(changesOf(SAVED, typed), [
    "name to web-02",
    "tag prod removed",
    "path /srv added",
    "exclude *.tmp added",
    "goal to 30 h",
  ]);
});

Deno.test("changesOf() finds nothing in other spaces, line ends or fields that are not drawn", () => {
  assert.deepEqual(changesOf(SAVED, { ...SAVED, "tags": "prod,web ", "name": "web-01 " }), []);
  assert.deepEqual(changesOf(SAVED, { ...SAVED, "backup_set.paths": "/etc\r\n/home\r\n\r\n" }), []);
  const { "backup_set.paths": saved_paths } = SAVED;
  const operator = { "backup_set.paths": saved_paths };
  assert.deepEqual(changesOf(operator, { "backup_set.paths": "/etc\n/home" }), []);
});
