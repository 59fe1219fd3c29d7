import assert from "node:assert/strict";
import { ROUTE_ACCESS } from "../../server/auth/route_access.ts";
import { type SignedInUser, type TestApp, testApp } from "../../server/testing.ts";

const LISTS = ["/api/hosts", "/api/jobs", "/api/audit"];
const LONG = "x".repeat(20_000);

async function status(
  app: TestApp,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: string }> {
  app.clock.advance(1);
  const answer = await app.ask(path, init);
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    await answer.body?.cancel();
    return { status: answer.status, body: "" };
  }
  return { status: answer.status, body: await answer.text() };
}

async function inApp(work: (app: TestApp, user: SignedInUser) => Promise<void>): Promise<void> {
  const app = await testApp();
  try {
    await work(app, await app.signIn("admin"));
  } finally {
    app.services.db.close();
  }
}

Deno.test("parameters of a list that are out of range, twice, unknown or odd are refused by name", () =>
  inApp(async (app, { headers }) => {
    const bad = [
      ...["limit=-1", "limit=0", "limit=1e9", "limit=501", "limit=NaN", "limit=1.5"],
      ...["limit=%00", "limit=1&limit=2", "limit=", "limit[]=1", "limit=9007199254740993"],
      ...["unknown=1", "__proto__=1", "constructor=1", "%00=1", `${LONG}=1`],
    ];
    for (const list of LISTS) {
      for (const query of bad) {
        const answer = await status(app, `${list}?${query}`, { headers });
        assert.equal(answer.status, 400, `${list}?${query.slice(0, 40)} ${answer.body}`);
      }
    }
    const offsets = ["-1", "1e300", "9007199254740993", "99999999999999999999", "1000001"];
    for (const offset of offsets) {
      const answer = await status(app, `/api/jobs?offset=${offset}`, { headers });
      assert.equal(answer.status, 400, offset);
    }
    for (const since of ["yesterday", "2999", "0000-00-00", "2026-02-30T00:00:00Z", LONG]) {
      const answer = await status(app, `/api/jobs?since=${since}`, { headers });
      assert.equal(answer.status, 400, since.slice(0, 30));
    }
  }));

Deno.test("pages bear any parameter: they show their default or say what is wrong, never 5xx", () =>
  inApp(async (app, { headers }) => {
    const pages = Object.entries(ROUTE_ACCESS)
      .filter(([route, methods]) => methods.GET !== undefined && !route.startsWith("/api/"))
      .map(([route]) => route);
    const names = [
      "limit",
      "offset",
      "page",
      "q",
      "tag",
      "status",
      "state",
      "kind",
      "path",
      "next",
    ];
    const values = [
      "-1",
      "1e9",
      "%00",
      "%ff",
      "..%2f..%2f",
      "%ED%A0%80",
      "'%22><script>",
      LONG,
      "",
    ];
    for (const page of pages) {
      const path = page.replace(":id", "01980000-0000-7000-8000-000000000001").replace(
        ":target",
        "x",
      );
      for (const value of values) {
        const query = names.map((name) => `${name}=${value}&${name}=${value}`).join("&");
        const answer = await status(app, `${path}?${query}`, { headers });
        assert.ok(answer.status < 500, `${path} ${value.slice(0, 20)} ${answer.status}`);
      }
    }
  }));

Deno.test("odd path parameters are answered with 404 or 400 by every route", () =>
  inApp(async (app, { headers }) => {
    const odd = [
      "%00",
      "..",
      "%2e%2e%2f",
      "%2f",
      "%ff",
      "%E0%A4%A",
      LONG,
      "*",
      "__proto__",
      "1;2",
      "0",
    ];
    for (const [route, methods] of Object.entries(ROUTE_ACCESS)) {
      if (!route.includes(":")) continue;
      for (const method of Object.keys(methods)) {
        for (const id of odd) {
          const path = route.replace(/:\w+/, id);
          const answer = await status(app, path, { method, headers });
          assert.ok(answer.status < 500, `${method} ${path.slice(0, 60)} ${answer.status}`);
          if (method === "GET") assert.notEqual(answer.status, 201, path);
        }
      }
    }
  }));

