import assert from "node:assert/strict";
import { SYSTEM } from "../auth/permissions.ts";
import { createLog } from "../log.ts";
import { testApp, tokenSetBy } from "../testing.ts";
import { AddressList } from "./address_list.ts";
import { clientIp } from "./client_ip.ts";

const PASSWORD = "violet anchor 71 ribbons";
const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const BROWSER = {
  accept: "text/html",
  "sec-fetch-site": "same-origin",
  "sec-fetch-mode": "navigate",
};

Deno.test("before the first administrator only the set-up page and the probes are served", async () => {
  const { ask } = await testApp();
  assert.equal((await ask("/setup")).status, 200);
  assert.equal(await (await ask("/healthz")).text(), "ok");
  assert.equal((await ask("/readyz")).status, 200);
  for (const path of ["/", "/login", "/hosts", "/install/install.sh", "/nowhere", "/api2"]) {
    const answer = await ask(path);
    assert.equal(answer.status, 303, path);
    assert.equal(answer.headers.get("location"), "/setup", path);
  }
  for (const path of ["/api/hosts", "/api/auth/session", "/api/nowhere"]) {
    const answer = await ask(path);
    assert.equal(answer.status, 403, path);
    assert.equal((await answer.json()).code, "not_set_up", path);
  }
});

Deno.test("the set-up page wants the code, signs the administrator in, and is gone afterwards", async () => {
  const { ask, services } = await testApp();
  const code = services.setup_code.issue();
  const send = (fields: Record<string, string>) =>
    ask("/setup", {
      method: "POST",
      headers: { ...FORM_TYPE, ...BROWSER },
      body: new URLSearchParams(fields),
    });
  const wrong = await send({ code: "nope", username: "admin", password: PASSWORD });
  assert.ok(wrong.status >= 400 && services.users.anyExists === false);
  const right = await send({ code, username: "admin", password: PASSWORD });
  assert.equal(right.status, 303);
  const token = tokenSetBy(right, services.config)!;
  assert.equal(services.sessions.find(token)?.user.role, "admin");
  assert.equal((await ask("/setup")).headers.get("location"), "/login");
  const again = await send({ code, username: "other", password: PASSWORD });
  assert.ok(again.status >= 300);
  assert.equal(services.users.list(SYSTEM).length, 1);
});

Deno.test("POST /api/auth/login answers user and token, and sets a cookie that scripts cannot read", async () => {
  const { ask, services } = await testApp();
  await services.users.createFirst({ username: "admin", password: PASSWORD }, "::1");
  const login = (password: string) =>
    ask("/api/auth/login", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ username: "admin", password }),
    });
  const refused = await login("wrong");
  assert.equal(refused.status, 401);
  assert.equal((await refused.json()).code, "bad_credentials");
  assert.deepEqual(refused.headers.getSetCookie(), []);

  const answer = await login(PASSWORD);
  const body = await answer.json();
  assert.equal(body.user.username, "admin");
  const [cookie] = answer.headers.getSetCookie();
  assert.match(cookie!, /^__Host-rm_s=rms_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);

  const headers = { cookie: cookie!.split(";")[0]!, "x-csrf-token": body.csrf_token };
  const session = await (await ask("/api/auth/session", { headers })).json();
  assert.equal(session.user.role, "admin");
  assert.equal(session.csrf_token, body.csrf_token);

  const out = await ask("/api/auth/logout", { method: "POST", headers });
  assert.equal(out.status, 204);
  assert.match(out.headers.getSetCookie()[0]!, /Max-Age=0/);
  assert.equal((await ask("/api/auth/session", { headers })).status, 401);
});

Deno.test("without RM_COOKIE_SECURE the cookie has neither prefix nor Secure", async () => {
  const { ask, services } = await testApp({ config: { cookie_secure: false } });
  await services.users.createFirst({ username: "admin", password: PASSWORD }, "::1");
  const answer = await ask("/api/auth/login", {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ username: "admin", password: PASSWORD }),
  });
  assert.match(
    answer.headers.getSetCookie()[0]!,
    /^rm_s=rms_[^;]+; Path=\/; HttpOnly; SameSite=Strict$/,
  );
});

