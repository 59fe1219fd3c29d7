/**
 * @module Island props as JSON that is safe inside a script element. The value is a list of nodes that
 * name each other by index, so one signal given to two islands is one signal in the browser as well.
 */
const UNDEFINED = -1;
const NAN = -2;
const INFINITY = -3;
const NEGATIVE_INFINITY = -4;
const NEGATIVE_ZERO = -5;

/** Throws TypeError, naming the property, for functions, JSX, symbols and class instances. */
export function serialize(value: unknown): string {
  const nodes: unknown[] = [];
  const known = new Map<unknown, number>();

  function add(item: unknown, path: string): number {
    const special = specialIndex(item);
    if (special !== undefined) return special;
    const seen = known.get(item);
    if (seen !== undefined) return seen;
    const index = nodes.push(null) - 1;
    known.set(item, index);
    nodes[index] = node(item, path);
    return index;
  }

  function node(item: unknown, path: string): unknown {
    if (typeof item === "bigint") return ["BigInt", String(item)];
    if (typeof item === "function" || typeof item === "symbol") {
      throw new TypeError(
        `An island's property ${path} is a ${typeof item}; only data can be sent`,
      );
    }
    if (typeof item !== "object" || item === null) return item;
    if (isSignal(item)) return ["Signal", add(item.peek(), path)];
    if (isVNode(item)) {
      throw new TypeError(`An island's property ${path} is JSX; only data can be sent`);
    }
    if (Array.isArray(item)) return item.map((one, at) => add(one, `${path}[${at}]`));
    if (item instanceof Date) return ["Date", add(item.getTime(), path)];
    if (item instanceof Set) return ["Set", ...[...item].map((one) => add(one, path))];
    if (item instanceof Map) {
      return ["Map", ...[...item].flatMap(([k, v]) => [add(k, path), add(v, path)])];
    }
    const prototype = Object.getPrototypeOf(item);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new TypeError(
        `An island's property ${path} is a class instance; only data can be sent`,
      );
    }
    return Object.fromEntries(
      Object.entries(item).map(([name, one]) => [name, add(one, `${path}.${name}`)]),
    );
  }

  const root = add(value, "props");
  return escapeForScript(JSON.stringify([root, nodes]));
}

/** The value that `serialize` was given. `signal` makes a signal; without one they become plain values. */
export function deserialize(
  json: string,
  signal: (value: unknown) => unknown = (value) => value,
): unknown {
  const [root, nodes] = JSON.parse(json) as [number, unknown[]];
  const made = new Map<number, unknown>();

  function get(index: number): unknown {
    if (index < 0) return SPECIAL[index];
    if (made.has(index)) return made.get(index);
    const node = nodes[index];
    if (typeof node !== "object" || node === null) return keep(index, node);
    if (Array.isArray(node)) return fromList(index, node as [unknown, ...number[]]);
    const object: Record<string, unknown> = keep(index, {});
    for (const [name, at] of Object.entries(node)) {
      // Defined, not assigned: `__proto__` stays an ordinary property.
      Object.defineProperty(object, name, {
        value: get(at),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return object;
  }

  function fromList(index: number, [tag, ...rest]: [unknown, ...number[]]): unknown {
    if (tag === "BigInt") return keep(index, BigInt(rest[0]!));
    if (tag === "Date") return keep(index, new Date(get(rest[0]!) as number));
    if (tag === "Signal") return keep(index, signal(get(rest[0]!)));
    if (tag === "Set") {
      const set = keep(index, new Set<unknown>());
      for (const at of rest) set.add(get(at));
      return set;
    }
    if (tag === "Map") {
      const map = keep(index, new Map<unknown, unknown>());
      for (let at = 0; at < rest.length; at += 2) map.set(get(rest[at]!), get(rest[at + 1]!));
      return map;
    }
    const list = keep<unknown[]>(index, []);
    if (tag !== undefined) list.push(get(tag as number), ...rest.map(get));
    return list;
  }

  function keep<T>(index: number, value: T): T {
    made.set(index, value);
    return value;
  }

  return get(root);
}

const SPECIAL: Record<number, unknown> = {
  [UNDEFINED]: undefined,
  [NAN]: NaN,
  [INFINITY]: Infinity,
  [NEGATIVE_INFINITY]: -Infinity,
  [NEGATIVE_ZERO]: -0,
};

function specialIndex(value: unknown): number | undefined {
  if (value === undefined) return UNDEFINED;
  if (typeof value !== "number") return undefined;
  if (Number.isNaN(value)) return NAN;
  if (value === Infinity) return INFINITY;
  if (value === -Infinity) return NEGATIVE_INFINITY;
  return Object.is(value, -0) ? NEGATIVE_ZERO : undefined;
}

/** By the brand that every copy of the signals library shares, so that it need not be imported. */
function isSignal(value: object): value is { peek(): unknown } {
  return (value as { brand?: unknown }).brand === Symbol.for("preact-signals");
}

/** Not `isValidElement`, which takes any object without a prototype, such as a database row. */
function isVNode(value: object): boolean {
  return Object.hasOwn(value, "__v") && Object.hasOwn(value, "props");
}

const UNSAFE = /[<>\u2028\u2029]/g;

function escapeForScript(json: string): string {
  return json.replaceAll(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
