/**
 * @module Makes a part of the page equal to its newer rendering with the fewest changes, so that
 * focus, scroll, selection and a half-typed field survive. Children with `data-key` keep their
 * element when they move.
 */

export interface MorphOptions {
  /** Leaves keyed children where they are: rows must not jump under the pointer. */
  keep_order?: boolean;
}

/** On a row whose state has just changed; the stylesheet fades it. */
const TINT = "data-changed";
const TINT_MS = 1200;

/** Changes `from` into `to`. Returns how many rows wait: new, gone, or in another place. */
export function morph(from: Element, to: Element, options: MorphOptions = {}): number {
  if (from.isEqualNode(to)) return 0;
  if (from.hasAttribute("data-key") && stateOf(from) !== stateOf(to)) tint(from);
  syncAttributes(from, to);
  return syncChildren(from, to, options);
}

/** The state that a row shows: its own, or that of the first mark in it. */
function stateOf(row: Element): string | null {
  return row.getAttribute("data-s") ?? row.querySelector(".st")?.getAttribute("data-s") ?? null;
}

function tint(row: Element): void {
  row.setAttribute(TINT, "");
  setTimeout(() => row.removeAttribute(TINT), TINT_MS);
}

function syncAttributes(from: Element, to: Element): void {
  for (const { name } of [...from.attributes]) {
    // What the user opened stays open, and a tint ends by itself.
    if (!to.hasAttribute(name) && name !== "open" && name !== TINT) from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function keyOf(node: Node): string | undefined {
  return (node as Partial<Element>).getAttribute?.("data-key") ?? undefined;
}

function canBecome(from: Node, to: Node): boolean {
  return from.nodeType === to.nodeType && from.nodeName === to.nodeName &&
    keyOf(from) === keyOf(to);
}

function keysOf(parent: Element): string[] {
  return [...parent.childNodes].flatMap((node) => keyOf(node) ?? []);
}

function syncChildren(from: Element, to: Element, options: MorphOptions): number {
  const wanted = keysOf(to);
  const held = options.keep_order === true && wanted.length > 0 &&
    keysOf(from).join("\n") !== wanted.join("\n");
  if (held) return holdOrder(from, to, options);
  let waiting = 0;
  const keyed = new Map([...from.childNodes].map((node) => [keyOf(node), node]));
  let at: ChildNode | null = from.firstChild;
  for (const next of [...to.childNodes]) {
    const key = keyOf(next);
    const match = key === undefined ? at : keyed.get(key);
    if (match == null || !canBecome(match, next)) {
      from.insertBefore(from.ownerDocument.importNode(next, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else from.insertBefore(match, at);
    waiting += become(match, next, options);
  }
  while (at !== null) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
  return waiting;
}

/** Updates the rows that are on both sides in place; what is new, gone or moved waits and is counted. */
function holdOrder(from: Element, to: Element, options: MorphOptions): number {
  const keyed = new Map([...to.childNodes].map((node) => [keyOf(node), node]));
  for (const node of [...from.childNodes]) {
    const key = keyOf(node);
    const next = key === undefined ? undefined : keyed.get(key);
    if (next !== undefined && canBecome(node, next)) become(node, next, options);
  }
  return changesBetween(keysOf(from), keysOf(to));
}

/** How many of the keys are on one side only, or stand elsewhere among those on both. */
export function changesBetween(before: string[], after: string[]): number {
  const [had, has] = [new Set(before), new Set(after)];
  const kept = before.filter((key) => has.has(key));
  const wanted = after.filter((key) => had.has(key));
  const moved = kept.filter((key, at) => key !== wanted[at]).length;
  return moved + (before.length - kept.length) + (after.length - wanted.length);
}

function become(from: ChildNode, to: Node, options: MorphOptions): number {
  if (from.nodeType === 1) return morph(from as Element, to as Element, options);
  if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
  return 0;
}