Deno.test("a visitor is led to the sign-in page and back, REST says 401", async () => {
  const { ask, signIn } = await testApp();
  await signIn("admin");
  const page = await ask("/jobs?status=failed");
  assert.equal(page.status, 303);
  assert.equal(page.headers.get("location"), "/login?next=%2Fjobs%3Fstatus%3Dfailed");
  const rest = await ask("/api/hosts");
  assert.equal(rest.status, 401);
  const body = await rest.json();
  assert.equal(body.code, "unauthenticated");
  assert.equal(body.request_id, rest.headers.get("x-request-id"));
});

Deno.test("a state-changing request needs its session's token, and the browser's word that it is ours", async () => {
  const { ask, signIn } = await testApp();
  const admin = await signIn("admin");
  const other = await signIn("admin");
  const body = JSON.stringify({ username: "new", password: PASSWORD, role: "viewer" });
  const add = (headers: Record<string, string>) =>
    ask("/api/users", { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });
  const refused: Record<string, string>[] = [
    { cookie: admin.cookie },
    { cookie: admin.cookie, "x-csrf-token": other.csrf },
    { ...admin.headers, "sec-fetch-site": "same-site" },
    { ...admin.headers, "sec-fetch-site": "cross-site" },
    { ...admin.headers, origin: "http://localhost:9999" },
    { ...admin.headers, origin: "null" },
  ];
  for (const headers of refused) {
    const answer = await add(headers);
    assert.equal(answer.status, 403, JSON.stringify(headers));
    assert.equal((await answer.json()).code, "csrf");
  }
  assert.equal((await add({ ...admin.headers, "sec-fetch-site": "same-origin" })).status, 201);
});

Deno.test("a form carries the token in _csrf, and its route still gets the form", async () => {
  const { ask, signIn, services } = await testApp();
  const viewer = await signIn("viewer");
  const logout = (fields: Record<string, string>) =>
    ask("/logout", {
      method: "POST",
      headers: { ...FORM_TYPE, ...BROWSER, cookie: viewer.cookie },
      body: new URLSearchParams(fields),
    });
  const refused = await logout({});
  assert.equal(refused.status, 403);
  assert.match(refused.headers.get("content-type")!, /text\/html/);
  assert.equal((await logout({ _csrf: viewer.csrf })).headers.get("location"), "/login");
  assert.equal(services.sessions.find(viewer.cookie.split("=")[1]!), undefined);

  const themed = await ask("/theme", {
    method: "POST",
    headers: { ...FORM_TYPE, ...BROWSER },
    body: new URLSearchParams({ theme: "dark", next: "/login" }),
  });
  assert.match(themed.headers.getSetCookie()[0]!, /^rm_theme=dark;/);
});

Deno.test("an error of a form becomes a toast on the page before, shown once", async () => {
  const { ask, signIn } = await testApp();
  const admin = await signIn("admin");
  const posted = await ask("/hosts/01930000-0000-7000-8000-000000000000", {
    method: "POST",
    headers: {
      ...FORM_TYPE,
      ...BROWSER,
      cookie: admin.cookie,
      referer: "http://localhost:8080/jobs?kind=backup",
    },
    body: new URLSearchParams({ _csrf: admin.csrf, action: "run" }),
  });
  assert.equal(posted.status, 303);
  assert.equal(posted.headers.get("location"), "/jobs?kind=backup");
  const flash = posted.headers.getSetCookie().find((line) => line.startsWith("rm_flash="))!;
  const cookie = `${admin.cookie}; ${flash.split(";")[0]}`;

  const by_script = await ask("/login", { headers: { cookie, "sec-fetch-mode": "cors" } });
  assert.deepEqual(by_script.headers.getSetCookie(), []);
  const page = await ask("/nowhere", { headers: { cookie, ...BROWSER } });
  assert.match(await page.text(), /no such host|There is no/i);
  assert.match(page.headers.getSetCookie()[0]!, /^rm_flash=; .*Max-Age=0/);
});

Deno.test("a foreign Referer never becomes the way back", async () => {
  const { ask, signIn } = await testApp();
  const admin = await signIn("admin");
  const posted = await ask("/hosts/01930000-0000-7000-8000-000000000000", {
    method: "POST",
    headers: {
      ...FORM_TYPE,
      ...BROWSER,
      cookie: admin.cookie,
      referer: "https://evil.example/jobs",
    },
    body: new URLSearchParams({ _csrf: admin.csrf, action: "run" }),
  });
  assert.equal(posted.headers.get("location"), "/hosts/01930000-0000-7000-8000-000000000000");
});

