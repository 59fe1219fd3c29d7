// Uses the public API alone: meant to pass on upstream Fresh 2.3 with another import map.
import { App, createDefine, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import assert from "node:assert/strict";

interface State {
  who?: string;
}

const define = createDefine<State>();

async function get(app: App<State>, path = "/"): Promise<{ status: number; html: string }> {
  const answer = await app.handler()(new Request(`http://localhost${path}`));
  return { status: answer.status, html: await answer.text() };
}

function includes(html: string, part: string): void {
  assert.ok(html.includes(part), `${part} is in ${html}`);
}

Deno.test("a handler's data reaches the page, with its status and headers", async () => {
  const handler = define.handlers({
    GET: () => page({ name: "web-01" }, { status: 201, headers: { "x-a": "b" } }),
  });
  const Page = define.page<typeof handler>(({ data }) => <h1>{data.name}</h1>);
  const app = new App<State>().route("/", { handler, component: Page });
  const answer = await app.handler()(new Request("http://localhost/"));
  assert.equal(answer.status, 201);
  assert.equal(answer.headers.get("x-a"), "b");
  assert.match(answer.headers.get("content-type")!, /^text\/html/);
  includes(await answer.text(), "<h1>web-01</h1>");
});

Deno.test("a handler may answer with a Response instead of its page", async () => {
  const app = new App<State>().route("/", {
    handler: define.handlers({ GET: (ctx) => ctx.redirect("/login") }),
    component: () => <p>never</p>,
  });
  assert.equal((await get(app)).status, 302);
});

Deno.test("a page without a handler is rendered with url, params and state", async () => {
  function Page(props: PageProps<unknown, State>) {
    return <p>{props.url.pathname} {props.params["id"]} {props.state.who}</p>;
  }
  const app = new App<State>()
    .use(define.middleware((ctx) => {
      ctx.state.who = "operator";
      return ctx.next();
    }))
    .route("/hosts/:id", { component: Page });
  includes((await get(app, "/hosts/7")).html, "<p>/hosts/7 7 operator</p>");
});

Deno.test("a page may be async, and may answer with a Response", async () => {
  const app = new App<State>()
    .route("/", {
      component: async () => {
        await Promise.resolve();
        return <p>late</p>;
      },
    })
    .route("/away", {
      component: async () => await Promise.resolve(new Response("away", { status: 418 })),
    });
  includes((await get(app)).html, "<p>late</p>");
  assert.equal((await get(app, "/away")).status, 418);
});

Deno.test("text in a page is escaped", async () => {
  const app = new App<State>().route("/", { component: () => <p>{"<script>&"}</p> });
  includes((await get(app)).html, "<p>&lt;script>&amp;</p>");
});

Deno.test("a page alone becomes a whole document", async () => {
  const { html } = await get(new App<State>().get("/", (ctx) => ctx.render(<p>only</p>)));
  assert.match(
    html,
    /^<!DOCTYPE html><html><head><meta charset="utf-8"\/?>.*<\/head><body><p>only<\/p>/,
  );
});

function Wrapper({ Component }: PageProps<unknown, State>) {
  return (
    <html lang="en">
      <head>
        <title>Default</title>
      </head>
      <body class="app">
        <Component />
      </body>
    </html>
  );
}

Deno.test("layouts are nested in the order of their paths, within the app wrapper", async () => {
  const app = new App<State>()
    .appWrapper(Wrapper)
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/hosts", async ({ Component }) => {
      await Promise.resolve();
      return (
        <section>
          <Component />
        </section>
      );
    })
    .get("/", (ctx) => ctx.render(<p>top</p>))
    .get("/hosts/x", (ctx) => ctx.render(<p>deep</p>));
  includes((await get(app)).html, '<body class="app"><main><p>top</p></main>');
  includes((await get(app, "/hosts/x")).html, "<main><section><p>deep</p></section></main>");
});

Deno.test("a layout may leave out what is around it", async () => {
  const app = new App<State>()
    .appWrapper(Wrapper)
    .layout("*", ({ Component }) => (
      <main>
        <Component />
      </main>
    ))
    .layout("/bare", ({ Component }) => (
      <i>
        <Component />
      </i>
    ), {
      skipInheritedLayouts: true,
      skipAppWrapper: true,
    })
    .get("/bare", (ctx) => ctx.render(<p>bare</p>));
  const { html } = await get(app, "/bare");
  includes(html, "<i><p>bare</p></i>");
  assert.ok(!html.includes("<main>") && !html.includes('class="app"'));
});

Deno.test("Head puts its children into the document's head and replaces the title", async () => {
  const app = new App<State>().appWrapper(Wrapper).get("/", (ctx) =>
    ctx.render(
      <p>
        <Head>
          <title>Host web-01</title>
          <meta name="robots" content="none" />
        </Head>
        body
      </p>,
    ));
  const { html } = await get(app);
  const head = html.slice(html.indexOf("<head>"), html.indexOf("</head>"));
  includes(head, "<title>Host web-01</title>");
  includes(head, '<meta name="robots" content="none"');
  assert.ok(!html.includes("Default"));
  includes(html, "<p>body</p>");
});

Deno.test("an error page is rendered with the error, its status and the wrapper", async () => {
  const app = new App<State>()
    .appWrapper(Wrapper)
    .onError("*", {
      component: ({ error }) => <p>Sorry: {error instanceof HttpError ? error.status : "?"}</p>,
    })
    .get("/", () => {
      throw new HttpError(403, "no");
    })
    .route("/render", {
      component: () => {
        throw new Error("while rendering");
      },
    });
  const forbidden = await get(app);
  assert.equal(forbidden.status, 403);
  includes(forbidden.html, 'class="app"><p>Sorry: 403</p>');
  const broken = await get(app, "/render");
  assert.equal(broken.status, 500);
  includes(broken.html, "<p>Sorry: ?</p>");
});

Deno.test("a page without islands ships no script", async () => {
  const app = new App<State>().appWrapper(Wrapper).get("/", (ctx) => ctx.render(<p>still</p>));
  assert.ok(!(await get(app)).html.includes("<script"));
});

Deno.test("two requests rendered at once do not mix", async () => {
  const app = new App<State>().appWrapper(Wrapper).route("/:n", {
    component: async ({ params }) => {
      await Promise.resolve();
      return (
        <p>
          <Head>
            <title>T{params["n"]}</title>
          </Head>
          {params["n"]}
        </p>
      );
    },
  });
  const handler = app.handler();
  const pages = await Promise.all(
    ["1", "2", "3"].map(async (n) =>
      await (await handler(new Request(`http://localhost/${n}`))).text()
    ),
  );
  for (const [at, html] of pages.entries()) {
    includes(html, `<title>T${at + 1}</title>`);
    includes(html, `<p>${at + 1}</p>`);
  }
});
