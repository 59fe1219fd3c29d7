import assert from "node:assert/strict";
import { join } from "node:path";
import { Audit } from "../audit/audit.ts";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { silentLog } from "../log.ts";
import { checkPassword } from "./password_rules.ts";
import { Passwords } from "./passwords.ts";
import { type Actor, can, demand, isAtLeast, SYSTEM } from "./permissions.ts";
import { RateLimits } from "./rate_limits.ts";
import { Refusals } from "./refusals.ts";
import { Sessions } from "./sessions.ts";
import { SetupCode } from "./setup_code.ts";
import { setUp, signIn } from "./sign_in.ts";
import { Users } from "./users.ts";

const PASSWORD = "violet anchor 71 ribbons";
const FROM = { ip: "192.0.2.7", user_agent: "a browser" };

function parts() {
  const clock = new FakeClock();
  const db = openDatabase(":memory:", { clock, log: silentLog });
  const audit = new Audit(db, clock);
  const users = new Users({ db, clock, audit });
  const sessions = new Sessions({ db, clock, audit, csrf_key: new Uint8Array(32) });
  const setup_code = new SetupCode();
  const refusals = new Refusals({ db, clock, audit });
  const rate_limits = new RateLimits(clock);
  return { clock, db, audit, users, sessions, setup_code, rate_limits, refusals };
}

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

function actor(role: Actor["role"]): Actor {
  return { kind: "user", id: "u", name: "u", role, ip: null };
}

Deno.test("Passwords.matches() accepts only the password of the hash, in any Unicode form", async () => {
  const passwords = new Passwords();
  const phc = await passwords.hash("smörgåsbord 1234");
  assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.ok(await passwords.matches("smörgåsbord 1234".normalize("NFD"), phc));
  assert.ok(!await passwords.matches("smörgåsbord 1235", phc));
  assert.ok(!await passwords.matches("anything", "not a hash"));
  assert.notEqual(await passwords.hash("same password"), await passwords.hash("same password"));
  assert.ok(!passwords.isOutdated(phc));
  assert.ok(passwords.isOutdated(phc.replace("t=2", "t=1")));
});

Deno.test("Passwords.hash() turns the caller away when 2 run and 32 wait, and recovers", async () => {
  const passwords = new Passwords();
  const results = await Promise.allSettled(
    Array.from({ length: 36 }, () => passwords.hash("whatever it is")),
  );
  const refused = results.filter((result) => result.status === "rejected");
  assert.equal(refused.length, 2);
  for (const { reason } of refused) hasCode("busy")(reason);
  assert.ok(await passwords.hash("whatever it is"));
});

Deno.test("checkPassword() takes long unusual passwords and refuses short, common and patterned ones", () => {
  for (const good of [PASSWORD, "Tr0ub4dor&3xtra", "ünïcödé wörds hier", "x9#kLm2$pQ7z"]) {
    checkPassword(good, "operator");
  }
  assert.throws(() => checkPassword("elevenchars", "u"), hasCode("password_too_short"));
  assert.throws(() => checkPassword("x".repeat(5000), "u"), hasCode("invalid_field"));
  const common = [
    "password1234",
    "P@ssw0rd!2024",
    "administrator",
    "passwordpassword",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "123456789012",
    "qwertyuiopasdf",
    "my-operator-2026",
    "Restic-Manager9",
    "changeme!!!!",
  ];
  for (const bad of common) {
    assert.throws(() => checkPassword(bad, "Operator"), hasCode("password_common"), bad);
  }
});

Deno.test("can() gives each role what the table says and nothing to an agent", () => {
  assert.ok(can(actor("viewer"), "host.read"));
  assert.ok(!can(actor("viewer"), "job.start"));
  assert.ok(can(actor("operator"), "job.start"));
  assert.ok(!can(actor("operator"), "repository.initialise"));
  assert.ok(can(actor("admin"), "user.manage"));
  assert.ok(can(SYSTEM, "host.remove"));
  assert.ok(!can({ ...actor(null), kind: "agent" }, "host.read"));
  assert.ok(!can(undefined, "fleet.read"));
  assert.ok(isAtLeast("admin", "viewer") && !isAtLeast("viewer", "operator"));
  assert.throws(() => demand(undefined, "host.read"), hasCode("unauthenticated"));
  assert.throws(() => demand(actor("operator"), "host.add"), hasCode("forbidden"));
});

