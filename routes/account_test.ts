import assert from "node:assert/strict";
import { SYSTEM } from "../server/auth/permissions.ts";
import { sessionCookieName } from "../server/http/session_cookie.ts";
import { paths } from "../server/protocol/paths.ts";
import { AccountSessionList } from "../server/protocol/rest.ts";
import { testApp } from "../server/testing.ts";

const PASSWORD = "violet anchor 71 ribbons";
const NEW_PASSWORD = "eleven copper kettles hum";
const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 " +
  "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

async function aWorld() {
  const app = await testApp();
  const viewer = await app.signIn("viewer");
  const { sessions, config } = app.services;
  const phone = sessions.start(viewer.user, { ip: "192.0.2.61", user_agent: PHONE });
  const cookie_of_phone = `${sessionCookieName(config)}=${phone.token}`;
  const post = (fields: Record<string, string>) =>
    app.ask(paths.account(), {
      method: "POST",
      headers: viewer.headers,
      body: new URLSearchParams(fields),
    });
  const read = async (headers: Record<string, string> = viewer.headers) =>
    await (await app.ask(paths.account(), { headers })).text();
  const rest = (path: string, method = "GET", body?: unknown) =>
    app.ask(path, {
      method,
      headers: { ...viewer.headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const isIn = async (cookie: string) =>
    (await app.ask("/api/auth/session", { headers: { cookie } })).status === 200;
  return { app, viewer, phone, cookie_of_phone, post, read, rest, isIn };
}

Deno.test("The account page names user, role and sessions in plain words, and one-time codes nowhere", async () => {
  const { app, viewer, read } = await aWorld();
  const text = await read();
  assert.match(text, new RegExp(`<h1[^>]*>${viewer.user.username}</h1>`));
  assert.match(text, /Role <span[^>]*>viewer<\/span>, last sign-in/);
  assert.match(text, /Safari on iPhone/);
  assert.match(text, /from 192\.0\.2\.61/);
  assert.equal(text.match(/this one</g)?.length, 1);
  assert.equal(text.match(/value="end"/g)?.length, 1, "this session has no button");
  assert.doesNotMatch(text, /one-time code|TOTP/i);
  const overview = await (await app.ask("/", { headers: viewer.headers })).text();
  assert.equal(overview.match(/href="\/account"/g)?.length, 2, "beside the pages and on a phone");
});

Deno.test("The account page ends one session, or all others", async () => {
  const { app, viewer, phone, cookie_of_phone, post, read, isIn } = await aWorld();
  const answer = await post({ action: "end", session_id: phone.session.id });
  assert.equal(answer.headers.get("location"), paths.account());
  assert.equal(await isIn(cookie_of_phone), false);
  assert.doesNotMatch(await read(), /Safari on iPhone|End the other/);
  for (let n = 0; n < 2; n++) {
    app.services.sessions.start(viewer.user, { ip: "192.0.2.9", user_agent: "" });
  }
  assert.match(await read(), /End the other 2/);
  await post({ action: "end_others" });
  assert.doesNotMatch(await read(), /End the other/);
});

Deno.test("The account page says beside each field what is wrong, and fills no password again", async () => {
  const { post, cookie_of_phone, isIn } = await aWorld();
  const fields = {
    action: "password",
    current_password: PASSWORD,
    password: NEW_PASSWORD,
    password_again: NEW_PASSWORD,
  };
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ current_password: "not it, not it" }, "current_password", /not your current password/],
    [{ password: "short", password_again: "short" }, "password", /at least 12 characters/],
    [{ password_again: "another one" }, "password_again", /not the new password/],
    [{ current_password: "" }, "current_password", /Type your current password/],
  ];
  for (const [change, field, words] of cases) {
    const answer = await post({ ...fields, ...change });
    const text = await answer.text();
    assert.equal(answer.status, 400, field);
    assert.match(text, new RegExp(`id="${field}-error"`));
    assert.match(text, words);
    for (const typed of [PASSWORD, NEW_PASSWORD, "not it, not it", "another one"]) {
      assert.equal(text.includes(typed), false);
    }
  }
  assert.equal(await isIn(cookie_of_phone), true);
});

