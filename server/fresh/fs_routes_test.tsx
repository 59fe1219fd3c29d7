import { App, page } from "fresh";
import assert from "node:assert/strict";
import { NO_BUILD, type RouteFile, setBuild } from "./build.ts";
import { toPattern } from "./fs_routes.ts";

type Handler = (request: Request) => Promise<Response>;
interface State {
  trail: string;
}

function serve(files: Record<string, unknown>): Handler {
  const app = new App<State>();
  const routes: RouteFile[] = Object.entries(files).map(([id, module]) => ({ id, module }));
  setBuild(app, { ...NO_BUILD, routes });
  return app.fsRoutes().handler();
}

async function get(handler: Handler, path: string, method = "GET") {
  const answer = await handler(new Request(`http://localhost${path}`, { method }));
  return { status: answer.status, text: await answer.text() };
}

Deno.test("file names become patterns", () => {
  const cases: [string, string][] = [
    ["/index", "/"],
    ["/hosts/index", "/hosts"],
    ["/hosts/[id]/jobs", "/hosts/:id/jobs"],
    ["/hosts/[id]/log.txt", "/hosts/:id/log.txt"],
    ["/(pages)/login", "/login"],
    ["/(pages)/index", "/"],
    ["/files/[...path]", "/files/:path*"],
    ["/hosts/[[tab]]", "/hosts{/:tab}?"],
    ["/[name]@[version]", "/:name@:version"],
  ];
  for (const [id, pattern] of cases) assert.equal(toPattern(id, false), pattern, id);
  assert.throws(() => toPattern("/[a][b]", false), /cannot follow/);
});

Deno.test("files answer at their addresses, fixed names before parameters", async () => {
  const handler = serve({
    "/hosts/[id]/index": { handler: { GET: () => new Response("one") } },
    "/[...rest]": { handler: () => new Response("rest") },
    "/hosts/new": { handlers: { GET: () => new Response("new") } },
    "/hosts/index": { handlers: { GET: () => page({ n: 3 }) }, default: List },
  });
  assert.equal((await get(handler, "/hosts/new")).text, "new");
  assert.equal((await get(handler, "/hosts/1")).text, "one");
  assert.ok((await get(handler, "/hosts")).text.includes("<p>3</p>"));
  assert.equal((await get(handler, "/a/b/c")).text, "rest");
  assert.equal((await get(handler, "/hosts/new", "POST")).status, 405);
});

function List({ data }: { data: { n: number } }) {
  return <p>{data.n}</p>;
}

Deno.test("_middleware, _layout and _app apply to what lies below them", async () => {
  function mark(name: string) {
    return (ctx: { state: State; next(): Promise<Response> }) => {
      ctx.state.trail = (ctx.state.trail ?? "") + name;
      return ctx.next();
    };
  }
  const handler = serve({
    "/hosts/[id]/index": { default: ({ state }: { state: State }) => <p>{state.trail}</p> },
    "/other": { default: ({ state }: { state: State }) => <p>{state.trail}</p> },
    "/hosts/_layout": {
      default: ({ Component }: { Component: () => preact.VNode }) => (
        <ul>
          <Component />
        </ul>
      ),
    },
    "/_app": {
      default: ({ Component }: { Component: () => preact.VNode }) => (
        <body>
          <Component />
        </body>
      ),
    },
    "/hosts/_middleware": { default: [mark("b"), mark("c")] },
    "/_middleware": { handler: mark("a") },
  });
  assert.ok((await get(handler, "/hosts/1")).text.includes("<body><ul><p>abc</p></ul>"));
  assert.ok((await get(handler, "/other")).text.includes("<body><p>a</p>"));
});

Deno.test("a group's layout applies within the group only", async () => {
  const handler = serve({
    "/(in)/_layout": {
      default: ({ Component }: { Component: () => preact.VNode }) => (
        <ul>
          <Component />
        </ul>
      ),
    },
    "/(in)/one": { default: () => <p>one</p> },
    "/(out)/two": { default: () => <p>two</p> },
  });
  assert.ok((await get(handler, "/one")).text.includes("<ul><p>one</p></ul>"));
  assert.ok((await get(handler, "/two")).text.includes("<body><p>two</p>"));
});

Deno.test("_404 and _error answer with their status", async () => {
  const handler = serve({
    "/_404": { default: () => <p>lost</p> },
    "/_error": { default: ({ error }: { error: Error }) => <p>{error.message}</p> },
    "/broken": {
      handler: () => {
        throw new Error("boom");
      },
    },
  });
  const lost = await get(handler, "/nope");
  assert.equal(lost.status, 404);
  assert.ok(lost.text.includes("<p>lost</p>"));
  const broken = await get(handler, "/broken");
  assert.equal(broken.status, 500);
  assert.ok(broken.text.includes("<p>boom</p>"));
});

Deno.test("a file that exports nothing useful is named when the app starts", () => {
  assert.throws(() => serve({ "/empty": {} }), /routes\/empty exports neither/);
});