Deno.test("every answer carries the security headers, error pages too", async () => {
  const { ask, signIn } = await testApp();
  await signIn("admin");
  const nonces = new Set<string>();
  for (const path of ["/login", "/nowhere", "/api/hosts", "/healthz", "/hosts"]) {
    const { headers } = await ask(path);
    const policy = headers.get("content-security-policy")!;
    assert.match(
      policy,
      /^default-src 'none'; script-src 'nonce-[^']{20,}' 'strict-dynamic';/,
      path,
    );
    assert.ok(!policy.includes("unsafe"), path);
    nonces.add(/nonce-([^']+)/.exec(policy)![1]!);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("strict-transport-security"), null, path);
    assert.equal(headers.get("access-control-allow-origin"), null, path);
  }
  assert.equal(nonces.size, 5);
  const secure = await testApp({ config: { base_url: "https://backups.example" } });
  const { headers } = await secure.ask("/setup");
  assert.match(headers.get("strict-transport-security")!, /max-age=63072000/);
});

Deno.test("a foreign host name is misdirected; the port may differ, and probes come by any name", async () => {
  const { handler } = await testApp({ config: { base_url: "https://backups.example" } });
  const status = async (url: string) => (await handler(new Request(url))).status;
  assert.equal(await status("http://evil.example/setup"), 421);
  assert.equal(await status("http://localhost/setup"), 421);
  assert.equal(await status("http://backups.example/setup"), 200);
  assert.equal(await status("http://backups.example:8443/setup"), 200);
  assert.equal(await status("http://10.0.0.7:8080/healthz"), 200);
  const local = await testApp();
  const by_address = await local.handler(new Request("http://127.0.0.1:8080/setup"));
  assert.equal(by_address.status, 200);
});

Deno.test("a body that is too large, of another type or no JSON is refused in our words", async () => {
  const { ask, signIn } = await testApp();
  const admin = await signIn("admin");
  const post = async (body: BodyInit, type: Record<string, string> = JSON_TYPE) => {
    const headers = { ...admin.headers, ...type };
    const answer = await ask("/api/users", { method: "POST", headers, body });
    const { code, field } = await answer.json();
    return [answer.status, code, field];
  };
  const huge = JSON.stringify({ username: "x".repeat(300 * 1024) });
  assert.deepEqual(await post(huge), [413, "too_large", undefined]);
  const stream = new Blob([huge]).stream();
  assert.deepEqual(await post(stream), [413, "too_large", undefined]);
  assert.deepEqual(await post("{}", FORM_TYPE), [415, "unsupported_media", undefined]);
  assert.deepEqual(await post("{"), [400, "bad_request", undefined]);
  assert.deepEqual(await post("{}"), [400, "invalid_field", "username"]);
  const extra = { username: "u", password: PASSWORD, role: "viewer", colour: 1 };
  assert.deepEqual(await post(JSON.stringify(extra)), [400, "unknown_field", "colour"]);
});

Deno.test("an unknown address is 404, a wrong method 405 with the right ones named", async () => {
  const { ask, signIn } = await testApp();
  const admin = await signIn("admin");
  const headers = { cookie: admin.cookie };
  const nowhere = await ask("/api/nowhere", { headers });
  assert.equal(nowhere.status, 404);
  assert.equal((await nowhere.json()).code, "not_found");
  const wrong = await ask("/api/audit", { method: "DELETE", headers: admin.headers });
  assert.equal(wrong.status, 405);
  assert.match((await wrong.json()).hint, /GET, HEAD/);
  const options = await ask("/api/audit", { method: "OPTIONS", headers });
  assert.equal(options.headers.get("allow"), "GET, HEAD");
});

Deno.test("an unexpected error says nothing of itself, and the log has it under the same id", async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog("error", (line) => lines.push(JSON.parse(line)));
  const { ask, signIn, services } = await testApp({ log });
  const admin = await signIn("admin");
  services.users.list = () => {
    throw new Error("the secret is swordfish");
  };
  const answer = await ask("/api/users", { headers: { cookie: admin.cookie } });
  assert.equal(answer.status, 500);
  const text = await answer.text();
  assert.ok(!text.includes("swordfish") && !text.includes("at "), text);
  assert.equal(lines[0]!["request_id"], JSON.parse(text).request_id);
});

Deno.test("the log has a line per request, without query, cookie and token", async () => {
  const lines: string[] = [];
  const { ask, signIn } = await testApp({ log: createLog("info", (line) => lines.push(line)) });
  const admin = await signIn("admin");
  await ask("/api/audit?target_id=private-words", { headers: admin.headers });
  const line = JSON.parse(lines.at(-1)!);
  assert.equal(line.path, "/api/audit");
  assert.equal(line.user_id, admin.user.id);
  for (const secret of ["private-words", admin.csrf, admin.cookie]) {
    assert.ok(!lines.join().includes(secret));
  }
});

Deno.test("GET /api/audit shows who did what to a viewer", async () => {
  const { ask, signIn } = await testApp();
  const viewer = await signIn("viewer");
  const answer = await ask("/api/audit?action=user.add", { headers: { cookie: viewer.cookie } });
  const { items, next_before_seq } = await answer.json();
  assert.equal(items.length, 1);
  assert.deepEqual(items[0].payload, { username: viewer.user.username, role: "viewer" });
  assert.equal(next_before_seq, null);
});

Deno.test("REST refuses a query parameter that it does not know, and names it", async () => {
  const { ask, signIn } = await testApp();
  const { cookie } = await signIn("viewer");
  const id = "01980000-0000-7000-8000-000000000001";
  const addresses = ["jobs", "hosts", "audit", `hosts/${id}/jobs`, `hosts/${id}/snapshots`];
  for (const address of [...addresses, `jobs/${id}/logs`, `jobs/${id}/stream`]) {
    const answer = await ask(`/api/${address}?stauts=failed`, { headers: { cookie } });
    const { code, field } = await answer.json();
    assert.deepEqual([answer.status, code, field], [400, "unknown_field", "stauts"], address);
  }
  const clamped = await ask("/api/jobs?limit=501", { headers: { cookie } });
  assert.equal((await clamped.json()).field, "limit");
});

Deno.test("a body that is no JSON is named so, and quoted nowhere", async () => {
  const lines: string[] = [];
  const { ask, signIn } = await testApp({ log: createLog("debug", (line) => lines.push(line)) });
  await signIn("viewer");
  const body = '{"username":"admin","password":hunter2}';
  const answer = await ask("/api/auth/login", { method: "POST", headers: JSON_TYPE, body });
  const text = await answer.text();
  assert.deepEqual([answer.status, JSON.parse(text).code], [400, "bad_request"]);
  assert.ok(!`${text}${lines.join("")}`.includes("hunter2"));
});

Deno.test("clientIp() believes X-Forwarded-For only as far as trusted proxies wrote it", () => {
  const none = new AddressList([]);
  const proxies = new AddressList(["10.0.0.0/8", "::1"]);
  assert.equal(clientIp("192.0.2.9", "203.0.113.1", none), "192.0.2.9");
  assert.equal(clientIp("::ffff:192.0.2.9", null, none), "192.0.2.9");
  assert.equal(clientIp("10.0.0.1", "1.1.1.1, 203.0.113.1", proxies), "203.0.113.1");
  assert.equal(clientIp("10.0.0.1", "1.1.1.1, 203.0.113.1, 10.9.9.9", proxies), "203.0.113.1");
  assert.equal(clientIp("::1", "[2001:db8::1]:4711", proxies), "2001:db8::1");
  assert.equal(clientIp("10.0.0.1", "203.0.113.1:4711", proxies), "203.0.113.1");
  assert.equal(clientIp("10.0.0.1", null, proxies), "10.0.0.1");
});

Deno.test("a wrong method is told which ones are right, and what this part does not have is not there", async () => {
  const { ask, signIn } = await testApp();
  const { headers } = await signIn("admin");
  const wrong = await ask("/api/jobs", { method: "DELETE", headers });
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD"]);
  const id = "01980000-0000-7000-8000-000000000001";
  const later = [`hosts/${id}/agent/update`, `hosts/${id}/restore`];
  for (const path of [...later, "repos", "alerts"]) {
    const answer = await ask(`/api/${path}`, { method: "POST", headers });
    assert.deepEqual([answer.status, (await answer.json()).code], [404, "not_found"], path);
  }
});