Deno.test("odd cookies, origins and types are refused or ignored, never 5xx", () =>
  inApp(async (app, { headers, cookie }) => {
    const cookies = [
      ...["=", ";;;;", `${cookie}; ${cookie}`, `a=${"x".repeat(60_000)}`, "__Host-session=%00"],
      ...[
        `${cookie}x`,
        cookie.toUpperCase(),
        "__proto__=1; constructor=2",
        "theme=%E0%A4%A; flash=%",
      ],
    ];
    for (const odd of cookies) {
      const answer = await status(app, "/api/hosts", { headers: { cookie: odd } });
      assert.ok([200, 401, 431].includes(answer.status), `${odd.slice(0, 30)} ${answer.status}`);
      const page = await status(app, "/", { headers: { cookie: odd } });
      assert.ok(page.status < 500, odd.slice(0, 30));
    }
    for (const origin of ["null", "https://evil.example", "http://localhost:8081", "://", LONG]) {
      const init = { method: "POST", headers: { ...headers, origin }, body: "{}" };
      const answer = await status(app, "/api/hosts", init);
      assert.equal(
        [403, 415].includes(answer.status),
        true,
        `${origin.slice(0, 30)} ${answer.status}`,
      );
    }
  }));

Deno.test("requests that a proxy and a server may read differently are refused by the port itself", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const app = await testApp({ config: { base_url: `http://127.0.0.1:${port}` } });
  await app.signIn("admin");
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  const host = `Host: 127.0.0.1:${port}`;
  const json = "Content-Type: application/json";
  const cases: [string, string[], string][] = [
    ["two hosts", ["GET /login HTTP/1.1", host, "Host: evil.example"], ""],
    ["a foreign host", ["GET /login HTTP/1.1", "Host: evil.example"], ""],
    [
      "both lengths",
      [
        "POST /api/auth/login HTTP/1.1",
        host,
        json,
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
      ],
      "0\r\n\r\nGET /hosts HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    [
      "two lengths",
      ["POST /api/auth/login HTTP/1.1", host, json, "Content-Length: 2", "Content-Length: 3"],
      "{} ",
    ],
    [
      "a length below zero",
      ["POST /api/auth/login HTTP/1.1", host, json, "Content-Length: -1"],
      "",
    ],
    ["a chunk of 2^64", [
      ...["POST /api/auth/login HTTP/1.1", host, json, "Transfer-Encoding: chunked"],
    ], "fffffffffffffffff\r\n"],
    ["a space before the colon", ["GET /login HTTP/1.1", host, "X-Odd : 1"], ""],
    ["a NUL in a header", ["GET /login HTTP/1.1", host, "X-Odd: a\0b"], ""],
    ["a path with a NUL", ["GET /\0 HTTP/1.1", host], ""],
    ["a path of 100 kB", [`GET /${"x".repeat(100_000)} HTTP/1.1`, host], ""],
    ["a cookie of 600 kB", ["GET /login HTTP/1.1", host, `Cookie: a=${"x".repeat(600_000)}`], ""],
    ["20,000 headers", ["GET /login HTTP/1.1", host, ...Array<string>(20_000).fill("X-A: 1")], ""],
    ["no HTTP", ["\x16\x03\x01\x02\x00\x01"], ""],
  ];
  try {
    for (const [what, head, body] of cases) {
      const first = await firstLine(port, head.join("\r\n") + "\r\n\r\n" + body);
      assert.match(first, /^(HTTP\/1\.[01] 4\d\d|$)/, `${what}: ${first}`);
    }
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.equal(await answer.text(), "ok");
  } finally {
    await server.shutdown();
    app.services.db.close();
  }
});

/** The first line that a raw request is answered with; empty if the connection was just closed. */
async function firstLine(port: number, request: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.closeWrite().catch(() => {}), 500);
  try {
    const bytes = new TextEncoder().encode(request);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    const buffer = new Uint8Array(4096);
    const count = await connection.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split("\r\n")[0]!;
  } catch {
    return "";
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}
