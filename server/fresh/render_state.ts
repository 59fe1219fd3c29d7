/**
 * @module What happens while a document is rendered to a string: islands are marked, the children of
 * `<Head>` are collected, scripts get the nonce. Rendering is synchronous, so one variable is enough.
 */
import {
  type ComponentChildren,
  Fragment,
  h,
  isValidElement,
  options as preactOptions,
  toChildArray,
  type VNode,
} from "preact";
import type { Build, BuiltIsland } from "./build.ts";
import { Head } from "./head.ts";
import { serialize } from "./serialize.ts";

type Props = Record<string, unknown> & { children?: ComponentChildren };

export class RenderState {
  /** Which of html, head and body were rendered. */
  readonly seen = new Set<string>();
  readonly islands = new Map<VNode["type"], BuiltIsland>();
  /** Above zero while inside an island: what is rendered there belongs to it. */
  depth = 0;
  readonly nonce: string;
  readonly #base: string;
  readonly #boot_url: string;
  readonly #used = new Set<BuiltIsland>();
  readonly #props: { name: string; props: Props }[] = [];
  readonly #head = new Map<string, VNode>();

  constructor(build: Build, nonce: string, base_path: string) {
    this.nonce = nonce;
    this.#base = base_path;
    this.#boot_url = build.boot_url;
    for (const island of build.islands) this.islands.set(island.component, island);
  }

  /** Remembers an island's props and returns the text of its marker. */
  addIsland(island: BuiltIsland, props: Props): string {
    this.#used.add(island);
    this.#props.push({ name: island.name, props });
    return `frsh:island:${island.name}:${this.#props.length - 1}`;
  }

  collectHead(children: ComponentChildren): void {
    for (const child of flatten(children)) {
      if (isValidElement(child)) this.#head.set(headKey(child), child);
    }
  }

  /** The children of `<head>` with those of `<Head>` in their place or after them. */
  mergeHead(children: ComponentChildren): ComponentChildren[] {
    const kept = flatten(children).map((child) => {
      if (!isValidElement(child)) return child;
      const key = headKey(child);
      const replacement = this.#head.get(key);
      this.#head.delete(key);
      return replacement ?? child;
    });
    const added = [...this.#head.values()];
    this.#head.clear();
    return [...kept, ...added];
  }

  /** The scripts at the end of the body. */
  scripts(): VNode | null {
    if (this.#used.size === 0) return null;
    const urls = Object.fromEntries(
      [...this.#used].map((island) => [island.name, this.#base + island.url]),
    );
    const json = serialize({ urls, props: this.#props.map((one) => one.props) });
    // As links, not as a header: a policy with 'strict-dynamic' wants the nonce on them too.
    const preloads = Object.values(urls).map((href) =>
      h("link", { key: href, rel: "modulepreload", href, nonce: this.nonce })
    );
    return h(
      Fragment,
      null,
      preloads,
      h("script", {
        id: "__FRSH_STATE",
        type: "application/json",
        dangerouslySetInnerHTML: { __html: json },
      }),
      h("script", { type: "module", src: this.#base + this.#boot_url }),
    );
  }
}

let current: RenderState | null = null;

/** Runs a synchronous rendering with this state. */
export function withRenderState<T>(state: RenderState, render: () => T): T {
  const outer = current;
  current = state;
  try {
    return render();
  } finally {
    current = outer;
  }
}

interface Hooks {
  __b?: (vnode: VNode) => void;
}
const hooks = preactOptions as Hooks;
const marked = new WeakSet<VNode>();
const previous = hooks.__b;
hooks.__b = (vnode) => {
  if (current !== null && !marked.has(vnode)) beforeRender(current, vnode);
  previous?.(vnode);
};

function beforeRender(state: RenderState, vnode: VNode): void {
  const props = vnode.props as Props;
  const island = state.depth === 0 ? state.islands.get(vnode.type) : undefined;
  if (island !== undefined) return wrapIsland(state, vnode, island);
  if (vnode.type === Head) return state.collectHead(props.children);
  if (typeof vnode.type !== "string") return;

  if (vnode.type === "script" || vnode.type === "style") {
    // Always set: a vnode kept in a constant still has the nonce of an earlier answer.
    vnode.props = { ...props, nonce: state.nonce } as typeof vnode.props;
  } else if (vnode.type === "html" || vnode.type === "body" || vnode.type === "head") {
    state.seen.add(vnode.type);
    if (vnode.type === "head") {
      setChildren(vnode, state.mergeHead(props.children));
    } else if (vnode.type === "body") {
      setChildren(vnode, [props.children, h(Scripts, null)]);
    }
  }
}

function setChildren(vnode: VNode, children: ComponentChildren): void {
  marked.add(vnode);
  vnode.props = { ...vnode.props, children } as typeof vnode.props;
}

function wrapIsland(state: RenderState, vnode: VNode, island: BuiltIsland): void {
  const { children, ...props } = vnode.props as Props;
  if (children !== undefined && children !== null) {
    throw new Error(`The island ${island.name} was given children; pass props instead`);
  }
  const inner = h(island.component, props);
  marked.add(inner);
  vnode.type = () =>
    h(
      Fragment,
      null,
      comment(state.addIsland(island, props)),
      h(Step, { by: 1 }),
      inner,
      h(Step, { by: -1 }),
      comment("/frsh:island"),
    );
}

/** Rendering goes depth first, so a step before and one after an island bracket all it renders. */
function Step({ by }: { by: number }): null {
  if (current !== null) current.depth += by;
  return null;
}

function Scripts(): VNode | null {
  return current?.scripts() ?? null;
}

function comment(text: string): VNode {
  return h(Fragment, { UNSTABLE_comment: text } as Record<string, unknown>);
}

function flatten(children: ComponentChildren): ComponentChildren[] {
  return toChildArray(children).flatMap((child) =>
    isValidElement(child) && child.type === Fragment
      ? flatten((child.props as Props).children)
      : [child]
  );
}

function headKey(vnode: VNode): string {
  if (typeof vnode.type !== "string") return `component ${crypto.randomUUID()}`;
  if (vnode.key !== null && vnode.key !== undefined) return `key ${vnode.key}`;
  if (vnode.type === "title") return "title";
  const ignored = new Set(["children", "nonce", "ref"]);
  if (vnode.type === "meta") ignored.add("content");
  if (vnode.type === "link") ignored.add("href");
  const attributes = Object.entries(vnode.props)
    .filter(([name]) => !ignored.has(name))
    .sort(([a], [b]) => a < b ? -1 : 1);
  return `${vnode.type} ${JSON.stringify(attributes)}`;
}
