import assert from "node:assert/strict";
import { join } from "node:path";
import { ROUTE_ACCESS } from "../../server/auth/route_access.ts";
import type { Job, Repository, User } from "../../server/protocol/entities.ts";
import type { AddHostAnswer } from "../../server/protocol/rest.ts";
import { ApiClient, ApiError } from "../../server/tasks/stack/client.ts";
import { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { Canaries, type Leak } from "../canaries/canaries.ts";
import { ProcessesWatch } from "../canaries/processes_watch.ts";
import { ended, logOf, randomFolder, startSlowly } from "../faults.ts";
import { Stack } from "../stack.ts";

/** Typed by a person, and with what is written otherwise in URLs, JSON and HTML. */
function typed(name: string): string {
  return `canary ${name} <&"+/=> ${crypto.randomUUID()}`;
}

/** Everything a signed-in user can read, as bodies: pages, REST, the streams. */
async function* bodies(
  client: ApiClient,
  ids: Record<string, string>,
): AsyncGenerator<[string, string]> {
  for (const [pattern, methods] of Object.entries(ROUTE_ACCESS)) {
    if (methods.GET === undefined || methods.GET === "agent" || pattern === "/api/events") continue;
    if (/stream$|runtime/.test(pattern)) continue;
    const id = /\/jobs\/:id/.test(pattern) ? ids["job"]! : ids["host"]!;
    const path = pattern.replace(":id", id);
    const answer = await fetch(client.base_url + path, {
      redirect: "manual",
      headers: { cookie: client.cookie },
    });
    const { headers, status } = answer;
    yield [`GET ${path}`, `${status} ${JSON.stringify([...headers])}\n${await answer.text()}`];
  }
}

/** What the job's own socket sends until the job is over. */
async function jobStream(client: ApiClient, id: string): Promise<string> {
  const address = `${client.base_url.replace("http", "ws")}/api/jobs/${id}/stream?after_seq=0`;
  const headers = { cookie: client.cookie, origin: client.base_url };
  const socket = new WebSocket(address, { headers } as unknown as string[]);
  const frames: string[] = [];
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  socket.onerror = () => reject(new Error("the job's socket failed"));
  socket.onmessage = ({ data }) => {
    frames.push(data);
    const message = JSON.parse(data);
    if (message.type === "job" && message.job.finished_at !== null) resolve();
  };
  await over;
  socket.close();
  return frames.join("\n");
}

/** A call that must be refused; answers what the refusal said. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof ApiError, "the call must be refused");
  return error.message;
}

/** What a process may have in its environment. */
function allowedIn(argv: string[]): string[] {
  if (!/\/restic$/.test(argv[0]!)) return [];
  // The agent's restic takes this one in no other way; the test itself runs `restic list locks`.
  return [
    "REST password",
    "wrong REST password",
    ...(argv[1] === "list" ? ["repository password"] : []),
  ];
}

function none(leaks: Leak[]): void {
  assert.deepEqual(leaks, []);
}

Deno.test("no secret leaves its place: database, logs, bodies, audit, argv and environments", async (t) => {
  const canaries = new Canaries();
  const parts = await Stack.startUnclaimed();
  const data_dir = parts.server.data_dir;
  const read = async (name: string) => (await Deno.readTextFile(join(data_dir, name))).trim();
  const setup_code = canaries.add("set-up code", await read("setup-code"));
  const watch = new ProcessesWatch(canaries, allowedIn);
  const admin_password = canaries.add("administrator's password", typed("first-user"));
  const admin = new ApiClient(parts.server.url);
  await admin.setUp({ code: setup_code, username: "admin", password: admin_password });
  await admin.signIn("admin", admin_password);
  canaries.add("session", admin.cookie.split("=")[1]!);
  const stack = await Stack.adopt(parts, { signed_in: admin });
  try {
    canaries.add("secret key", await Deno.readFile(join(data_dir, "secret.key")));
    // PKCS8 ends with the private key itself.
    const pkcs8 = await Deno.readFile(join(data_dir, "identity.key"));
    canaries.add("identity key", pkcs8.slice(-32));

    const rest_password = canaries.add("REST password", typed("rest"));
    const password = canaries.add("repository password", typed("repository"));
    const source = await randomFolder(stack, "source", 2_000_000);
    const add = async (name: string, secrets: Record<string, string>) =>
      await admin.call<AddHostAnswer>("POST", "/api/hosts", {
        ...{ name, os: "linux", backup_set: { paths: [source], excludes: [], tags: [] } },
        repository: { url: `${stack.storage.url}/${name}/`, rest_username: name, ...secrets },
      });
    const typed_host = await add("web-01", { rest_password, password });
    const minted_host = await add("files-01", {});
    const { minted } = minted_host;
    canaries.add("minted REST password", minted.rest_password!);
    canaries.add("minted repository password", minted.repository_password!);
    canaries.add("enrolment token", typed_host.token);
    canaries.add("enrolment token of another host", minted_host.token);
    await stack.storage.setUser("web-01", rest_password);
    await stack.storage.setUser("files-01", minted.rest_password!);

    const agent = stack.agent("web-01");
    await agent.enroll(stack.server.url, typed_host.server_key, typed_host.token);
    const own = JSON.parse(await Deno.readTextFile(join(agent.dir, "config", "agent.yaml")));
    canaries.add("agent's credential", own.bearer);
    canaries.add("agent's key", own.secrets_key);
    agent.start();
    const host = {
      ...{ id: typed_host.host.id, name: "web-01", agent, answer: typed_host },
      ...{ repository_url: `${stack.storage.url}/web-01/`, rest_password, password },
    };
    await stack.poll("the agent", () => stack.host(host.id), (row) => row.status === "online");
    const other = await FakeAgent.enroll({ base_url: stack.server.url }, minted_host.token);
    await other.connect();

    const init = await stack.runJob(host.id, { kind: "init" });
    assert.equal(init.status, "succeeded", init.error ?? "");
    const good = await startSlowly(stack, host);
    const stream = await jobStream(admin, good.id);
    assert.equal((await ended(stack, good.id)).status, "succeeded");

    await t.step("a job's stream and its log hold none", async () => {
      none(canaries.search("the job's stream", stream));
      none(canaries.search("the log", JSON.stringify(await logOf(stack, good.id))));
    });

    await t.step("another host's agent gets none but its own", () => {
      assert.ok(other.received.length > 0, "it was sent its config");
      none(canaries.search("frames to files-01", JSON.stringify(other.received), [
        "minted REST password",
        "minted repository password",
      ]));
    });

    const viewer_password = canaries.add("viewer's password", typed("second-user"));
    await admin.call<User>("POST", "/api/users", {
      ...{ username: "viewer", password: viewer_password, role: "viewer" },
    });
    const viewer = new ApiClient(stack.server.url);
    await viewer.signIn("viewer", viewer_password);
    canaries.add("viewer's session", viewer.cookie.split("=")[1]!);

    await t.step("refusals repeat nothing of what was typed", async () => {
      const url_with = `http://u:${encodeURIComponent(password)}@127.0.0.1/x/`;
      const edit = (body: unknown) => admin.call("PUT", `/api/hosts/${host.id}/credentials`, body);
      const said = [
        await refusal(edit({ url: url_with })),
        await refusal(edit({ rest_username: password })),
        await refusal(edit({ password: [password] })),
        await refusal(edit({ [password]: password })),
        await refusal(edit({ password: password.repeat(40) })),
        await refusal(viewer.call("PUT", `/api/hosts/${host.id}/credentials`, { password })),
        await refusal(admin.call("POST", "/api/users", {
          ...{ username: "x", password: admin_password, role: admin_password },
        })),
        await refusal(new ApiClient(stack.server.url).signIn(admin_password, admin_password)),
        await refusal(new ApiClient(stack.server.url).signIn("admin", password)),
        await refusal(admin.call("POST", "/api/agents/enroll", { token: typed_host.token })),
      ];
      none(canaries.search("refusals", said.join("\n")));
    });

    await t.step("wrong credentials fail a job without being named", async () => {
      const wrong_rest = canaries.add("wrong REST password", typed("wrong-rest"));
      const wrong = canaries.add("wrong repository password", typed("wrong"));
      const change = (body: unknown) =>
        admin.call("PUT", `/api/hosts/${host.id}/credentials`, body);
      const state = (wanted: Repository["probe_state"]) =>
        stack.poll(
          `the probe to find ${wanted}`,
          () => admin.call<Repository>("GET", `/api/hosts/${host.id}/repo`),
          (repository) => repository.probe_state === wanted,
        );
      await change({ password: wrong });
      await state("wrong_password");
      const failed: Job[] = [await stack.runJob(host.id, { kind: "backup" })];
      await change({ password, rest_password: wrong_rest });
      await state("unauthorized");
      failed.push(await stack.runJob(host.id, { kind: "backup" }));
      await change({ rest_password });
      await state("ready");
      for (const job of failed) {
        assert.equal(job.status, "failed");
        none(canaries.search("a failed job", JSON.stringify([job, await logOf(stack, job.id)])));
      }
    });

    const new_password = canaries.add("administrator's new password", typed("new"));
    await admin.call("POST", "/api/account/password", {
      ...{ current_password: admin_password, password: new_password },
    });

    await t.step("no page and no answer of REST holds one, whoever reads", async () => {
      for (const client of [admin, viewer]) {
        for await (const [where, text] of bodies(client, { host: host.id, job: good.id })) {
          none(canaries.search(where, text));
        }
      }
    });

    await t.step("no process had one in its argv or environment", async () => {
      none(await watch.stop());
      for (const program of ["restic", "rest-server", "deno"]) {
        assert.ok(watch.programs.has(program), `${program} was looked at`);
      }
    });

    other.close();
    await agent.kill();
    await stack.server.kill();
    await t.step(
      "no file of the server, its storage or its agent holds one, killed as they were",
      () => {
        // The set-up code stands on the console by design, and was spent before anything else.
        const console = join(stack.dir, "server.log");
        none(canaries.search(console, Deno.readFileSync(console), ["set-up code"]));
        const keys = ["secret.key", "identity.key", "setup-code", "agent.yaml"];
        const skip = [console, source];
        none(
          canaries.searchFolder(
            stack.dir,
            (path) => skip.includes(path) || keys.some((key) => path.endsWith(`/${key}`)),
          ),
        );
        assert.ok(
          Deno.statSync(join(data_dir, "restic-manager.db-wal")).size > 0,
          "the WAL was read",
        );
        assert.ok(canaries.count >= 12, `${canaries.count} canaries`);
      },
    );
  } finally {
    await watch.stop();
    await stack.stop();
  }
});
