import assert from "node:assert/strict";
import { mintId } from "../ids.ts";
import { AddHostAnswer, HostList, Repository, TokenAnswer } from "../protocol/rest.ts";
import { fromBase64, identityStatement, importPublicKey, verifyText } from "../protocol/signing.ts";
import { type SignedInUser, type TestApp, testApp } from "../testing.ts";
import { anEnrollment } from "./test_world.ts";

function json(user: SignedInUser, method: string, body: unknown): RequestInit {
  const headers = { ...user.headers, "content-type": "application/json" };
  return { method, headers, body: JSON.stringify(body) };
}

function newHost(name: string) {
  return {
    name,
    os: "linux",
    backup_set: { paths: ["/etc"], excludes: [], tags: [] },
    repository: { url: `https://storage.example:8000/${name}/` },
  };
}

async function addHost(app: TestApp, admin: SignedInUser, name = "web-01") {
  const answer = await app.ask("/api/hosts", json(admin, "POST", newHost(name)));
  assert.equal(answer.status, 201, await answer.clone().text());
  const added = AddHostAnswer.parse(await answer.json());
  assert.equal(answer.headers.get("location"), `/api/hosts/${added.host.id}`);
  return added;
}

function enroll(app: TestApp, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return app.ask("/api/agents/enroll", { method: "POST", headers, body: JSON.stringify(body) });
}

async function codeOf(answer: Response): Promise<[number, string]> {
  return [answer.status, (await answer.json()).code];
}

Deno.test("a host is added, listed, edited, re-tokened and removed over REST", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const added = await addHost(app, admin);
  const path = `/api/hosts/${added.host.id}`;
  const get = async (path: string) => (await app.ask(path, { headers: admin.headers })).json();

  assert.equal(HostList.parse(await get("/api/hosts?tag=none")).total, 0);
  assert.equal(HostList.parse(await get("/api/hosts?state=never")).total, 1);
  const edited = await app.ask(path, json(admin, "PATCH", { tags: ["lab"], goal_seconds: 7200 }));
  assert.deepEqual((await edited.json()).tags, ["lab"]);
  assert.equal(Repository.parse(await get(`${path}/repo`)).url, newHost("web-01").repository.url);

  const again = await app.ask(`${path}/enrollment-token`, json(admin, "POST", {}));
  const { token } = TokenAnswer.parse(await again.json());
  assert.deepEqual(await codeOf(await enroll(app, anEnrollment(added.token))), [401, "bad_token"]);
  assert.equal((await enroll(app, anEnrollment(token))).status, 200);
  const credentials = json(admin, "PUT", { password: "an0ther" });
  const repository = await app.ask(`${path}/credentials`, credentials);
  assert.equal(Repository.parse(await repository.json()).probe_state, "unknown");

  const removed = await app.ask(path, { method: "DELETE", headers: admin.headers });
  assert.equal(removed.status, 204);
  assert.deepEqual(await codeOf(await app.ask(path, { headers: admin.headers })), [
    404,
    "not_found",
  ]);
  app.services.db.close();
});

Deno.test("POST /api/hosts names the field that is wrong and refuses lower roles", async () => {
  const app = await testApp();
  const [admin, operator] = [await app.signIn("admin"), await app.signIn("operator")];
  await addHost(app, admin);
  const cases: [unknown, number, string, string | undefined][] = [
    [newHost("WEB-01"), 409, "name_taken", "name"],
    [newHost("no spaces"), 400, "invalid_field", "name"],
    [{ ...newHost("a"), surprise: 1 }, 400, "unknown_field", "surprise"],
    [
      { ...newHost("a"), repository: { url: "https://u:p@storage.example/" } },
      400,
      "invalid_field",
      "repository.url",
    ],
    [
      { ...newHost("a"), backup_set: { paths: ["relative"], excludes: [], tags: [] } },
      400,
      "invalid_field",
      "backup_set.paths.0",
    ],
  ];
  for (const [body, status, code, field] of cases) {
    const answer = await app.ask("/api/hosts", json(admin, "POST", body));
    const error = await answer.json();
    assert.deepEqual([answer.status, error.code, error.field], [status, code, field]);
  }
  const refused = await app.ask("/api/hosts", json(operator, "POST", newHost("a")));
  assert.deepEqual(await codeOf(refused), [403, "forbidden"]);
  app.services.db.close();
});

