import assert from "node:assert/strict";
import { AppError } from "../errors.ts";
import { aHello, sessions } from "./test_sessions.ts";
import { ADMIN, aHost, anEnrollment, enrolledHost, testWorld, VIEWER } from "./test_world.ts";

Deno.test("a clock that is set after the hello is told by the next heartbeat", async () => {
  const world = await testWorld();
  const host = await enrolledHost(world);
  const { open } = await sessions(world);
  const agent = open(host);
  const skew = () => world.hosts.get(VIEWER, host.id).clock_skew_seconds;
  function beat(off_seconds: number): void {
    const time = new Date(world.clock.now_ms() + off_seconds * 1000).toISOString();
    agent.send({ type: "heartbeat", time });
  }
  agent.send(aHello(world));
  assert.equal(skew(), 0);
  beat(9);
  assert.equal(skew(), 0, "so little is the network's");
  beat(3 * 3600);
  assert.equal(skew(), 3 * 3600);
  const { degraded_reasons } = world.hosts.get(VIEWER, host.id);
  assert.match(degraded_reasons.join(), /The host's clock is 3 h ahead of the server's/);
  beat(0);
  assert.equal(skew(), 0);
  world.clock.advance(-3 * 86_400);
  agent.send({
    type: "heartbeat",
    time: new Date(world.clock.now_ms() + 3 * 86_400_000).toISOString(),
  });
  assert.equal(skew(), 3 * 86_400, "the server's own clock was set back");
  const { last_seen_at } = world.hosts.get(VIEWER, host.id);
  assert.equal(Date.parse(last_seen_at!), world.clock.now_ms(), "nobody was heard of tomorrow");
  world.db.close();
});

Deno.test("a clock set back does not lengthen the hour of an enrolment token", async () => {
  const world = await testWorld();
  const { host, token } = await world.enrollment.add(ADMIN, aHost("web-01"));
  world.clock.advance(-3 * 86_400);
  assert.equal(world.enrollment.trail(ADMIN, host.id).token_state, "expired");
  await assert.rejects(
    () => world.enrollment.enroll(anEnrollment(token), "10.0.0.20"),
    (error) => error instanceof AppError && error.code === "bad_token",
  );
  const anew = await world.enrollment.regenerate(ADMIN, host.id);
  world.clock.advance(-60);
  await world.enrollment.enroll(anEnrollment(anew.token), "10.0.0.20");
  world.db.close();
});
