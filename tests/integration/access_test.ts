import assert from "node:assert/strict";
import { join } from "node:path";
import type { Job } from "../../server/protocol/entities.ts";
import { CLOSE } from "../../server/protocol/close_codes.ts";
import type { AccountSession, AddHostAnswer } from "../../server/protocol/rest.ts";
import { projectDir } from "../../server/tasks/setup.ts";
import { ApiClient } from "../../server/tasks/stack/client.ts";
import { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { freePort, ServerProcess } from "../../server/tasks/stack/processes.ts";
import { poll } from "../stack.ts";

const PASSWORD = "violet anchor 71 ribbons";
const NEW_PASSWORD = "eleven copper kettles hum";

/** A server that believes loopback's word for who asks, as it does a proxy's. */
async function serve(): Promise<{ dir: string; server: ServerProcess; admin: ApiClient }> {
  const dir = await Deno.makeTempDir({ prefix: "rm-test-" });
  const server = await ServerProcess.start({
    entry: { file: join(projectDir(), "server", "main.ts") },
    port: freePort(),
    data_dir: join(dir, "server"),
    log_file: join(dir, "server.log"),
    env: { RM_TRUSTED_PROXY: "127.0.0.1" },
  });
  return { dir, server, admin: await server.firstAdmin("first", PASSWORD) };
}

/** One attempt to sign in, from an address. */
async function attempt(server: ServerProcess, password: string, ip: string): Promise<Response> {
  const answer = await fetch(`${server.url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": ip },
    body: JSON.stringify({ username: "first", password }),
  });
  await answer.body?.cancel();
  return answer;
}

function jobSocket(client: ApiClient, id: string): WebSocket {
  const address = `${client.base_url.replace("http", "ws")}/api/jobs/${id}/stream?after_seq=0`;
  const headers = { cookie: client.cookie, origin: client.base_url };
  return new WebSocket(address, { headers } as unknown as string[]);
}

/** Both live connections of one session: `closed` with the socket's code, `over` with the stream. */
async function live(client: ApiClient, job_id: string) {
  const socket = jobSocket(client, job_id);
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  socket.onmessage = () => opened.resolve();
  socket.onclose = ({ code }) => closed.resolve(code);
  socket.onerror = () => opened.reject(new Error("the socket failed"));
  await opened.promise;
  const events = await fetch(`${client.base_url}/api/events`, {
    headers: { cookie: client.cookie },
  });
  assert.equal(events.status, 200);
  return { closed: closed.promise, over: events.text() };
}

Deno.test("a session that ends takes its open job page and event stream with it", async (t) => {
  const { dir, server, admin } = await serve();
  try {
    const added = await admin.call<AddHostAnswer>("POST", "/api/hosts", {
      ...{ name: "web-01", os: "linux", backup_set: { paths: ["/etc"], excludes: [], tags: [] } },
      repository: { url: "http://127.0.0.1:9/web-01/", rest_username: "web-01" },
    });
    const agent = await FakeAgent.enroll({ base_url: server.url }, added.token);
    await agent.connect();
    const { id } = await admin.call<Job>("POST", `/api/hosts/${added.host.id}/jobs`, {
      kind: "init",
    });
    const other = new ApiClient(server.url);

    const ways: [string, () => Promise<unknown>][] = [
      ["ended from another session's list", async () => {
        const { items } = await admin.call<{ items: AccountSession[] }>(
          "GET",
          "/api/account/sessions",
        );
        const theirs = items.find((session) => !session.is_current)!;
        await admin.call("DELETE", `/api/account/sessions/${theirs.id}`);
      }],
      ["signed out", () => other.call("POST", "/api/auth/logout")],
      ["the password changed elsewhere", () =>
        admin.call("POST", "/api/account/password", {
          ...{ current_password: PASSWORD, password: NEW_PASSWORD },
        })],
    ];
    for (const [name, end] of ways) {
      await t.step(name, async () => {
        await other.signIn("first", PASSWORD);
        const connections = await live(other, id);
        await end();
        assert.equal(await connections.closed, CLOSE.bad_credential);
        await connections.over;
        await assert.rejects(other.call("GET", "/api/hosts"), /unauthenticated/);
      });
    }
    agent.close();
  } finally {
    await server.stop();
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("guessing is slowed down by address and by account, and an attacker's address slows only itself", async (t) => {
  const { dir, server, admin } = await serve();
  try {
    await t.step(
      "one address: five guesses of one account, then a wait that is named",
      async () => {
        const answers: Response[] = [];
        for (let n = 0; n < 40; n++) answers.push(await attempt(server, "wrong", "198.51.100.7"));
        const statuses = answers.map(({ status }) => status);
        const guesses = statuses.filter((status) => status === 401).length;
        assert.ok(guesses >= 5 && guesses <= 10, statuses.join());
        assert.deepEqual([...new Set(statuses)].sort(), [401, 429]);
        assert.ok(Number(answers.at(-1)!.headers.get("retry-after")) > 0);
        assert.equal((await attempt(server, PASSWORD, "198.51.100.7")).status, 429);
      },
    );

    await t.step("the owner signs in from elsewhere, and who is signed in works on", async () => {
      assert.equal((await attempt(server, PASSWORD, "203.0.113.5")).status, 200);
      await admin.call("GET", "/api/hosts");
    });

    await t.step("a hundred addresses together are slowed down too", async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 150; n++) {
        statuses.push((await attempt(server, "wrong", `192.0.2.${n}`)).status);
      }
      assert.ok(statuses.includes(429), "no limit for an account from everywhere");
      await admin.call("GET", "/api/hosts");
    });

    await t.step(
      "an address in front of the proxy that a client invents is not believed",
      async () => {
        const statuses: number[] = [];
        for (let n = 0; n < 40; n++) {
          const invented = `203.0.113.${n}, 198.51.100.99`;
          statuses.push((await attempt(server, "wrong", invented)).status);
        }
        assert.ok(statuses.includes(429), statuses.join());
      },
    );

    await t.step("tokens: ten guesses a minute of one address", async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 30; n++) {
        const answer = await fetch(`${server.url}/api/agents/enroll`, {
          method: "POST",
          headers: { "content-type": "application/json", "x-forwarded-for": "198.51.100.40" },
          body: JSON.stringify({ token: `rme_${"x".repeat(32)}`, nonce: "n".repeat(20) }),
        });
        statuses.push(answer.status);
        await answer.body?.cancel();
      }
      const looked_at = statuses.filter((status) => status !== 429).length;
      assert.ok(looked_at >= 10 && looked_at <= 12, statuses.join());
    });

    await t.step("REST: a script that asks without end is told to wait", async () => {
      const asked = Array.from({ length: 400 }, async () => {
        const answer = await fetch(`${server.url}/api/hosts`, {
          headers: { cookie: admin.cookie },
        });
        await answer.body?.cancel();
        return answer.status;
      });
      const statuses = await Promise.all(asked);
      assert.deepEqual([...new Set(statuses)].sort(), [200, 429]);
      const answer = await poll(
        "the wait to be over",
        () => fetch(`${server.url}/api/hosts`, { headers: { cookie: admin.cookie } }),
        ({ status, body }) => (void body?.cancel(), status === 200),
      );
      assert.equal(answer.status, 200);
    });
  } finally {
    await server.stop();
    await Deno.remove(dir, { recursive: true });
  }
});
