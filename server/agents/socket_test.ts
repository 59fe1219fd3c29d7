import assert from "node:assert/strict";
import { SYSTEM } from "../auth/permissions.ts";
import type { AddHostAnswer } from "../protocol/rest.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import { FakeAgent } from "../tasks/stack/fake_agent.ts";
import { type TestApp, testApp } from "../testing.ts";
import { aHost, anEnrollment } from "./test_world.ts";

/** The real app on a port of loopback. */
async function onPort(work: (app: TestApp, base_url: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const base_url = `http://127.0.0.1:${port}`;
  const app = await testApp({ config: { base_url } });
  await app.signIn("admin");
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  try {
    await work(app, base_url);
  } finally {
    app.services.agent_sessions.shutDown();
    await server.shutdown();
    app.services.db.close();
  }
}

async function addHost({ services }: TestApp, name = "web-01"): Promise<AddHostAnswer> {
  return await services.enrollment.add(SYSTEM, aHost(name));
}

async function until(what: string, done: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited 5 s for ${what}`);
}

/** Opens a bare socket with a bearer; answers its close. */
async function closeOf(
  base_url: string,
  bearer: string,
  act: (socket: WebSocket) => void,
): Promise<{ code: number; reason: string; frames: string[] }> {
  const url = base_url.replace(/^http/, "ws") + "/api/agents/socket";
  // The DOM's types, which the islands need, do not know that Deno takes headers here.
  const options = { headers: { authorization: `Bearer ${bearer}` } } as unknown as string[];
  const socket = new WebSocket(url, options);
  const frames: string[] = [];
  const closed = Promise.withResolvers<CloseEvent>();
  socket.onopen = () => act(socket);
  socket.onmessage = (event) => frames.push(event.data);
  socket.onclose = closed.resolve;
  socket.onerror = () => {}; // A close event follows.
  const { code, reason } = await closed.promise;
  return { code, reason, frames };
}

Deno.test("an agent on a real socket gets its config, applies it, and its host is connected", async () => {
  await onPort(async (app, base_url) => {
    const { host, token, minted } = await addHost(app);
    const agent = await FakeAgent.enroll({ base_url }, token);
    await agent.connect();
    await until("the config", () => agent.received.length > 0);
    const [config] = agent.received;
    assert.ok(config?.type === "config.update");
    assert.equal(config.repository?.password, minted.repository_password);
    // The test's clock stands still in another month, so the skew is all that may be wrong.
    const reasons = () => app.services.hosts.get(SYSTEM, host.id).degraded_reasons;
    await until("the config to be applied", () => reasons().length === 1);
    assert.match(reasons()[0]!, /clock/);
    assert.equal(app.services.hub.connected(host.id), true);
    agent.close();
    await until("the socket to end", () => !app.services.hub.connected(host.id));
  });
});

Deno.test("removing a host closes its agent's real socket with host_removed", async () => {
  await onPort(async (app, base_url) => {
    const { host, token } = await addHost(app);
    const { bearer } = await app.services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
    const closed = closeOf(base_url, bearer, () => app.services.hosts.remove(SYSTEM, host.id));
    const { code, reason } = await closed;
    assert.deepEqual([code, reason], [CLOSE.host_removed, "host_removed"]);
    const again = await closeOf(base_url, bearer, () => assert.fail("must not open"));
    assert.equal(again.frames.length, 0);
  });
});

Deno.test("a credential that ends during the upgrade of its socket opens none", async () => {
  await onPort(async (app, base_url) => {
    const { host, token } = await addHost(app);
    const { hosts, agent_sessions, db, hub } = app.services;
    const { bearer } = await app.services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
    const count = agent_sessions.count.bind(agent_sessions);
    agent_sessions.count = (...args) => {
      const enrolled = { os: "linux", os_version: "", arch: "x86_64", agent_hostname: "web-01" };
      const agent = { ...enrolled, agent_version: "0.1.0", protocol_version: 1 } as const;
      db.transaction(() => hosts.enrol(host.id, "rma_another", agent));
      return count(...args);
    };
    const { code, frames } = await closeOf(base_url, bearer, (socket) => {
      socket.send(JSON.stringify({ type: "hello", protocol_version: 0 }));
    });
    assert.deepEqual([code, frames], [CLOSE.bad_credential, []]);
    assert.equal(hub.connected(host.id), false);
  });
});

Deno.test("an old agent on a real socket is told where to upgrade before the close", async () => {
  await onPort(async (app, base_url) => {
    const { token } = await addHost(app);
    const { bearer } = await app.services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
    const { code, frames } = await closeOf(base_url, bearer, (socket) => {
      socket.send(JSON.stringify({ type: "hello", protocol_version: 0 }));
    });
    assert.equal(code, CLOSE.protocol_too_old);
    const [error] = frames.map((frame) => JSON.parse(frame));
    assert.equal(error.code, "protocol_too_old");
    assert.equal(error.upgrade_url, `${base_url}/install/install.sh`);
  });
});

Deno.test("a stopping server closes its agents' sockets with 1001", async () => {
  await onPort(async (app, base_url) => {
    const { token } = await addHost(app);
    const { bearer } = await app.services.enrollment.enroll(anEnrollment(token), "127.0.0.1");
    const { code } = await closeOf(base_url, bearer, () => app.services.agent_sessions.shutDown());
    assert.equal(code, CLOSE.shutting_down);
  });
});
