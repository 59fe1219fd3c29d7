import assert from "node:assert/strict";
import { Audit } from "../audit/audit.ts";
import { FakeClock } from "../clock.ts";
import { openDatabase } from "../db/open.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { silentLog } from "../log.ts";
import { changePassword } from "./change_password.ts";
import { deviceOf } from "./device.ts";
import { SYSTEM } from "./permissions.ts";
import { RateLimits } from "./rate_limits.ts";
import { Refusals } from "./refusals.ts";
import { Sessions } from "./sessions.ts";
import { SetupCode } from "./setup_code.ts";
import { signIn } from "./sign_in.ts";
import { Users } from "./users.ts";

const PASSWORD = "violet anchor 71 ribbons";
const NEW_PASSWORD = "eleven copper kettles hum";
const FROM = { ip: "192.0.2.7", user_agent: "" };

async function aWorld() {
  const clock = new FakeClock();
  const db = openDatabase(":memory:", { clock, log: silentLog });
  const audit = new Audit(db, clock);
  const all = {
    ...{ clock, db, audit },
    users: new Users({ db, clock, audit }),
    sessions: new Sessions({ db, clock, audit, csrf_key: new Uint8Array(32) }),
    rate_limits: new RateLimits(clock),
    refusals: new Refusals({ db, clock, audit }),
    setup_code: new SetupCode(),
  };
  const user = await all.users.createFirst({ username: "admin1", password: PASSWORD }, FROM.ip);
  const open = (user_agent = "") => all.sessions.start(user, { ...FROM, user_agent });
  const login = (password: string) => signIn(all, { username: "admin1", password }, FROM);
  const actions = () => audit.list(SYSTEM, { limit: 50 }).items.map((row) => row.action);
  return { ...all, user, open, login, actions };
}

function hasCode(code: ErrorCode, field?: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AppError, String(error));
    assert.deepEqual([error.code, error.field], [code, field]);
    return true;
  };
}