Deno.test("Users.createFirst() makes one administrator, even when two ask at once", async () => {
  const { users, audit } = parts();
  assert.equal(users.anyExists, false);
  const both = await Promise.allSettled([
    users.createFirst({ username: "first", password: PASSWORD }, FROM.ip),
    users.createFirst({ username: "second", password: PASSWORD }, FROM.ip),
  ]);
  assert.deepEqual(both.map((result) => result.status).sort(), ["fulfilled", "rejected"]);
  assert.equal(users.anyExists, true);
  assert.equal(users.list(SYSTEM).length, 1);
  assert.deepEqual(audit.list(SYSTEM, { limit: 9 }).items.map((e) => e.action), ["server.set_up"]);
});

Deno.test("Users.add() needs an administrator, a free name and a good password", async () => {
  const { users } = parts();
  const input = { username: "Operator", password: PASSWORD, role: "operator" as const };
  await assert.rejects(users.add(actor("operator"), input), hasCode("forbidden"));
  await assert.rejects(users.add(SYSTEM, { ...input, password: "short" }), AppError);
  const user = await users.add(actor("admin"), input);
  assert.equal(user.role, "operator");
  await assert.rejects(
    users.add(SYSTEM, { ...input, username: "operator" }),
    hasCode("name_taken"),
  );
});

Deno.test("signIn() starts a session for the right password and records a refusal without the name", async () => {
  const all = parts();
  await all.users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const { token, session } = await signIn(all, { username: "ADMIN1", password: PASSWORD }, FROM);
  assert.match(token, /^rms_[\w-]{43}$/);
  assert.equal(all.sessions.find(token)?.id, session.id);
  for (const username of ["admin1", "nobody"]) {
    await assert.rejects(
      signIn(all, { username, password: "wrong password" }, FROM),
      hasCode("bad_credentials"),
    );
  }
  const [refused] = all.audit.list(SYSTEM, { limit: 1 }).items;
  assert.equal(refused!.action, "session.refused");
  assert.ok(!JSON.stringify(refused).includes("nobody"));
});

Deno.test("signIn() slows guessing at one account down and lets it in again later", async () => {
  const all = parts();
  await all.users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const wrong = () => signIn(all, { username: "admin1", password: "wrong password" }, FROM);
  for (let n = 0; n < 5; n++) await assert.rejects(wrong(), hasCode("bad_credentials"));
  await assert.rejects(wrong(), hasCode("rate_limited"));
  all.clock.advance(60);
  await signIn(all, { username: "admin1", password: PASSWORD }, FROM);
});

Deno.test("signIn() lets an account's owner in while somebody elsewhere guesses at it", async () => {
  const all = parts();
  await all.users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const guess = () =>
    signIn(all, { username: "admin1", password: "wrong password" }, { ...FROM, ip: "203.0.113.9" });
  for (let n = 0; n < 5; n++) await assert.rejects(guess(), hasCode("bad_credentials"));
  for (let n = 0; n < 15; n++) await assert.rejects(guess(), hasCode("rate_limited"));
  await signIn(all, { username: "admin1", password: PASSWORD }, FROM);
});

Deno.test("signIn() lets an owner in from where they signed in before while many addresses guess", async () => {
  const all = parts();
  const { users, sessions, rate_limits, clock, db, audit } = all;
  await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const right = { username: "Admin1", password: PASSWORD };
  const at = (ip: string) => ({ ...FROM, ip });
  const { token } = await signIn(all, right, at("2001:db8:1:2::7"));
  sessions.end(token, FROM.ip);
  await signIn(all, right, at("192.0.2.7"));
  for (let n = 0; n < 98; n++) rate_limits.take("login_everywhere", "admin1");
  await assert.rejects(signIn(all, right, at("198.51.100.1")), hasCode("rate_limited"));
  await signIn(all, right, at("192.0.2.7"));
  await signIn(all, right, at("2001:DB8:1:2::99"));
  const wrong = () => signIn(all, { ...right, password: "wrong" }, at("192.0.2.7"));
  for (let n = 0; n < 5; n++) await assert.rejects(wrong(), hasCode("bad_credentials"));
  await assert.rejects(wrong(), hasCode("rate_limited"), "nor may such an address guess on");

  const csrf_key = new Uint8Array(32);
  const restarted = { ...all, sessions: new Sessions({ db, clock, audit, csrf_key }) };
  await assert.rejects(signIn(restarted, right, at("198.51.100.1")), hasCode("rate_limited"));
  await signIn(restarted, right, at("2001:db8:1:2::8"));
});

