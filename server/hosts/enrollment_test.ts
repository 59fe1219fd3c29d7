import assert from "node:assert/strict";
import {
  aConnection,
  ADMIN,
  aHost,
  anEnrollment,
  BASE_URL,
  databaseText,
  enrolledHost,
  OPERATOR,
  testWorld,
  VIEWER,
} from "../agents/test_world.ts";
import { AppError } from "../errors.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { AddHostAnswer } from "../protocol/rest.ts";
import {
  enrollmentStatement,
  fromBase64,
  importPublicKey,
  verifyText,
} from "../protocol/signing.ts";

const IP = "10.0.0.20";

Deno.test("enrollment.add() makes a pending host and answers each minted secret once", async () => {
  const world = await testWorld();
  const answer = await world.enrollment.add(ADMIN, aHost("web-01"));
  assert.deepEqual(AddHostAnswer.parse(answer), answer);
  assert.equal(answer.host.status, "pending");
  assert.equal(answer.host.backup_state, "never");
  const { rest_username, rest_password, repository_password } = answer.minted;
  assert.equal(rest_username, "web-01");
  assert.match(rest_password!, /^[\w-]{32}$/);
  assert.match(repository_password!, /^[\w-]{32}$/);
  assert.notEqual(rest_password, repository_password);
  assert.match(answer.token, /^rme_[\w-]{27}$/);
  assert.equal(answer.htpasswd_line, "htpasswd -B /data/.htpasswd web-01");
  assert.equal(
    answer.install_line,
    `curl -fsSL ${BASE_URL}/install/install.sh | sudo bash -s -- --server ${BASE_URL} ` +
      `--server-key ${world.identity.fingerprint}`,
  );
  const kept = databaseText(world);
  for (const secret of [rest_password!, repository_password!, answer.token]) {
    assert.ok(!kept.includes(secret), "no secret is kept as it is");
    assert.ok(!answer.install_line.includes(secret) && !answer.htpasswd_line!.includes(secret));
  }
  world.db.close();
});

Deno.test("enrollment.add() keeps typed secrets to itself and refuses two that are the same", async () => {
  const world = await testWorld();
  const typed = { rest_username: "alpha", rest_password: "one", password: "two" };
  const answer = await world.enrollment.add(ADMIN, aHost("web-01", typed));
  assert.deepEqual(answer.minted, {
    rest_username: null,
    rest_password: null,
    repository_password: null,
  });
  assert.equal(answer.htpasswd_line, null);
  await assert.rejects(
    world.enrollment.add(ADMIN, aHost("web-02", { ...typed, password: "one" })),
    { code: "invalid_field", field: "repository.password" },
  );
  world.db.close();
});

Deno.test("enrollment.add() is for administrators and refuses a name taken in any case", async () => {
  const world = await testWorld();
  await assert.rejects(world.enrollment.add(OPERATOR, aHost("web-01")), { code: "forbidden" });
  await world.enrollment.add(ADMIN, aHost("web-01"));
  await assert.rejects(world.enrollment.add(ADMIN, aHost("Web-01")), {
    code: "name_taken",
    field: "name",
  });
  const both = await Promise.allSettled([
    world.enrollment.add(ADMIN, aHost("web-02")),
    world.enrollment.add(ADMIN, aHost("WEB-02")),
  ]);
  assert.deepEqual(both.map((one) => one.status).sort(), ["fulfilled", "rejected"]);
  world.db.close();
});

Deno.test("enrollment.enroll() answers a signed bearer and moves the credentials to the repository", async () => {
  const world = await testWorld();
  const { id, added, enrolled } = await enrolledHost(world);
  const key = await importPublicKey(fromBase64(enrolled.public_key));
  const { nonce } = anEnrollment("");
  const statement = enrollmentStatement(nonce, id, enrolled.bearer);
  assert.equal(await verifyText(key, statement, enrolled.signature), true);
  assert.deepEqual(world.hosts.byBearer(enrolled.bearer), { id, name: "web-01" });
  assert.match(enrolled.bearer, /^rma_[\w-]{43}$/);
  const config = await world.repositories.configFor(id);
  assert.deepEqual(config.repository, {
    id: added.host.repository_id,
    url: "https://storage.example:8000/web-01/",
    rest_username: "web-01",
    rest_password: added.minted.rest_password,
    password: added.minted.repository_password,
  });
  const sealed = world.db.prepare("SELECT credentials_sealed FROM enrollment_tokens").all();
  assert.deepEqual(sealed.map((row) => row.credentials_sealed), [null]);
  const kept = databaseText(world);
  const { rest_password, repository_password } = added.minted;
  for (const secret of [rest_password!, repository_password!, added.token, enrolled.bearer]) {
    assert.ok(!kept.includes(secret));
  }
  const host = world.hosts.get(VIEWER, id);
  assert.equal(host.os_version, "Debian 12");
  assert.equal(host.agent_hostname, "web-01.example");
  world.db.close();
});

Deno.test("enrollment.enroll() lets exactly one of 50 racers win", async () => {
  const world = await testWorld();
  const { token, host } = await world.enrollment.add(ADMIN, aHost("web-01"));
  const racers = Array.from({ length: 50 }, () => world.enrollment.enroll(anEnrollment(token), IP));
  const results = await Promise.allSettled(racers);
  const winners = results.filter((result) => result.status === "fulfilled");
  assert.equal(winners.length, 1);
  assert.equal(world.hosts.byBearer(winners[0]!.value.bearer)?.id, host.id);
  const credentials = world.db.prepare("SELECT count(*) AS n FROM credentials").get()!.n;
  assert.equal(credentials, 2, "losers leave nothing behind");
  world.db.close();
});

