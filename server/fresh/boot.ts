/** @module Runs in the browser on pages with islands: finds their markers and hydrates each in place. */
import { type ComponentType, type ContainerNode, h, hydrate } from "preact";
import { deserialize } from "./serialize.ts";

interface State {
  urls: Record<string, string>;
  props: Record<string, unknown>[];
}

interface Found {
  name: string;
  index: number;
  start: Comment;
  end: Comment;
}

const OPEN = "frsh:island:";
const CLOSE = "/frsh:island";

function findIslands(): Found[] {
  const found: Found[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
  let open: Omit<Found, "end"> | undefined;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const comment = node as Comment;
    if (comment.data.startsWith(OPEN)) {
      const [name, index] = comment.data.slice(OPEN.length).split(":");
      open = { name: name!, index: Number(index), start: comment };
    } else if (comment.data === CLOSE && open !== undefined) {
      found.push({ ...open, end: comment });
      open = undefined;
    }
  }
  return found;
}

/** What preact takes for a parent element: only the nodes between the two comments. */
function between(start: Comment, end: Comment): ContainerNode {
  const parent = start.parentNode!;
  const nodes: ChildNode[] = [];
  for (let at = start.nextSibling; at !== null && at !== end; at = at.nextSibling) nodes.push(at);
  const insertBefore = (node: Node, before: Node | null) =>
    parent.insertBefore(node, before ?? end);
  return {
    nodeType: Node.ELEMENT_NODE,
    parentNode: parent,
    firstChild: nodes[0] ?? null,
    childNodes: nodes,
    ownerDocument: document,
    namespaceURI: (parent as Element).namespaceURI,
    contains: (node: Node | null) => parent.contains(node),
    insertBefore,
    appendChild: (node: Node) => insertBefore(node, null),
    removeChild: (node: Node) => parent.removeChild(node),
  } as unknown as ContainerNode;
}

async function readState(): Promise<State> {
  const json = document.getElementById("__FRSH_STATE")?.textContent ?? "";
  // Only pages that send signals load the library for them.
  if (!json.includes('["Signal",')) return deserialize(json) as State;
  const { signal } = await import("@preact/signals");
  return deserialize(json, signal) as State;
}

async function boot(): Promise<void> {
  const { urls, props } = await readState();
  await Promise.all(
    findIslands().map(async ({ name, index, start, end }) => {
      const exports = await import(urls[name]!) as Record<string, ComponentType>;
      const component = exports[name.split(".")[1] ?? "default"]!;
      hydrate(h(component, props[index]!), between(start, end));
    }),
  );
  document.documentElement.dataset["hydrated"] = "";
}

boot();