Deno.test("Refusals.record() writes few rows however many attempts, and counts the others", () => {
  const { refusals, audit, clock } = parts();
  for (let n = 0; n < 1000; n++) refusals.record("session.refused", `192.0.2.${n % 250}`);
  const rows = () => audit.list(SYSTEM, { action: "session.refused", limit: 100 }).items;
  assert.equal(rows().length, 10);
  refusals.record("host.enrol_refused", "192.0.2.1");
  clock.advance(600);
  refusals.flush();
  refusals.flush();
  assert.equal(rows().length, 11);
  assert.deepEqual(rows()[0]!.payload, { more: 990 });
  refusals.record("session.refused", "192.0.2.9");
  assert.equal(rows()[0]!.ip, "192.0.2.9");
});

Deno.test("signIn() ends the session that the same browser had, and only when it succeeds", async () => {
  const all = parts();
  await all.users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const sign = (password: string, old_token?: string) =>
    signIn(all, { username: "admin1", password }, { ...FROM, old_token });
  const { token: old_token } = await sign(PASSWORD);
  await assert.rejects(sign("wrong password", old_token), hasCode("bad_credentials"));
  assert.ok(all.sessions.find(old_token));
  const { token } = await sign(PASSWORD, old_token);
  assert.equal(all.sessions.find(old_token), undefined);
  assert.ok(all.sessions.find(token));
});

Deno.test("setUp() wants the printed code, signs the administrator in, and works once", async () => {
  const all = parts();
  const input = { username: "admin1", password: PASSWORD };
  await assert.rejects(setUp(all, { ...input, code: "" }, FROM), hasCode("bad_setup_code"));
  const code = all.setup_code.issue();
  await assert.rejects(
    setUp(all, { ...input, code: "0000-0000-0000-0000" }, FROM),
    hasCode("bad_setup_code"),
  );
  const typed = ` ${code.toLowerCase().replaceAll("-", " ")} `;
  const { token } = await setUp(all, { ...input, code: typed }, FROM);
  assert.equal(all.sessions.find(token)?.user.role, "admin");
  await assert.rejects(setUp(all, { ...input, code }, FROM), hasCode("already_set_up"));
  assert.equal(all.setup_code.matches(code), false);
  const refused = all.audit.list(SYSTEM, { action: "server.set_up_refused", limit: 10 });
  assert.deepEqual(refused.items.map((row) => row.ip), [FROM.ip, FROM.ip]);
});

