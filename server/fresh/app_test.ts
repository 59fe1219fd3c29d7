// Uses the public API alone: meant to pass on upstream Fresh 2.3 with another import map.
import { App, HttpError } from "fresh";
import assert from "node:assert/strict";

type Handler = (request: Request) => Promise<Response>;

function send(handler: Handler, path: string, method = "GET"): Promise<Response> {
  return handler(new Request(`http://localhost${path}`, { method }));
}

async function textOf(handler: Handler, path: string, method = "GET"): Promise<string> {
  return await (await send(handler, path, method)).text();
}

Deno.test("App answers each method with its own handler", async () => {
  const handler = new App()
    .get("/", () => new Response("get"))
    .post("/", () => new Response("post"))
    .put("/", () => new Response("put"))
    .patch("/", () => new Response("patch"))
    .delete("/", () => new Response("delete"))
    .handler();
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    assert.equal(await textOf(handler, "/", method), method.toLowerCase());
  }
});

Deno.test("App.all answers every method", async () => {
  const handler = new App().all("/x", (ctx) => ctx.text(ctx.req.method)).handler();
  for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
    assert.equal(await textOf(handler, "/x", method), method);
  }
});

Deno.test("App gives the matched pattern and the decoded parameters", async () => {
  const handler = new App()
    .get("/hosts/:id/jobs/:job", (ctx) => ctx.json({ ...ctx.params, route: ctx.route }))
    .handler();
  const answer = await (await send(handler, "/hosts/web%2001/jobs/7?x=1")).json();
  assert.deepEqual(answer, { id: "web 01", job: "7", route: "/hosts/:id/jobs/:job" });
});

Deno.test("ctx.route is known to the app's own middlewares", async () => {
  const seen: (string | null)[] = [];
  const handler = new App()
    .use((ctx) => {
      seen.push(ctx.route);
      return ctx.next();
    })
    .get("/hosts/:id", () => new Response("host"))
    .handler();
  await send(handler, "/hosts/1");
  await send(handler, "/nothing");
  assert.deepEqual(seen, ["/hosts/:id", null]);
});

Deno.test("an exact path wins over a pattern that was added before it", async () => {
  const handler = new App()
    .get("/hosts/:id", () => new Response("pattern"))
    .get("/hosts/new", () => new Response("exact"))
    .handler();
  assert.equal(await textOf(handler, "/hosts/new"), "exact");
  assert.equal(await textOf(handler, "/hosts/other"), "pattern");
});

Deno.test("of two patterns that match, the first one added answers", async () => {
  const handler = new App()
    .get("/:a/list", () => new Response("first"))
    .get("/:a/:b", () => new Response("second"))
    .handler();
  assert.equal(await textOf(handler, "/x/list"), "first");
  assert.equal(await textOf(handler, "/x/other"), "second");
});

Deno.test("repeated slashes in a path count as one", async () => {
  const handler = new App().get("/a/b", (ctx) => ctx.text(ctx.url.pathname)).handler();
  assert.equal(await textOf(handler, "//a///b"), "/a/b");
});

Deno.test("middlewares run in order, around what comes after them", async () => {
  const handler = new App<{ trail: string }>()
    .use(async (ctx) => {
      ctx.state.trail = "a";
      const answer = await ctx.next();
      answer.headers.set("x-after", "yes");
      return answer;
    })
    .use((ctx) => {
      ctx.state.trail += "b";
      return ctx.next();
    })
    .get("/", (ctx) => ctx.text(ctx.state.trail))
    .handler();
  const answer = await send(handler, "/");
  assert.equal(await answer.text(), "ab");
  assert.equal(answer.headers.get("x-after"), "yes");
});

Deno.test("a middleware that was added after a route does not run for it", async () => {
  const handler = new App<{ late?: boolean }>()
    .get("/", (ctx) => ctx.text(String(ctx.state.late)))
    .use((ctx) => {
      ctx.state.late = true;
      return ctx.next();
    })
    .handler();
  assert.equal(await textOf(handler, "/"), "undefined");
});

Deno.test("a middleware of a path runs for that path and below, and nowhere else", async () => {
  const handler = new App<{ api?: boolean }>()
    .use("/api", (ctx) => {
      ctx.state.api = true;
      return ctx.next();
    })
    .get("/api", (ctx) => ctx.json(ctx.state))
    .get("/api/hosts", (ctx) => ctx.json(ctx.state))
    .get("/apidocs", (ctx) => ctx.json(ctx.state))
    .handler();
  assert.equal(await textOf(handler, "/api"), '{"api":true}');
  assert.equal(await textOf(handler, "/api/hosts"), '{"api":true}');
  assert.equal(await textOf(handler, "/apidocs"), "{}");
});

Deno.test("a route's own middlewares run before its handler", async () => {
  const handler = new App<{ n: number }>()
    .get("/", (ctx) => {
      ctx.state.n = 1;
      return ctx.next();
    }, (ctx) => ctx.json(ctx.state))
    .handler();
  assert.equal(await textOf(handler, "/"), '{"n":1}');
});

Deno.test("state is not shared between requests", async () => {
  const handler = new App<{ n?: number }>()
    .get("/", (ctx) => {
      ctx.state.n = (ctx.state.n ?? 0) + 1;
      return ctx.text(String(ctx.state.n));
    })
    .handler();
  assert.equal(await textOf(handler, "/"), "1");
  assert.equal(await textOf(handler, "/"), "1");
});

Deno.test("HEAD runs the GET handler and drops the body", async () => {
  const handler = new App()
    .get("/", () => new Response("body", { headers: { "x-here": "1" } }))
    .handler();
  const answer = await send(handler, "/", "HEAD");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("x-here"), "1");
  assert.equal(await answer.text(), "");
});