Deno.test("deviceOf() names browser and system, and repeats nothing of the header", () => {
  const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
  const cases: [string, string | null, string | null][] = [
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux"],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/130.0 Safari/537.36 Edg/130.0`,
      ...["Edge", "Windows"] as const,
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 " +
      "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
      ...["Safari", "iPhone"] as const,
    ],
    [
      `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${webkit} Chrome/130.0 Mobile Safari/537.36`,
      ...["Chrome", "Android"] as const,
    ],
    [
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Chrome/130.0 Safari/537.36`,
      ...["Chrome", "macOS"] as const,
    ],
    ["curl/8.14.1", "curl", null],
    ["<script>alert(1)</script>", null, null],
    ["", null, null],
  ];
  for (const [user_agent, browser, system] of cases) {
    assert.deepEqual(deviceOf(user_agent), { browser, system }, user_agent);
  }
});

Deno.test("Sessions.listOwn() shows the user's own live sessions, the asking one first", async () => {
  const { users, sessions, clock, open, user } = await aWorld();
  const forgotten = open();
  clock.advance(11 * 3600);
  const old = open("curl/8.14.1").session;
  clock.advance(3600);
  const mine = open().session;
  clock.advance(5);
  const newest = open().session;
  const other = await users.add(SYSTEM, {
    ...{ username: "viewer1", password: PASSWORD },
    role: "viewer",
  });
  const foreign = sessions.start(other, FROM).session;
  const listed = sessions.listOwn(mine);
  assert.deepEqual(listed.map((session) => session.id), [mine.id, newest.id, old.id]);
  assert.deepEqual(listed.map((session) => session.is_current), [true, false, false]);
  assert.deepEqual([listed[2]!.browser, listed[2]!.ip], ["curl", FROM.ip]);
  assert.deepEqual(sessions.listOwn(foreign).map((session) => session.id), [foreign.id]);
  assert.equal(JSON.stringify(listed).includes(forgotten.token), false);
  assert.equal(user.id === other.id, false);
});

Deno.test("Sessions.endOwn() ends one session and what it holds open, of oneself only", async () => {
  const { users, sessions, open, actions } = await aWorld();
  const [mine, second, third] = [open(), open(), open()];
  const ended: string[] = [];
  for (const { session } of [mine, second, third]) {
    sessions.hold(session.id, () => ended.push(session.id));
  }
  sessions.endOwn(mine.session, second.session.id, FROM.ip);
  assert.deepEqual(ended, [second.session.id]);
  assert.equal(sessions.find(second.token), undefined);
  assert.ok(sessions.find(third.token));
  assert.equal(actions()[0], "session.end");
  assert.throws(
    () => sessions.endOwn(mine.session, second.session.id, FROM.ip),
    hasCode("not_found"),
  );
  const other = await users.add(SYSTEM, {
    ...{ username: "viewer1", password: PASSWORD },
    role: "viewer",
  });
  const foreign = sessions.start(other, FROM);
  assert.throws(
    () => sessions.endOwn(mine.session, foreign.session.id, FROM.ip),
    hasCode("not_found"),
  );
  assert.ok(sessions.find(foreign.token));
});

Deno.test("Sessions.endOthers() leaves the asking session and other users alone", async () => {
  const { users, sessions, open, actions } = await aWorld();
  const [mine, second, third] = [open(), open(), open()];
  const other = await users.add(SYSTEM, {
    ...{ username: "viewer1", password: PASSWORD },
    role: "viewer",
  });
  const foreign = sessions.start(other, FROM);
  assert.equal(sessions.endOthers(mine.session, FROM.ip), 2);
  assert.deepEqual(
    [mine, second, third, foreign].map(({ token }) => sessions.find(token) !== undefined),
    [true, false, false, true],
  );
  assert.deepEqual(actions().slice(0, 2), ["session.end", "session.end"]);
  assert.equal(sessions.endOthers(mine.session, FROM.ip), 0);
});

Deno.test("changePassword() replaces the password, ends the other sessions, and says so in the audit log", async () => {
  const all = await aWorld();
  const { sessions, open, login, audit } = all;
  const [mine, other] = [open(), open()];
  const ended: string[] = [];
  sessions.hold(other.session.id, () => ended.push("other"));
  const input = { current_password: PASSWORD, password: NEW_PASSWORD };
  assert.equal(await changePassword(all, input, { session: mine.session, ip: FROM.ip }), 1);
  assert.deepEqual(ended, ["other"]);
  assert.ok(sessions.find(mine.token));
  assert.equal(sessions.find(other.token), undefined);
  const rows = audit.list(SYSTEM, { action: "user.password_change", limit: 5 }).items;
  assert.equal(rows.length, 1);
  assert.deepEqual([rows[0]!.target_id, rows[0]!.ip], [all.user.id, FROM.ip]);
  const everything = JSON.stringify(audit.list(SYSTEM, { limit: 50 }));
  assert.ok(![PASSWORD, NEW_PASSWORD].some((password) => everything.includes(password)));
  await assert.rejects(login(PASSWORD), hasCode("bad_credentials"));
  await login(NEW_PASSWORD);
});

Deno.test("changePassword() refuses a wrong current, a weak and an unchanged password, each by its field", async () => {
  const all = await aWorld();
  const { session } = all.open();
  const change = (current_password: string, password: string) =>
    changePassword(all, { current_password, password }, { session, ip: FROM.ip });
  await assert.rejects(
    change("not it, not it", NEW_PASSWORD),
    hasCode("wrong_password", "current_password"),
  );
  assert.equal(all.actions()[0], "user.password_refused");
  await assert.rejects(change(PASSWORD, "short"), hasCode("password_too_short", "password"));
  await assert.rejects(
    change(PASSWORD, "admin1 is my name"),
    hasCode("password_common", "password"),
  );
  await assert.rejects(change(PASSWORD, PASSWORD), hasCode("invalid_field", "password"));
  await all.login(PASSWORD);
});

Deno.test("changePassword() is limited together with signing in, and a weak new password costs no attempt", async () => {
  const all = await aWorld();
  const { session } = all.open();
  const change = (current_password: string, password = NEW_PASSWORD) =>
    changePassword(all, { current_password, password }, { session, ip: FROM.ip });
  for (let n = 0; n < 20; n++) await assert.rejects(change("wrong", "short"), AppError);
  for (let n = 0; n < 3; n++) {
    await assert.rejects(change("wrong"), hasCode("wrong_password", "current_password"));
  }
  for (let n = 0; n < 2; n++) await assert.rejects(all.login("wrong"), hasCode("bad_credentials"));
  await assert.rejects(change(PASSWORD), hasCode("rate_limited"));
  all.clock.advance(60);
  await change(PASSWORD);
});

Deno.test("changePassword() changes nothing when its session ends while it works", async () => {
  const all = await aWorld();
  const [mine, other] = [all.open(), all.open()];
  const input = { current_password: PASSWORD, password: NEW_PASSWORD };
  const change = changePassword(all, input, { session: mine.session, ip: FROM.ip });
  all.sessions.endOwn(other.session, mine.session.id, FROM.ip);
  await assert.rejects(change, hasCode("unauthenticated"));
  assert.ok(all.sessions.find(other.token));
  await all.login(PASSWORD);
});

Deno.test("changePassword() leaves no session to who signs in with the old password meanwhile", async () => {
  const all = await aWorld();
  const { session } = all.open();
  const input = { current_password: PASSWORD, password: NEW_PASSWORD };
  const change = changePassword(all, input, { session, ip: FROM.ip });
  // Lasts as long as the first half of the change, so that the sign-ins begin in its second.
  await all.users.authenticate("nobody", PASSWORD);
  await Promise.allSettled([change, ...Array.from({ length: 4 }, () => all.login(PASSWORD))]);
  await change;
  assert.deepEqual(all.sessions.listOwn(session).map((live) => live.id), [session.id]);
});