Deno.test("SetupCode keeps its file private and removes it when spent", () => {
  const folder = Deno.makeTempDirSync();
  const file = join(folder, "setup-code");
  const setup_code = new SetupCode(file);
  const code = setup_code.issue();
  assert.equal(Deno.readTextFileSync(file), code + "\n");
  assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
  setup_code.spend();
  assert.throws(() => Deno.statSync(file), Deno.errors.NotFound);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("Sessions.find() slides the idle limit and ends after a week or twelve idle hours", async () => {
  const { users, sessions, clock, db } = parts();
  const user = await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const { token } = sessions.start(user, FROM);
  const stored = JSON.stringify(db.prepare("SELECT * FROM sessions").all());
  assert.ok(!stored.includes(token), "the token itself is stored nowhere");
  clock.advance(11 * 3600);
  assert.ok(sessions.find(token));
  clock.advance(11 * 3600);
  assert.ok(sessions.find(token));
  clock.advance(12 * 3600);
  assert.equal(sessions.find(token), undefined);

  const long = sessions.start(user, FROM).token;
  for (let hour = 0; hour < 7 * 24 - 1; hour += 8) {
    assert.ok(sessions.find(long), `after ${hour} h`);
    clock.advance(8 * 3600);
  }
  assert.equal(sessions.find(long), undefined);
});

Deno.test("Sessions.find() ends a session when the clock jumps far, and forgives a small step back", async () => {
  const { users, sessions, clock } = parts();
  const user = await users.createFirst({ username: "admin", password: PASSWORD }, FROM.ip);
  const far = sessions.start(user, FROM);
  clock.advance(3 * 86_400);
  assert.equal(sessions.find(far.token), undefined);
  const future = sessions.start(user, FROM);
  const held: string[] = [];
  sessions.hold(future.session.id, () => held.push("ended"));
  clock.advance(-3 * 86_400);
  assert.deepEqual(sessions.listOwn(sessions.start(user, FROM).session).length, 1);
  assert.equal(sessions.find(future.token), undefined, "it would have lived three days longer");
  assert.deepEqual(held, ["ended"]);
  const near = sessions.start(user, FROM);
  clock.advance(-3600);
  assert.ok(sessions.find(near.token));
  clock.advance(12 * 3600);
  assert.equal(sessions.find(near.token), undefined, "twelve idle hours since that use");
});

Deno.test("Sessions.start() keeps at most ten sessions of a user and mints a new token each time", async () => {
  const { users, sessions, clock } = parts();
  const user = await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const tokens: string[] = [];
  for (let n = 0; n < 12; n++) {
    tokens.push(sessions.start(user, FROM).token);
    clock.advance(1);
  }
  assert.equal(new Set(tokens).size, 12);
  const alive = tokens.map((token) => sessions.find(token) !== undefined);
  assert.deepEqual(alive, [false, false, ...Array(10).fill(true)]);
});

Deno.test("Sessions.end() ends that session alone", async () => {
  const { users, sessions } = parts();
  const user = await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const one = sessions.start(user, FROM).token;
  const two = sessions.start(user, FROM).token;
  sessions.end(one, FROM.ip);
  assert.equal(sessions.find(one), undefined);
  assert.ok(sessions.find(two));
});

Deno.test("Sessions.hold() ends what is open however its session ends, and only then", async () => {
  const { users, sessions, clock } = parts();
  const user = await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const ended: string[] = [];
  const open = (name: string) => {
    const { token, session } = sessions.start(user, FROM);
    const letGo = sessions.hold(session.id, () => ended.push(name));
    clock.advance(1);
    return { token, session, letGo };
  };
  const out = open("signed out");
  sessions.end(out.token, FROM.ip);
  open("left").letGo();
  assert.deepEqual(ended, ["signed out"]);
  sessions.hold(out.session.id, () => ended.push("late"));
  assert.deepEqual(ended, ["signed out", "late"], "the session was over already");

  open("surplus");
  const used = open("used");
  for (let n = 0; n < 9; n++) sessions.start(user, FROM);
  assert.deepEqual(ended.splice(0), ["signed out", "late", "surplus"]);

  for (let hour = 0; hour < 24; hour += 8) {
    clock.advance(8 * 3600);
    sessions.recheckHeld();
  }
  assert.deepEqual(ended, [], "an open stream counts as use");
  assert.ok(sessions.find(used.token));
  clock.advance(13 * 3600);
  sessions.recheckHeld();
  sessions.recheckHeld();
  assert.deepEqual(ended, ["used"]);
});

Deno.test("Sessions.csrfMatches() accepts the token of its own session only", async () => {
  const { users, sessions } = parts();
  const user = await users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const one = sessions.start(user, FROM).session;
  const two = sessions.start(user, FROM).session;
  assert.ok(sessions.csrfMatches(one, sessions.csrfToken(one)));
  assert.ok(!sessions.csrfMatches(one, sessions.csrfToken(two)));
  assert.ok(!sessions.csrfMatches(one, ""));
});

Deno.test("RateLimits.take() tells when to come back, per key", () => {
  const clock = new FakeClock();
  const limits = new RateLimits(clock);
  for (let n = 0; n < 10; n++) limits.take("enroll", "192.0.2.1");
  limits.take("enroll", "192.0.2.2");
  assert.throws(() => limits.take("enroll", "192.0.2.1"), (error: unknown) => {
    assert.equal((error as AppError).retry_after_seconds, 6);
    return hasCode("rate_limited")(error);
  });
  clock.advance(6);
  limits.take("enroll", "192.0.2.1");
  for (let n = 0; n < 10; n++) limits.take("enroll", `2001:db8::${n}`);
  assert.throws(() => limits.take("enroll", "2001:DB8:0:0:9::1"), hasCode("rate_limited"));
  limits.take("enroll", "2001:db8:0:1::1");
});
