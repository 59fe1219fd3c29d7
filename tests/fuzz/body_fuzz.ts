/** @module Mutated requests to every route of the table, through the whole chain of middlewares. */
import assert from "node:assert/strict";
import { SYSTEM } from "../../server/auth/permissions.ts";
import { ROUTE_ACCESS } from "../../server/auth/route_access.ts";
import type { Chance } from "../long/chance.ts";
import { STRINGS } from "./hostile_values.ts";
import { HostileWorld } from "./hostile_world.ts";
import { hostileValue, mutate, pick } from "./mutate.ts";
import { type RequestFacts, validBody, validForm, validQuery } from "./valid_requests.ts";

export interface RequestFigures {
  requests: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  slowest_ms: number;
}

/** Each of these hashes a password, which takes 40 ms: they get a small share. */
const SLOW = ["/api/auth/login", "/login", "/api/users", "/setup", "/account", "/api/account"];
/** Of the table of routes: pattern and method. */
const ROUTES = Object.entries(ROUTE_ACCESS).flatMap(([route, methods]) =>
  Object.keys(methods).map((method) => ({ route, method }))
);
const CHANGING = ROUTES.filter(({ method }) => method !== "GET");
const HOSTS_MAX = 10;

/** Sends so many mutated requests as an administrator. Throws on whatever must not happen. */
export async function fuzzRequests(chance: Chance, count: number): Promise<RequestFigures> {
  const world = await HostileWorld.create();
  const { app, attacker } = world;
  const figures: RequestFigures = { requests: 0, statuses: {}, slowest_ms: 0 };
  try {
    let user = world.admin;
    while (figures.requests < count) {
      const job_id = world.job();
      const n = figures.requests;
      // Four of five with a body, the others to pages and lists with a mutated address.
      const { route, method } = pick(chance, chance.next() < 0.8 ? CHANGING : ROUTES);
      const is_slow = method !== "GET" && SLOW.some((path) => route.startsWith(path));
      if (is_slow && chance.next() < 0.97) continue;
      const facts = {
        host_id: method === "DELETE" ? newest(world) : attacker.id,
        job_id,
        n,
        schedule_id: world.schedule(),
      };
      if (route.endsWith("/logout") && chance.next() < 0.99) continue;
      const { path, init } = mutatedRequest(chance, {
        route,
        method,
        facts,
        headers: user.headers,
      });
      app.clock.advance(0.25);
      const before_ms = performance.now();
      const answer = await send(world, path, init);
      figures.slowest_ms = Math.max(figures.slowest_ms, performance.now() - before_ms);
      figures.requests++;
      figures.statuses[answer.status] = (figures.statuses[answer.status] ?? 0) + 1;
      assert.ok(
        answer.status < 500,
        `seed ${chance.seed}: ${answer.status} to ${method} ${path.slice(0, 500)} ` +
          `${String(init.body).slice(0, 1500)}: ${answer.text.slice(0, 300)}`,
      );
      if (answer.status === 401 || answer.text.includes('"csrf"')) {
        user = await refreshed(world, user);
      }
      removeNew(world);
    }
    const check = app.services.db.prepare("PRAGMA integrity_check").all();
    assert.deepEqual(check.map((row) => row.integrity_check), ["ok"]);
    assert.equal(app.services.audit.verify(), undefined);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    return figures;
  } finally {
    world.close();
  }
}

async function send(
  { app }: HostileWorld,
  path: string,
  init: RequestInit,
): Promise<{ status: number; text: string }> {
  const answer = await app.ask(path, init);
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    await answer.body?.cancel();
    return { status: answer.status, text: "" };
  }
  return { status: answer.status, text: await answer.text() };
}

function mutatedRequest(
  chance: Chance,
  { route, method, facts, headers }: {
    route: string;
    method: string;
    facts: RequestFacts;
    headers: Record<string, string>;
  },
): { path: string; init: RequestInit } {
  const ids = [facts.host_id, facts.job_id];
  const segment = () => encodeURIComponent(String(pick(chance, STRINGS)).toWellFormed());
  const id = route.includes("/jobs/:id")
    ? facts.job_id
    : route.includes("/schedules/:id")
    ? facts.schedule_id
    : facts.host_id;
  let path = route.replace(/:id/, id).replace(/:schedule_id/, facts.schedule_id)
    .replace(":target", "linux-amd64");
  if (chance.next() < (method === "GET" ? 0.3 : 0.05)) path = path.replace(/[^/]+$/, segment);
  if (method === "GET" || chance.next() < 0.05) {
    path += mutatedQuery(chance, validQuery(facts), ids);
  }
  if (method === "GET") return { path, init: { method, headers } };
  const is_api = route.startsWith("/api/");
  const type = chance.next() < 0.03
    ? pick(chance, ["text/plain", "application/xml", "", "application/json; charset=utf-7"])
    : is_api
    ? "application/json"
    : "application/x-www-form-urlencoded";
  const with_type = { ...headers, "content-type": type };
  const body = is_api
    ? mutate(chance, validBody(`${method} ${route}`, facts), ids)
    : mutatedForm(chance, { ...validForm(facts), _csrf: headers["x-csrf-token"]! }, ids);
  return { path, init: { method, headers: with_type, body } };
}

function mutatedQuery(chance: Chance, valid: Record<string, string>, ids: string[]): string {
  const names = Object.keys(valid).filter(() => chance.next() < 0.15);
  const query = new URLSearchParams(names.map((name) => [name, valid[name]!]));
  for (let n = chance.between(0, 2); n > 0; n--) {
    const value = String(hostileText(chance, ids)).toWellFormed();
    query.append(pick(chance, [...Object.keys(valid), ...names, "unknown"]), value);
  }
  const text = query.toString();
  return text === "" ? "" : chance.next() < 0.1 ? `?${text}&%00=%ff&&=%` : `?${text}`;
}

function mutatedForm(chance: Chance, valid: Record<string, string>, ids: string[]): string {
  const form = new URLSearchParams(valid);
  for (let n = chance.between(1, 3); n > 0; n--) {
    const name = pick(chance, Object.keys(valid));
    const value = String(hostileText(chance, ids)).toWellFormed();
    const roll = chance.next();
    if (roll < 0.2) form.delete(name);
    else if (roll < 0.4) form.append(name, value);
    else form.set(name, value);
  }
  return form.toString();
}

function hostileText(chance: Chance, ids: string[]): string {
  const value = hostileValue(chance, ids);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A session that goes on, whatever was done to the one before. */
async function refreshed(world: HostileWorld, user: HostileWorld["admin"]) {
  const answer = await world.app.ask("/api/auth/session", { headers: { cookie: user.cookie } });
  await answer.body?.cancel();
  return answer.status === 200 ? user : await world.app.signIn("admin");
}

/** A host that may go: without the attacker's there would be nothing to work on. */
function newest({ app, attacker }: HostileWorld): string {
  const row = app.services.db.prepare(
    "SELECT id FROM hosts WHERE id <> ? ORDER BY id DESC LIMIT 1",
  );
  return row.get(attacker.id)?.id as string | undefined ?? "none";
}

/** What the requests made would make every later one slower. */
function removeNew({ app, attacker, other }: HostileWorld): void {
  const { db, hosts } = app.services;
  const ids = db.prepare("SELECT id FROM hosts").all().map((row) => row.id as string);
  if (ids.length <= HOSTS_MAX) return;
  for (const id of ids) if (id !== attacker.id && id !== other.id) hosts.remove(SYSTEM, id);
}
