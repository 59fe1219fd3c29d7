import assert from "node:assert/strict";
import { testApp } from "../testing.ts";
import { routeFiles } from "../testing.ts";
import { type Access, accessOf, ROUTE_ACCESS, type RouteMethod } from "./route_access.ts";

/** The pattern of a file, as Fresh makes it: `/hosts/[id]/index` is `/hosts/:id`. */
function patternOf(id: string): string {
  const parts = id.split("/").filter((part) => part !== "" && !/^\(.*\)$/.test(part));
  if (parts.at(-1) === "index") parts.pop();
  return "/" + parts.map((part) => part.replace(/^\[(.+)\]$/, ":$1")).join("/");
}

function routes(): Map<string, string> {
  const found = new Map<string, string>();
  for (const [id, path] of routeFiles()) {
    if (!/\/_(app|layout|error|404|500|middleware)$/.test(id)) found.set(patternOf(id), path);
  }
  return found;
}

async function methodsIn(path: string): Promise<string[]> {
  const { default: component, handler } = await import(path);
  const methods = new Set(Object.keys(handler ?? {}));
  if (component !== undefined) methods.add("GET");
  return [...methods].sort();
}

Deno.test("every route on disk is in the table with its methods, and every line of the table has its route", async () => {
  const on_disk = routes();
  const faults: string[] = [];
  for (const [pattern, path] of on_disk) {
    const listed = Object.keys(ROUTE_ACCESS[pattern] ?? {}).sort();
    const found = await methodsIn(path);
    if (listed.length === 0) faults.push(`add to route_access.ts: "${pattern}" ${found}`);
    else if (listed.join() !== found.join()) {
      faults.push(`"${pattern}" has ${found}, route_access.ts lists ${listed}`);
    }
  }
  for (const pattern of Object.keys(ROUTE_ACCESS)) {
    if (!on_disk.has(pattern)) faults.push(`no file under routes/ has the pattern "${pattern}"`);
  }
  assert.deepEqual(faults, []);
});

/** An address that a pattern matches; the ids exist nowhere. */
function addressOf(pattern: string): string {
  return pattern.replace(":target", "x86_64").replace(
    ":id",
    "01930000-0000-7000-8000-000000000000",
  );
}

const IDENTITIES = ["visitor", "viewer", "operator", "admin"] as const;
const RANK: Record<string, number> = { visitor: 0, viewer: 1, operator: 2, admin: 3 };
const REFUSED = [401, 403];

function mayEnter(identity: (typeof IDENTITIES)[number], access: Access): boolean {
  if (access === "always" || access === "public") return true;
  return access !== "agent" && RANK[identity]! >= RANK[access]!;
}

Deno.test("every route × every identity × {fine, without CSRF token, from another site} is let in or refused as the table says", async () => {
  const { ask, signIn, services } = await testApp();
  const signed_in = {
    visitor: undefined,
    viewer: await signIn("viewer"),
    operator: await signIn("operator"),
    admin: await signIn("admin"),
  };
  const faults: string[] = [];
  for (const pattern of routes().keys()) {
    for (const method of Object.keys(ROUTE_ACCESS[pattern] ?? {})) {
      const access = accessOf(pattern, method)!;
      if (access === "agent") continue;
      for (const identity of IDENTITIES) {
        const who = signed_in[identity];
        const own = who?.headers ?? { origin: services.config.base_url };
        const writes = method !== "GET";
        const by_session = access !== "public" && access !== "always";
        const ask_as = async (headers: Record<string, string>) => {
          // A new address each time, so that no limit of attempts comes first.
          services.rate_limits.forgive("api", who?.user.id ?? "");
          services.rate_limits.forgive("login", "localhost");
          services.rate_limits.forgive("setup", "localhost");
          const answer = await ask(addressOf(pattern), { method, headers: jsonOnly(headers) });
          await answer.body?.cancel();
          return answer.status;
        };
        const may = mayEnter(identity, access);
        const fine = await ask_as(own);
        const is_refused = REFUSED.includes(fine);
        if (may && by_session && is_refused) {
          faults.push(`${method} ${pattern} refuses ${identity} (${fine})`);
        }
        if (!may && !is_refused) faults.push(`${method} ${pattern} lets ${identity} in (${fine})`);
        if (!writes) continue;
        const foreign = await ask_as({ ...own, origin: "https://evil.example" });
        if (!REFUSED.includes(foreign)) faults.push(`${method} ${pattern} takes a foreign Origin`);
        const site = await ask_as({ ...own, "sec-fetch-site": "cross-site" });
        if (!REFUSED.includes(site)) faults.push(`${method} ${pattern} takes a cross-site request`);
        if (!by_session) continue;
        const { "x-csrf-token": _, ...without_token } = own as Record<string, string>;
        const without = await ask_as(without_token);
        if (!REFUSED.includes(without)) faults.push(`${method} ${pattern} needs no CSRF token`);
      }
      // The last request may have signed somebody out.
      for (const role of ["viewer", "operator", "admin"] as const) {
        if (pattern.endsWith("/logout")) signed_in[role] = await signIn(role);
      }
    }
  }
  assert.deepEqual(faults, []);
});

/** Asked as a script, so that a refusal is its own status and not a way to the sign-in page. */
function jsonOnly(headers: Record<string, string>): Record<string, string> {
  return { ...headers, accept: "application/json" };
}

Deno.test("agents' addresses turn browsers away", async () => {
  const { ask, signIn, services } = await testApp();
  const admin = await signIn("admin");
  for (const [pattern, methods] of Object.entries(ROUTE_ACCESS)) {
    for (const [method, access] of Object.entries(methods) as [RouteMethod, Access][]) {
      if (access !== "agent" || !routes().has(pattern)) continue;
      for (const headers of [{ origin: services.config.base_url }, { cookie: admin.cookie }]) {
        const answer = await ask(addressOf(pattern), { method, headers });
        assert.equal(answer.status, 403, `${method} ${pattern}`);
        assert.equal((await answer.json()).code, "forbidden");
      }
    }
  }
});
