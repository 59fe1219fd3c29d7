import assert from "node:assert/strict";
import {
  ADMIN,
  aHost,
  anEnrollment,
  enrolledHost,
  OPERATOR,
  testWorld,
} from "../agents/test_world.ts";
import { EditHostRequest } from "../protocol/rest.ts";

const PIN = "ab".repeat(32);
const NEXT = "cd".repeat(32);

Deno.test("a changed pin is a new config for the agent, and audited", async () => {
  const world = await testWorld();
  const { id } = await enrolledHost(world);
  const before = world.repositories.configVersion(id)!;
  const edit = EditHostRequest.parse({
    cert_pins: [PIN.match(/../g)!.join(":").toUpperCase(), NEXT],
  });
  assert.deepEqual(world.hosts.edit(ADMIN, id, edit).cert_pins, [PIN, NEXT]);
  const config = await world.repositories.configFor(id);
  assert.deepEqual(config.cert_pins, [PIN, NEXT]);
  assert.equal(config.config_version, before + 1);
  world.hosts.edit(ADMIN, id, edit);
  assert.equal(world.repositories.configVersion(id), before + 1, "the same again is no change");
  assert.throws(() => world.hosts.edit(OPERATOR, id, edit), { code: "forbidden" });
  world.db.close();
});

Deno.test("a pin that is no fingerprint is refused, and so is a third", () => {
  for (const cert_pins of [["abc"], [PIN.slice(1)], [PIN, NEXT, "ef".repeat(32)]]) {
    assert.equal(EditHostRequest.safeParse({ cert_pins }).success, false);
  }
});

Deno.test("the pins that a machine was enrolled with are kept, and survive a new enrolment", async () => {
  const world = await testWorld();
  const { host, token } = await world.enrollment.add(ADMIN, aHost("web-01"));
  await world.enrollment.enroll({ ...anEnrollment(token), cert_pins: [PIN] }, "10.0.0.20");
  assert.deepEqual(world.hosts.get(ADMIN, host.id).cert_pins, [PIN]);
  const again = await world.enrollment.regenerate(ADMIN, host.id);
  await world.enrollment.enroll(anEnrollment(again.token), "10.0.0.20");
  assert.deepEqual(world.hosts.get(ADMIN, host.id).cert_pins, [PIN]);
  world.db.close();
});
