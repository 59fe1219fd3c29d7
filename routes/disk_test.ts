import assert from "node:assert/strict";
import { type TestApp, testApp } from "../server/testing.ts";

const PAGES = ["/", "/hosts", "/jobs", "/audit", "/account"];

/** SQLite refuses every write from now on, or no longer. */
function refuseWrites({ services }: TestApp, refuse: boolean): void {
  services.db.sqlite.exec(`PRAGMA query_only = ${refuse ? "ON" : "OFF"}`);
}

Deno.test("with a disk that takes no writes every page can be read and says so, and what would write says why not", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  const get = (path: string) => app.ask(path, { headers: { cookie: admin.cookie } });
  assert.equal((await get("/readyz")).status, 200);
  refuseWrites(app, true);
  // Long enough that the session's use is to be noted.
  app.clock.advance(120);
  const refused = await app.ask("/api/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json", origin: "http://localhost:8080" },
    body: JSON.stringify({ username: admin.user.username, password: "violet anchor 71 ribbons" }),
  });
  assert.equal(refused.status, 503);
  assert.match((await refused.json()).message, /disk takes no writes/);
  for (const path of PAGES) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.match(
      await answer.text(),
      /disk takes no writes\./,
    );
  }
  const ready = await get("/readyz");
  assert.deepEqual([ready.status, await ready.text()], [
    503,
    "not ready: the server's disk takes no writes",
  ]);
  assert.equal(
    (await get("/healthz")).status,
    200,
    "the process is well: a restart would not help",
  );

  refuseWrites(app, false);
  app.clock.advance(10);
  assert.equal((await get("/readyz")).status, 200);
  assert.doesNotMatch(await (await get("/")).text(), /disk takes no writes/);
  app.services.db.close();
});

Deno.test("a session that is over ends also where the disk takes no writes", async () => {
  const app = await testApp();
  const admin = await app.signIn("admin");
  refuseWrites(app, true);
  app.clock.advance(13 * 3600);
  const answer = await app.ask("/", { headers: { cookie: admin.cookie } });
  assert.equal(answer.status, 303);
  assert.match(answer.headers.get("location")!, /^\/login/);
  app.services.db.close();
});
