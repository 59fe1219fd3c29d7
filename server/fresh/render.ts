import { Fragment, type FunctionComponent, h, type VNode } from "preact";
import { jsxTemplate } from "preact/jsx-runtime";
import { renderToString } from "preact-render-to-string";
import type { Build } from "./build.ts";
import type { Context, Surroundings } from "./context.ts";
import { RenderState, withRenderState } from "./render_state.ts";
import type { AsyncAnyComponent, PageProps, RouteComponent } from "./types.ts";

interface DocumentParts<State> {
  init: ResponseInit;
  around: Surroundings<State>;
  build: Build;
}

/** Renders a page within its layouts and the app wrapper to a whole HTML answer. */
export async function renderDocument<State>(
  ctx: Context<State>,
  page: VNode | null,
  { init, around, build }: DocumentParts<State>,
): Promise<Response> {
  let inner = page;
  for (const layout of around.layouts.toReversed()) {
    const child = inner;
    const wrapped = await renderComponent(ctx, layout, { data: null, child: () => child });
    if (wrapped instanceof Response) return wrapped;
    inner = wrapped;
  }

  // The page is rendered before the wrapper, so that its <Head> is known when <head> is written.
  let rendered: VNode | null = null;
  const wrapper = around.app &&
    await renderComponent(ctx, around.app, { data: null, child: () => rendered });
  if (wrapper instanceof Response) return wrapper;

  const state = new RenderState(build, nonceOf(ctx.state), ctx.config.basePath);
  const html = withRenderState(state, () => {
    const body = renderToString(h(Fragment, null, inner));
    rendered = raw(body);
    return completeDocument(state, wrapper ? renderToString(wrapper) : body);
  });

  const headers = new Headers(init.headers);
  headers.set("Content-Type", "text/html; charset=utf-8");
  return new Response(`<!DOCTYPE html>${html}`, { ...init, status: init.status ?? 200, headers });
}

/** Calls an async component, which may answer itself; any other becomes a vnode to render later. */
export async function renderComponent<State>(
  ctx: Context<State>,
  component: RouteComponent<State>,
  { data, child }: { data: unknown; child: FunctionComponent },
): Promise<VNode | null | Response> {
  ctx.Component = child;
  const props: PageProps<unknown, State> = {
    Component: child,
    config: ctx.config,
    data,
    error: ctx.error,
    info: ctx.info,
    isPartial: ctx.isPartial,
    params: ctx.params,
    req: ctx.req,
    route: ctx.route,
    state: ctx.state,
    url: ctx.url,
  };
  return isAsync<PageProps<unknown, State>>(component)
    ? await component(props)
    : h(component as FunctionComponent<PageProps<unknown, State>>, props) as VNode;
}

function isAsync<P>(component: unknown): component is AsyncAnyComponent<P> {
  return typeof component === "function" && component.constructor.name === "AsyncFunction";
}

/** Adds whichever of html, head and body the app left out. */
function completeDocument(state: RenderState, html: string): string {
  if (state.seen.has("html") && state.seen.has("body") && state.seen.has("head")) return html;
  let tree: VNode = raw(html);
  if (!state.seen.has("body")) tree = h("body", null, tree);
  if (!state.seen.has("head")) {
    tree = h(Fragment, null, h("head", null, h("meta", { charset: "utf-8" })), tree);
  }
  if (!state.seen.has("html")) tree = h("html", null, tree);
  return renderToString(tree);
}

function raw(html: string): VNode {
  return jsxTemplate([html]) as VNode;
}

/** Our one extension: an app that sends its own Content-Security-Policy puts its nonce here. */
function nonceOf(state: unknown): string {
  const given = (state as { nonce?: unknown } | null)?.nonce;
  return typeof given === "string" && given !== "" ? given : crypto.randomUUID();
}