Deno.test("App.head wins over GET for HEAD", async () => {
  const handler = new App()
    .head("/", () => new Response(null, { status: 204 }))
    .get("/", () => new Response("body"))
    .handler();
  assert.equal((await send(handler, "/", "HEAD")).status, 204);
});

Deno.test("OPTIONS names the methods of the path", async () => {
  const handler = new App()
    .get("/x/:id", () => new Response(""))
    .delete("/x/:id", () => new Response(""))
    .handler();
  const answer = await send(handler, "/x/1", "OPTIONS");
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.get("allow"), "GET, DELETE");
});

Deno.test("another method than the path has answers 405", async () => {
  const handler = new App().get("/", () => new Response("")).handler();
  const answer = await send(handler, "/", "POST");
  assert.equal(answer.status, 405);
  assert.equal(await answer.text(), "Method Not Allowed");
});

Deno.test("a path without a route answers 404, after the app's middlewares", async () => {
  const handler = new App()
    .use(async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        assert.ok(error instanceof HttpError);
        throw error;
      }
    })
    .handler();
  const answer = await send(handler, "/nope");
  assert.equal(answer.status, 404);
  assert.equal(await answer.text(), "Not Found");
});

Deno.test("notFound answers for unknown paths and for a thrown 404", async () => {
  const handler = new App()
    .notFound(() => new Response("nothing here", { status: 404 }))
    .get("/gone", () => {
      throw new HttpError(404);
    })
    .handler();
  assert.equal(await textOf(handler, "/nope"), "nothing here");
  assert.equal(await textOf(handler, "/gone"), "nothing here");
});

Deno.test("a thrown HttpError answers with its status and message", async () => {
  const handler = new App()
    .get("/", () => {
      throw new HttpError(403, "Not yours");
    })
    .handler();
  const answer = await send(handler, "/");
  assert.equal(answer.status, 403);
  assert.equal(await answer.text(), "Not yours");
});

Deno.test("onError of the nearest path answers, with the error in ctx.error", async () => {
  const handler = new App()
    .onError("*", () => new Response("outer", { status: 500 }))
    .onError("/api", (ctx) => new Response(`inner ${ctx.error}`, { status: 500 }))
    .get("/api/x", () => {
      throw new Error("boom");
    })
    .get("/page", () => {
      throw new Error("boom");
    })
    .handler();
  assert.equal(await textOf(handler, "/api/x"), "inner Error: boom");
  assert.equal(await textOf(handler, "/page"), "outer");
});

Deno.test("onError catches what a middleware throws", async () => {
  const handler = new App()
    .onError("*", () => new Response("caught", { status: 500 }))
    .use(() => {
      throw new Error("boom");
    })
    .get("/", () => new Response(""))
    .handler();
  assert.equal(await textOf(handler, "/"), "caught");
});

Deno.test("redirect keeps its target, and single-slashes a path that would leave the site", async () => {
  const handler = new App()
    .get("/go", (ctx) => ctx.redirect(ctx.url.searchParams.get("to")!))
    .get("/seen", (ctx) => ctx.redirect("/x", 303))
    .handler();
  const cases = [
    ["/hosts/1?a=//b#c", "/hosts/1?a=//b#c"],
    ["//evil.example/", "/evil.example/"],
    ["///evil.example//x?y=1", "/evil.example/x?y=1"],
    ["/", "/"],
    ["https://example.org//x", "https://example.org//x"],
  ];
  for (const [to, location] of cases) {
    const answer = await send(handler, `/go?to=${encodeURIComponent(to!)}`);
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get("location"), location);
  }
  assert.equal((await send(handler, "/seen")).status, 303);
});

Deno.test("text, html and json set body, type and status", async () => {
  const handler = new App()
    .get("/text", (ctx) => ctx.text("t", { status: 201 }))
    .get("/html", (ctx) => ctx.html("<p>", { headers: { "x-a": "b" } }))
    .get("/json", (ctx) => ctx.json({ a: 1 }))
    .handler();
  const text = await send(handler, "/text");
  assert.equal(text.status, 201);
  assert.match(text.headers.get("content-type")!, /^text\/plain/);
  const html = await send(handler, "/html");
  assert.match(html.headers.get("content-type")!, /^text\/html/);
  assert.equal(html.headers.get("x-a"), "b");
  const json = await send(handler, "/json");
  assert.match(json.headers.get("content-type")!, /^application\/json/);
  assert.deepEqual(await json.json(), { a: 1 });
});

Deno.test("mountApp puts routes and middlewares of another app below a path", async () => {
  const inner = new App<{ inner?: boolean }>()
    .use((ctx) => {
      ctx.state.inner = true;
      return ctx.next();
    })
    .get("/", (ctx) => ctx.json(ctx.state))
    .get("/x/:id", (ctx) => ctx.json({ ...ctx.state, ...ctx.params }));
  const handler = new App<{ inner?: boolean }>()
    .mountApp("/sub", inner)
    .get("/own", (ctx) => ctx.json(ctx.state))
    .handler();
  assert.equal(await textOf(handler, "/sub"), '{"inner":true}');
  assert.equal(await textOf(handler, "/sub/x/7"), '{"inner":true,"id":"7"}');
  assert.equal(await textOf(handler, "/own"), "{}");
});

Deno.test("basePath is in front of every route", async () => {
  const handler = new App({ basePath: "/ui" }).get("/x", () => new Response("x")).handler();
  assert.equal(await textOf(handler, "/ui/x"), "x");
  assert.equal((await send(handler, "/x")).status, 404);
});

Deno.test("ctx.upgrade refuses a request that asks for no WebSocket with 400", async () => {
  const handler = new App().ws("/socket", {}).handler();
  assert.equal((await send(handler, "/socket")).status, 400);
});