Deno.test("The account page changes the password and ends the other sessions", async () => {
  const { app, viewer, post, cookie_of_phone, isIn } = await aWorld();
  const fields = { current_password: PASSWORD, password: NEW_PASSWORD };
  const answer = await post({ action: "password", ...fields, password_again: NEW_PASSWORD });
  assert.equal(answer.headers.get("location"), paths.account());
  assert.deepEqual([await isIn(viewer.cookie), await isIn(cookie_of_phone)], [true, false]);
  const { username } = viewer.user;
  assert.equal(await app.services.users.authenticate(username, PASSWORD), undefined);
  assert.ok(await app.services.users.authenticate(username, NEW_PASSWORD));
});

Deno.test("The account page offers the three themes and shows the chosen one", async () => {
  const { app, viewer, read } = await aWorld();
  const pressed = (text: string) => /aria-pressed="true"[^>]*>(\w+)</.exec(text)?.[1];
  assert.equal(pressed(await read()), "System");
  const chosen = await app.ask(paths.theme(), {
    method: "POST",
    headers: viewer.headers,
    body: new URLSearchParams({ theme: "dark", next: paths.account() }),
  });
  assert.equal(chosen.headers.get("location"), paths.account());
  const cookie = `${viewer.cookie}; ${chosen.headers.get("set-cookie")!.split(";")[0]}`;
  assert.equal(pressed(await read({ cookie })), "Dark");
});

Deno.test("/api/account/sessions lists one's own, and DELETE ends one at once", async () => {
  const { app, viewer, phone, cookie_of_phone, rest, isIn } = await aWorld();
  const admin = await app.signIn("admin");
  const list = AccountSessionList.parse(await (await rest(paths.api.accountSessions())).json());
  assert.deepEqual([list.total, list.items.map((item) => item.is_current)], [2, [true, false]]);
  assert.equal(list.items[1]!.id, phone.session.id);
  assert.equal(list.items[1]!.system, "iPhone");
  const [foreign] = app.services.sessions.listOwn(
    app.services.sessions.find(admin.cookie.split("=")[1]!)!,
  );
  const end = (id: string) => rest(paths.api.accountSession(id), "DELETE");
  assert.equal((await end(foreign!.id)).status, 404);
  assert.equal((await end(phone.session.id)).status, 204);
  assert.deepEqual([await isIn(cookie_of_phone), await isIn(admin.cookie)], [false, true]);
  const own = await end(list.items[0]!.id);
  assert.match(own.headers.get("set-cookie") ?? "", /Max-Age=0/);
  assert.equal(await isIn(viewer.cookie), false);
});

Deno.test("DELETE /api/account/sessions/:id ends the event stream that the session has open", async () => {
  const { app, phone, cookie_of_phone, rest } = await aWorld();
  const stream = await app.ask(paths.api.events(), { headers: { cookie: cookie_of_phone } });
  const reader = stream.body!.getReader();
  await rest(paths.api.accountSession(phone.session.id), "DELETE");
  while (!(await reader.read()).done);
});

Deno.test("POST /api/account/password answers 204, and errors with their field", async () => {
  const { app, viewer, rest, cookie_of_phone, isIn } = await aWorld();
  const change = (body: unknown) => rest(paths.api.accountPassword(), "POST", body);
  const wrong = await change({ current_password: "not it, not it", password: NEW_PASSWORD });
  const { code, field } = await wrong.json();
  assert.deepEqual([wrong.status, code, field], [400, "wrong_password", "current_password"]);
  const weak = await change({ current_password: PASSWORD, password: "short" });
  assert.equal((await weak.json()).code, "password_too_short");
  assert.equal((await change({ password: NEW_PASSWORD })).status, 400);
  const done = await change({ current_password: PASSWORD, password: NEW_PASSWORD });
  assert.equal(done.status, 204);
  assert.equal(await isIn(cookie_of_phone), false);
  const entry = app.services.audit.list(SYSTEM, { action: "user.password_change", limit: 1 })
    .items[0]!;
  assert.deepEqual([entry.target_id, entry.payload], [viewer.user.id, {}]);
});