Deno.test("GET /api/agents/identity proves the server's key over the caller's nonce", async () => {
  const app = await testApp();
  await app.signIn("admin");
  const nonce = "0123456789abcdef";
  const answer = await app.ask(`/api/agents/identity?nonce=${nonce}`);
  const { public_key, signature } = await answer.json();
  const key = await importPublicKey(fromBase64(public_key));
  assert.equal(await verifyText(key, identityStatement(nonce), signature), true);
  for (const bad of ["", "?nonce=short", `?nonce=${"x".repeat(101)}`]) {
    const refused = await app.ask(`/api/agents/identity${bad}`);
    assert.deepEqual(await codeOf(refused), [400, "bad_query"]);
  }
  app.services.db.close();
});

Deno.test("POST /api/agents/enroll is limited by address and tells nothing about tokens", async () => {
  const app = await testApp();
  await app.signIn("admin");
  const codes = new Set<string>();
  for (let i = 0; i < 200 && !codes.has("rate_limited"); i++) {
    codes.add((await codeOf(await enroll(app, anEnrollment(`rme_${mintId()}`))))[1]);
  }
  assert.deepEqual([...codes], ["bad_token", "rate_limited"]);
  app.services.db.close();
});

Deno.test("GET /api/agents/socket wants a bearer in its header and refuses what a browser sends", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const { token } = await addHost(app, admin);
  const { bearer } = await (await enroll(app, anEnrollment(token))).json();
  const upgrade = { upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" };
  const ask = (headers: Record<string, string>, query = "") =>
    app.ask(`/api/agents/socket${query}`, { headers: { ...upgrade, ...headers } });
  const good = { authorization: `Bearer ${bearer}` };
  for (const headers of [{}, { authorization: "Bearer rma_wrong" }, { authorization: bearer }]) {
    assert.deepEqual(await codeOf(await ask(headers as Record<string, string>)), [
      401,
      "unauthenticated",
    ]);
  }
  assert.equal((await ask({}, `?authorization=${bearer}&token=${bearer}`)).status, 401);
  assert.equal((await ask({ ...good, origin: "http://localhost:8080" })).status, 403);
  assert.equal((await ask({ ...good, cookie: admin.cookie })).status, 403);
  const plain = await app.ask("/api/agents/socket", { headers: good });
  assert.deepEqual(await codeOf(plain), [400, "bad_request"]);
  app.services.db.close();
});

Deno.test("the installer's files are served to visitors, with checksums, or a clear 404", async () => {
  const body = new TextEncoder().encode("// agent");
  const asset = { body, content_type: "text/javascript; charset=utf-8", sha256: "ab".repeat(32) };
  const app = await testApp({
    assets: { find: (name) => name === "agent.js" ? asset : undefined },
  });
  await app.signIn("admin");
  const script = await app.ask("/install/agent.js");
  assert.equal(await script.text(), "// agent");
  const checksum = await app.ask("/install/agent.js.sha256");
  assert.equal(await checksum.text(), `${asset.sha256}  agent.js\n`);
  for (const path of ["/install/install.sh", "/install/restic-manager-agent.service"]) {
    const missing = await app.ask(path, { headers: { accept: "application/json" } });
    assert.equal(missing.status, 404);
    assert.match(await missing.text(), /does not carry/);
  }
  const foreign = await app.ask("/install/runtime/linux-riscv64");
  assert.equal(foreign.status, 404);
  assert.match(await foreign.text(), /no Deno for linux-riscv64/);
  const own = await app.ask(`/install/runtime/${Deno.build.os}-${Deno.build.arch}`, {
    method: "HEAD",
  });
  const { size } = await Deno.stat(Deno.execPath());
  assert.equal(own.headers.get("content-length"), String(size));
  app.services.db.close();
});
