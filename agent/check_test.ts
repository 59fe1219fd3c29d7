import assert from "node:assert/strict";
import { backOff } from "./back_off.ts";
import { checkServerMessage, checkSignedMessage } from "./check.ts";
import {
  CommandRun,
  ConfigUpdate,
  ReportAck,
  Welcome,
} from "../server/protocol/server_messages.ts";

const ID = "0193a3c2-0000-7000-8000-000000000001";
const RUN = {
  type: "command.run",
  id: ID,
  counter: 1,
  expires_at: "2030-01-01T00:00:00.000Z",
  job_id: ID,
  kind: "backup",
  args: { backup_set: { paths: ["/a"], excludes: [], tags: [] }, bandwidth: {} },
};
const CONFIG = {
  type: "config.update",
  config_version: 1,
  repository: { id: ID, url: "u", rest_username: null, rest_password: null, password: "p" },
  reach_deadline_seconds: 60,
  stalled_after_seconds: 900,
};
const ACK = { type: "ack", reports: [{ run_id: ID, seq: 1 }] };
const WELCOME = {
  type: "welcome",
  protocol_version: 1,
  server_version: "0.1.0",
  epoch: 1,
  host_id: ID,
  host_name: "web-01",
  time: "2030-01-01T00:00:00.000Z",
};

Deno.test("the checker agrees with the protocol's schemas, also when any one field is wrong", () => {
  const cases = [[RUN, CommandRun], [CONFIG, ConfigUpdate], [ACK, ReportAck]] as const;
  for (const [good, schema] of cases) {
    assert.ok("message" in checkSignedMessage(good), good.type);
    assert.ok(schema.safeParse(good).success, good.type);
    for (const field of Object.keys(good)) {
      for (const wrong of [undefined, { a: 1 }, [1], true]) {
        const bad = { ...good, [field]: wrong };
        assert.equal("message" in checkSignedMessage(bad), false, `${good.type}.${field}`);
        assert.equal(schema.safeParse(bad).success, false, `${good.type}.${field}`);
      }
    }
  }
  assert.ok("message" in checkServerMessage(JSON.stringify(WELCOME)));
  assert.ok(Welcome.safeParse(WELCOME).success);
});

Deno.test("checkServerMessage() tells an unsigned order from an unknown message and from garbage", () => {
  assert.deepEqual(checkServerMessage(JSON.stringify(RUN)), { problem: "unsigned" });
  assert.deepEqual(checkServerMessage('{"type":"news"}'), { problem: "unknown" });
  assert.deepEqual(checkServerMessage('{"type":"toString"}'), { problem: "unknown" });
  for (const garbage of ["", "null", "[]", '"x"', "{", '{"type":1}', '{"type":"welcome"}']) {
    assert.deepEqual(checkServerMessage(garbage), { problem: "malformed" }, garbage);
  }
});

Deno.test("backOff() is anything up to 1, 2, 4 and at last 60 seconds", () => {
  const most = { random: () => 1 };
  assert.deepEqual([0, 1, 2, 5, 6, 5000].map((n) => backOff(n, most)), [
    1000,
    2000,
    4000,
    32_000,
    60_000,
    60_000,
  ]);
  assert.equal(backOff(6, { random: () => 0 }), 0);
});
