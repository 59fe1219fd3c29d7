import assert from "node:assert/strict";
import { type TestApp, testApp, tokenSetBy } from "../server/testing.ts";

const PASSWORD = "violet anchor 71 ribbons";

function form(fields: Record<string, string>): RequestInit {
  return { method: "POST", body: new URLSearchParams(fields) };
}

function addHost(app: TestApp, by: { headers: Record<string, string> }, fields = {}) {
  const filled = {
    name: "web-01",
    os: "linux",
    "backup_set.paths": "/etc\r\n/home",
    "repository.url": "https://backup.example:8000/web-01/",
    "repository.append_only": "on",
    ...fields,
  };
  return app.ask("/hosts/new", { ...form(filled), headers: by.headers });
}

Deno.test("GET / before the set-up leads to the set-up page, which makes the first administrator", async () => {
  const app = await testApp();
  const code = app.services.setup_code.issue();
  const led = await app.ask("/");
  assert.equal(led.headers.get("location"), "/setup");
  const page = await (await app.ask("/setup")).text();
  assert.match(page, /setup-code/);
  assert.equal(page.includes(code), false);
  const done = await app.ask("/setup", form({ code, username: "admin", password: PASSWORD }));
  assert.equal(done.status, 303);
  assert.notEqual(tokenSetBy(done, app.services.config), undefined);
});

Deno.test("POST /setup with a wrong code keeps the user name and says where the code is", async () => {
  const app = await testApp();
  app.services.setup_code.issue();
  const fields = { code: "0000-0000-0000-0000", username: "operator", password: PASSWORD };
  const answer = await app.ask("/setup", form(fields));
  const text = await answer.text();
  assert.equal(answer.status, 403);
  assert.match(text, /id="code-error"/);
  assert.match(text, /value="operator"/);
  assert.equal(text.includes(PASSWORD), false);
});

Deno.test("POST /login with a wrong password says so and never fills the password again", async () => {
  const app = await testApp();
  const { user } = await app.signIn("viewer");
  const fields = { username: user.username, password: "not it, not it", next: "/hosts" };
  const answer = await app.ask("/login", form(fields));
  const text = await answer.text();
  assert.equal(answer.status, 401);
  assert.match(text, /Wrong user name or password/);
  assert.match(text, new RegExp(`value="${user.username}"`));
  assert.equal(text.includes("not it, not it"), false);
});

Deno.test("POST /login leads to the page that was asked for, and only on this server", async () => {
  const app = await testApp();
  const { user } = await app.signIn("viewer");
  const fields = { username: user.username, password: PASSWORD };
  const wanted = await app.ask("/login", form({ ...fields, next: "/hosts?q=web" }));
  assert.equal(wanted.headers.get("location"), "/hosts?q=web");
  const foreign = await app.ask("/login", form({ ...fields, next: "//evil.example/" }));
  assert.equal(foreign.headers.get("location"), "/");
});

Deno.test("POST /hosts/new shows the minted secrets once, and the install page never again", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const answer = await addHost(app, admin);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const text = await answer.text();
  const secret = (id: string) => new RegExp(`id="${id}">([^<]+)<`).exec(text)?.[1];
  const shown = ["repository-password", "rest-password", "token"].map(secret);
  const { items } = app.services.hosts.list(
    { kind: "system", id: null, name: "system", role: null, ip: null },
    { limit: 10, offset: 0 },
  );
  const again = await app.ask(`/hosts/${items[0]!.id}/install`, { headers: admin.headers });
  const later = await again.text();
  assert.equal(again.status, 200);
  for (const value of shown) {
    assert.notEqual(value, undefined);
    assert.equal(later.includes(value!), false);
  }
});

Deno.test("POST /hosts/new names every wrong field and keeps what was typed but the passwords", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const answer = await addHost(app, admin, {
    name: "web 01",
    tags: "prod",
    "backup_set.paths": "/etc\nhome",
    "repository.url": "ftp://backup.example/",
    "repository.password": "correct horse battery",
  });
  const text = await answer.text();
  assert.equal(answer.status, 400);
  for (const field of ["name", "repository.url", "backup_set.paths"]) {
    assert.match(text, new RegExp(`id="${field}-error"`));
  }
  assert.match(text, /value="web 01"/);
  assert.match(text, /value="prod"/);
  assert.equal(text.includes("correct horse"), false);
});

Deno.test("POST /hosts/new with a name that is taken says so beside the name", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  await (await addHost(app, admin)).body?.cancel();
  const answer = await addHost(app, admin);
  assert.equal(answer.status, 409);
  assert.match(await answer.text(), /id="name-error"/);
});

Deno.test("POST /hosts/:id/install makes a new token and shows it in the answer", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const first = /id="token">([^<]+)</.exec(await (await addHost(app, admin)).text())?.[1];
  const { items } = app.services.hosts.list(
    { kind: "system", id: null, name: "system", role: null, ip: null },
    { limit: 10, offset: 0 },
  );
  const url = `/hosts/${items[0]!.id}/install`;
  const answer = await app.ask(url, { method: "POST", headers: admin.headers });
  const second = /id="token">([^<]+)</.exec(await answer.text())?.[1];
  assert.equal(answer.status, 200);
  assert.notEqual(second, undefined);
  assert.notEqual(second, first);
});

Deno.test("POST /theme remembers the choice and comes back", async () => {
  const app = await testApp();
  const viewer = await app.signIn("viewer");
  const answer = await app.ask("/theme", {
    ...form({ theme: "dark", next: "/hosts" }),
    headers: viewer.headers,
  });
  assert.equal(answer.headers.get("location"), "/hosts");
  assert.match(answer.headers.getSetCookie().join(), /rm_theme=dark/);
});

Deno.test("POST /logout ends the session", async () => {
  const app = await testApp();
  const viewer = await app.signIn("viewer");
  const answer = await app.ask("/logout", { method: "POST", headers: viewer.headers });
  assert.equal(answer.headers.get("location"), "/login");
  const after = await app.ask("/hosts", { headers: viewer.headers });
  assert.match(after.headers.get("location") ?? "", /^\/login/);
});