Deno.test("enrollment.enroll() gives one message for every token that does not work", async () => {
  const world = await testWorld();
  const used = await enrolledHost(world, "used");
  const revoked = await world.enrollment.add(ADMIN, aHost("revoked"));
  await world.enrollment.regenerate(ADMIN, revoked.host.id);
  const removed = await world.enrollment.add(ADMIN, aHost("removed"));
  world.hosts.remove(ADMIN, removed.host.id);
  const expired = await world.enrollment.add(ADMIN, aHost("expired"));
  world.clock.advance(3601);
  const tokens = [used.added.token, revoked.token, removed.token, expired.token, "rme_x", ""];
  const messages = new Set<string>();
  for (const token of tokens) {
    await assert.rejects(world.enrollment.enroll(anEnrollment(token), IP), (error: AppError) => {
      assert.equal(error.code, "bad_token");
      messages.add(`${error.message} ${error.hint}`);
      return true;
    });
  }
  assert.equal(messages.size, 1);
  const refused = world.audit.list(ADMIN, { action: "host.enrol_refused", limit: 100 }).items;
  assert.equal(refused.length, tokens.length);
  assert.ok(!JSON.stringify(refused).includes(expired.token));
  world.db.close();
});

Deno.test("enrollment.enroll() names a foreign protocol and leaves the token unused", async () => {
  const world = await testWorld();
  const { token } = await world.enrollment.add(ADMIN, aHost("web-01"));
  const old = { ...anEnrollment(token), protocol_version: 0 };
  await assert.rejects(world.enrollment.enroll(old, IP), { code: "protocol_too_old" });
  const newer = { ...anEnrollment(token), protocol_version: 99 };
  await assert.rejects(world.enrollment.enroll(newer, IP), { code: "protocol_too_new" });
  assert.ok(await world.enrollment.enroll(anEnrollment(token), IP));
  world.db.close();
});

Deno.test("enrollment.regenerate() passes the credentials on, even after the old token expired", async () => {
  const world = await testWorld();
  const added = await world.enrollment.add(ADMIN, aHost("web-01"));
  world.clock.advance(3601);
  const { token } = await world.enrollment.regenerate(ADMIN, added.host.id);
  await world.enrollment.enroll(anEnrollment(token), IP);
  const { repository } = await world.repositories.configFor(added.host.id);
  assert.equal(repository?.password, added.minted.repository_password);
  assert.equal(repository?.rest_password, added.minted.rest_password);
  world.db.close();
});

Deno.test("enrollment.regenerate() racing an enrolment never loses the credentials", async () => {
  for (let round = 0; round < 20; round++) {
    const world = await testWorld();
    const added = await world.enrollment.add(ADMIN, aHost("web-01"));
    const [first, again] = await Promise.allSettled([
      world.enrollment.enroll(anEnrollment(added.token), IP),
      world.enrollment.regenerate(ADMIN, added.host.id),
    ]);
    assert.ok(again.status === "fulfilled");
    if (first.status === "rejected") {
      await world.enrollment.enroll(anEnrollment(again.value.token), IP);
    }
    const { repository } = await world.repositories.configFor(added.host.id);
    assert.equal(repository?.password, added.minted.repository_password);
    world.db.close();
  }
});

Deno.test("enrollment.enroll() with a new token re-enrols: the old bearer and its socket end", async () => {
  const world = await testWorld();
  const { id, enrolled, added } = await enrolledHost(world);
  const closed: number[] = [];
  world.hub.add(id, aConnection(closed));
  await assert.rejects(world.enrollment.regenerate(OPERATOR, id), { code: "forbidden" });
  const { token } = await world.enrollment.regenerate(ADMIN, id);
  assert.deepEqual(world.hosts.byBearer(enrolled.bearer)?.id, id, "the old one works until then");
  const again = await world.enrollment.enroll(anEnrollment(token), IP);
  assert.equal(world.hosts.byBearer(enrolled.bearer), undefined);
  assert.equal(world.hosts.byBearer(again.bearer)?.id, id);
  assert.deepEqual(closed, [CLOSE.bad_credential]);
  const { repository } = await world.repositories.configFor(id);
  assert.equal(repository?.password, added.minted.repository_password);
  world.db.close();
});

Deno.test("enrollment.trail() follows the token of a host", async () => {
  const world = await testWorld();
  const { token, host } = await world.enrollment.add(ADMIN, aHost("web-01"));
  const trail = () => world.enrollment.trail(VIEWER, host.id);
  assert.deepEqual(trail(), {
    token_created_at_ms: world.clock.now_ms(),
    token_expires_at_ms: world.clock.now_ms() + 3_600_000,
    token_state: "valid",
    enrolled_at_ms: null,
    connected_at_ms: null,
  });
  world.clock.advance(3600);
  assert.equal(trail().token_state, "expired");
  world.clock.advance(-60);
  await world.enrollment.enroll(anEnrollment(token), IP);
  assert.deepEqual([trail().token_state, trail().enrolled_at_ms], ["used", world.clock.now_ms()]);
  world.db.close();
});
