import { App } from "fresh";
import { signal } from "@preact/signals";
import assert from "node:assert/strict";
import type { ComponentType } from "preact";
import { type Build, type BuiltIsland, NO_BUILD, setBuild } from "./build.ts";
import { deserialize } from "./serialize.ts";

interface State {
  nonce: string;
}

function Outer({ label }: { label: unknown }) {
  return (
    <b>
      {String(label)}
      <Inner n={1} />
    </b>
  );
}

function Inner({ n }: { n: number }) {
  return <i>{n}</i>;
}

function island(name: string, component: unknown): BuiltIsland {
  return { name, component: component as ComponentType, url: `/_fresh/${name}-1.js` };
}

const BUILD: Build = {
  ...NO_BUILD,
  id: "b1",
  boot_url: "/_fresh/boot-1.js",
  islands: [island("Outer", Outer), island("Inner", Inner)],
};

async function render(page: () => preact.VNode, base = ""): Promise<Response> {
  const app = new App<State>({ basePath: base });
  setBuild(app, BUILD);
  app.use((ctx) => {
    ctx.state.nonce = "n0nce";
    return ctx.next();
  });
  app.onError("*", (ctx) => ctx.text((ctx.error as Error).message, { status: 500 }));
  app.get("/", (ctx) => ctx.render(page()));
  return await app.handler()(new Request(`http://localhost${base}/`));
}

function stateOf(html: string): { urls: Record<string, string>; props: unknown[] } {
  const json = /<script[^>]*id="__FRSH_STATE"[^>]*>(.*?)<\/script>/s.exec(html)?.[1];
  assert.ok(json, "the page carries the islands' state");
  return deserialize(json) as ReturnType<typeof stateOf>;
}

Deno.test("an island is rendered between markers, with its props and script address", async () => {
  const html = await (await render(() => (
    <p>
      <Outer label="x" />
    </p>
  ))).text();
  assert.ok(
    html.includes("<p><!--frsh:island:Outer:0--><b>x<i>1</i></b><!--/frsh:island--></p>"),
    html,
  );
  assert.deepEqual(stateOf(html), {
    urls: { Outer: "/_fresh/Outer-1.js" },
    props: [{ label: "x" }],
  });
});

Deno.test("an island within another belongs to it; beside it, it is one of its own", async () => {
  const html = await (await render(() => (
    <p>
      <Outer label="a" />
      <Inner n={2} />
    </p>
  ))).text();
  assert.equal(html.split("frsh:island:").length - 1, 2);
  assert.deepEqual(stateOf(html).props, [{ label: "a" }, { n: 2 }]);
});

Deno.test("scripts and preloads of a page with islands have the nonce of ctx.state", async () => {
  const html = await (await render(() => <Outer label="x" />)).text();
  const tags = html.match(/<(script|link)[^>]*>/g)!;
  assert.equal(tags.length, 3);
  for (const tag of tags) assert.ok(tag.includes('nonce="n0nce"'), tag);
  assert.ok(tags[0]!.includes('rel="modulepreload" href="/_fresh/Outer-1.js"'), tags[0]);
});

Deno.test("a script written by a page gets the nonce too", async () => {
  const html = await (await render(() => <script>1</script>)).text();
  assert.ok(html.includes('<script nonce="n0nce">1</script>'));
});

Deno.test("addresses of scripts are below the base path", async () => {
  const html = await (await render(() => <Outer label="x" />, "/ui")).text();
  assert.ok(html.includes('src="/ui/_fresh/boot-1.js"'));
  assert.equal(stateOf(html).urls["Outer"], "/ui/_fresh/Outer-1.js");
});

Deno.test("hostile text in props stays inside the state's script", async () => {
  const label = "</script><script>alert(1)</script><!--";
  const html = await (await render(() => <Outer label={label} />)).text();
  assert.equal(html.match(/<script/g)!.length, 2);
  assert.deepEqual(stateOf(html).props, [{ label }]);
});

Deno.test("a signal given to an island is sent with its value", async () => {
  const html = await (await render(() => <Outer label={signal(7)} />)).text();
  assert.deepEqual(stateOf(html).props, [{ label: 7 }]);
});

Deno.test("children for an island and functions as props fail with the reason", async () => {
  const Any = Outer as unknown as ComponentType<Record<string, unknown>>;
  const pages = [
    () => (
      <Any label="x">
        <p />
      </Any>
    ),
    () => <Any label="x" onClick={() => {}} />,
  ];
  const reasons = await Promise.all(pages.map(async (page) => await (await render(page)).text()));
  assert.match(reasons[0]!, /island Outer was given children/);
  assert.match(reasons[1]!, /onClick is a function/);
});
