import assert from "node:assert/strict";
import { aHost, anEnrollment } from "../agents/test_world.ts";
import type { Services } from "../services.ts";
import { checkRoutes, routeFaults, routesByPattern } from "../tasks/check_routes.ts";
import { routeFiles, testApp } from "../testing.ts";
import { SYSTEM } from "./permissions.ts";
import { type Access, accessOf, ROUTE_ACCESS, type RouteMethod } from "./route_access.ts";

const routes = () => routesByPattern(routeFiles());

Deno.test("every route on disk is in the table with its methods, and every line of the table has its route", async () => {
  assert.deepEqual(await routeFaults(routeFiles()), []);
});

Deno.test("a route without a role, and one with a method too many, is not built", async () => {
  const files = routeFiles();
  const unlisted = new Map([...files, ["/api/secrets/index", files.get("/api/jobs/index")!]]);
  await assert.rejects(checkRoutes(unlisted), /add to route_access.ts: "\/api\/secrets" GET/);
  const more = new Map([...files, ["/api/jobs/index", files.get("/api/hosts/index")!]]);
  await assert.rejects(checkRoutes(more), /"\/api\/jobs" has GET,POST, route_access.ts lists GET/);
  files.delete("/audit");
  await assert.rejects(checkRoutes(files), /no file under routes\/ has the pattern "\/audit"/);
});

/** An address that a pattern matches; the ids exist nowhere. */
function addressOf(pattern: string): string {
  return pattern.replace(":target", "x86_64").replace(
    ":id",
    "01930000-0000-7000-8000-000000000000",
  );
}

const IDENTITIES = ["visitor", "agent", "viewer", "operator", "admin"] as const;
const RANK: Record<string, number> = { visitor: 0, agent: 0, viewer: 1, operator: 2, admin: 3 };
const REFUSED = [401, 403];

function mayEnter(identity: (typeof IDENTITIES)[number], access: Access): boolean {
  if (access === "always" || access === "public") return true;
  return access !== "agent" && RANK[identity]! >= RANK[access]!;
}

Deno.test("every route × every identity × {fine, without CSRF token, from another site} is let in or refused as the table says", async () => {
  const { ask, signIn, services } = await testApp();
  const signed_in = {
    visitor: undefined,
    agent: { user: undefined, headers: await agentHeaders(services) },
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
          services.rate_limits.forgive("api", who?.user?.id ?? "");
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

/** What the agent of an enrolled host sends along. */
async function agentHeaders(services: Services): Promise<Record<string, string>> {
  const { token } = await services.enrollment.add(SYSTEM, aHost("web-01"));
  const { bearer } = await services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
  return { authorization: `Bearer ${bearer}` };
}

Deno.test("agents' addresses let an agent in, and turn browsers away whoever is signed in", async () => {
  const { ask, signIn, services } = await testApp();
  const { base_url } = services.config;
  const agent = await agentHeaders(services);
  const browsers: Record<string, string>[] = [
    { origin: base_url },
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-origin" },
    ...(await Promise.all((["viewer", "operator", "admin"] as const).map(signIn))).flatMap(
      (who) => [{ cookie: who.cookie }, who.headers],
    ),
  ];
  for (const [pattern, methods] of Object.entries(ROUTE_ACCESS)) {
    for (const [method, access] of Object.entries(methods) as [RouteMethod, Access][]) {
      if (access !== "agent") continue;
      const own = await ask(addressOf(pattern), { method, headers: agent });
      assert.ok(!REFUSED.includes(own.status), `${method} ${pattern} refuses agents`);
      await own.body?.cancel();
      for (const headers of [...browsers, ...browsers.map((b) => ({ ...b, ...agent }))]) {
        const answer = await ask(addressOf(pattern), { method, headers });
        assert.equal(answer.status, 403, `${method} ${pattern} ${JSON.stringify(headers)}`);
        assert.equal((await answer.json()).code, "forbidden");
      }
    }
  }
});

Deno.test("the agents' socket needs an agent's credential, in its header and nowhere else", async () => {
  const { ask, signIn, services } = await testApp();
  await signIn("admin");
  const { authorization } = await agentHeaders(services);
  const bearer = authorization!.slice("Bearer ".length);
  const path = "/api/agents/socket";
  const refused: [string, Record<string, string>][] = [
    [path, {}],
    [`${path}?bearer=${bearer}&token=${bearer}&access_token=${bearer}`, {}],
    [path, { authorization: bearer }],
    [path, { authorization: `Basic ${btoa(`agent:${bearer}`)}` }],
    [path, { authorization: `Bearer ${bearer}x` }],
    [path, { authorization: `Bearer ${bearer.slice(0, -1)}` }],
    [path, { "sec-websocket-protocol": bearer }],
  ];
  for (const [address, headers] of refused) {
    assert.equal((await ask(address, { headers })).status, 401, JSON.stringify(headers));
  }
});
