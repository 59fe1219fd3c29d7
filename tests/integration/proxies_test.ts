import assert from "node:assert/strict";
import { join } from "node:path";
import type { Host, Job } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { AddHostAnswer } from "../../server/protocol/rest.ts";
import { projectDir, setUp, type Tools } from "../../server/tasks/setup.ts";
import { Authority, type Certificate } from "../../server/tasks/stack/certificates.ts";
import { ApiClient } from "../../server/tasks/stack/client.ts";
import { AgentProcess, freePort, ServerProcess } from "../../server/tasks/stack/processes.ts";
import { RestServer } from "../../server/tasks/stack/rest_server.ts";
import { Proxy, type ProxyKind } from "../proxies/proxy.ts";
import { ADMIN, poll } from "../stack.ts";

/** Long enough for a renewal in its middle. */
const SLOW = { limit_upload_kib_per_second: 512 };
const SLOW_BYTES = 3_000_000;

/** Everything behind one proxy, with an authority that only agents and this test trust. */
class ProxiedSite {
  readonly tools: Tools;
  readonly dir: string;
  readonly authority: Authority;
  readonly proxy: Proxy;
  readonly api: ApiClient;
  readonly http: Deno.HttpClient;
  readonly #server: ServerProcess;
  readonly #storage: RestServer;
  readonly #agents: AgentProcess[] = [];

  private constructor(
    parts: Pick<ProxiedSite, "tools" | "dir" | "authority" | "proxy" | "api" | "http">,
    server: ServerProcess,
    storage: RestServer,
  ) {
    this.tools = parts.tools;
    this.dir = parts.dir;
    this.authority = parts.authority;
    this.proxy = parts.proxy;
    this.api = parts.api;
    this.http = parts.http;
    this.#server = server;
    this.#storage = storage;
  }

  static async start(kind: ProxyKind, certificate: Certificate, authority: Authority) {
    const tools = await setUp(() => {});
    const dir = await Deno.makeTempDir({ prefix: "rm-proxy-" });
    for (const name of ["storage", "proxy", "data"]) await Deno.mkdir(join(dir, name));
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    for (let at = 0; at * noise.length < SLOW_BYTES; at++) {
      await Deno.writeFile(join(dir, "data", `${at}`), crypto.getRandomValues(noise));
    }
    const storage = await RestServer.start({
      program: tools.rest_server,
      dir: join(dir, "storage"),
    });
    const [port, server_port] = [freePort(), freePort()];
    const server = await ServerProcess.start({
      entry: { file: join(projectDir(), "server", "main.ts") },
      port: server_port,
      data_dir: join(dir, "server"),
      log_file: join(dir, "server.log"),
      env: { RM_BASE_URL: `https://localhost:${port}`, RM_TRUSTED_PROXY: "127.0.0.1/32" },
    });
    const proxy_dir = join(dir, "proxy");
    const proxy = await Proxy.start({ kind, dir: proxy_dir, port, server_port, certificate });
    const http = Deno.createHttpClient({ caCerts: [authority.cert_pem] });
    const api = new ApiClient(proxy.url, http);
    const code = (await Deno.readTextFile(join(dir, "server", "setup-code"))).trim();
    await api.setUp({ code, ...ADMIN });
    await api.signIn(ADMIN.username, ADMIN.password);
    await Deno.writeTextFile(join(dir, "ca.pem"), authority.cert_pem);
    return new ProxiedSite({ tools, dir, authority, proxy, api, http }, server, storage);
  }

  /** Adds a host and enrols its agent through the proxy; it trusts the authority or `pins`. */
  async addHost(name: string, pins: string[]): Promise<{ id: string; agent: AgentProcess }> {
    const answer = await this.api.call<AddHostAnswer>("POST", "/api/hosts", {
      name,
      os: "linux",
      backup_set: { paths: [join(this.dir, "data")], excludes: [], tags: [] },
      repository: { url: `${this.#storage.url}/${name}/`, rest_username: name },
    });
    await this.#storage.setUser(name, answer.minted.rest_password!);
    const agent = new AgentProcess({
      // A pinned agent carries ws inside its one file: that is what is shipped.
      entry: { file: join(projectDir(), pins.length > 0 ? ".build/agent.js" : "agent/main.ts") },
      dir: join(this.dir, name),
      restic: this.tools.restic,
      env: pins.length > 0 ? {} : { DENO_CERT: join(this.dir, "ca.pem") },
    });
    this.#agents.push(agent);
    const more = pins.flatMap((pin) => ["--cert-pin", pin]);
    await agent.enroll(this.proxy.url, answer.server_key, answer.token, more);
    agent.start();
    await this.online(answer.host.id);
    return { id: answer.host.id, agent };
  }

  host(id: string): Promise<Host> {
    return this.api.call<Host>("GET", `/api/hosts/${id}`);
  }

  online(id: string): Promise<Host> {
    return poll("the host to connect", () => this.host(id), ({ status }) => status === "online");
  }

  startJob(host_id: string, body: unknown): Promise<Job> {
    return this.api.call<Job>("POST", `/api/hosts/${host_id}/jobs`, body);
  }

  job(id: string): Promise<Job> {
    return this.api.call<Job>("GET", `/api/jobs/${id}`);
  }

  ended({ id }: Job): Promise<Job> {
    return poll("the job to end", () => this.job(id), (job) => job.finished_at !== null);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop()));
    await this.proxy.stop();
    await this.#server.stop();
    await this.#storage.stop();
    this.http.close();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** Watches a job as a browser does, through the proxy, until its socket tells the end. */
async function watchJob(site: ProxiedSite, job: Job): Promise<void> {
  const url = site.proxy.url.replace("https", "wss") + paths.api.jobStream(job.id, 0);
  const headers = { origin: site.proxy.url, cookie: site.api.cookie };
  const socket = new WebSocket(url, { headers, client: site.http } as unknown as string[]);
  const ended = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    if (JSON.parse(data).type === "job.finished") ended.resolve();
  };
  socket.onerror = (event) => ended.reject(new Error((event as ErrorEvent).message));
  socket.onclose = (event) => {
    ended.reject(new Error(`closed with ${event.code} before the end`));
    closed.resolve();
  };
  await ended.promise;
  socket.close();
  await closed.promise;
}

/** The first event of the stream that pages listen to. */
async function firstEvent(site: ProxiedSite, cause: () => Promise<unknown>): Promise<string> {
  const response = await fetch(site.proxy.url + paths.api.events(), {
    headers: { cookie: site.api.cookie, accept: "text/event-stream" },
    client: site.http,
  } as RequestInit);
  assert.match(response.headers.get("content-type")!, /event-stream/);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const caused = cause();
  let text = "";
  while (!/^data:/m.test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended: ${text}`);
    text += value;
  }
  await reader.cancel();
  await caused;
  return text;
}

for (const kind of ["caddy", "nginx"] as const) {
  Deno.test(`behind ${kind} agents and pages work, and a renewed certificate cuts nobody off`, async () => {
    const authority = await Authority.make();
    const [first, second] = [
      await authority.leaf(["localhost"]),
      await authority.leaf(["localhost"]),
    ];
    const site = await ProxiedSite.start(kind, first, authority);
    try {
      const plain = await site.addHost("plain", []);
      const pinned = await site.addHost("pinned", [first.fingerprint]);
      const hosts = [plain, pinned];
      for (const { id } of hosts) {
        assert.equal(
          (await site.ended(await site.startJob(id, { kind: "init" }))).status,
          "succeeded",
        );
      }
      await firstEvent(
        site,
        () => site.api.call("PATCH", `/api/hosts/${plain.id}`, { tags: ["behind-a-proxy"] }),
      );

      // The next certificate is pinned before the proxy gets it.
      const cert_pins = [first.fingerprint, second.fingerprint];
      await site.api.call("PATCH", `/api/hosts/${pinned.id}`, { cert_pins });
      await poll(
        "the agent to keep both pins",
        async () =>
          JSON.parse(await Deno.readTextFile(join(pinned.agent.dir, "config", "agent.yaml")))
            .cert_pin_sha256,
        (kept) => kept.length === 2,
      );

      const jobs = [];
      for (const { id } of hosts) {
        jobs.push(await site.startJob(id, { kind: "backup", bandwidth: SLOW }));
      }
      for (const job of jobs) {
        await poll(
          "the backup to run",
          () => site.job(job.id),
          ({ status }) => status === "running",
        );
      }
      await site.proxy.renew(second);
      await poll("the new certificate", () => shownBy(site), (pin) => pin === second.fingerprint);
      for (const job of jobs) {
        const { status, error } = await site.ended(job);
        assert.deepEqual([status, error], ["succeeded", null]);
      }
      // Whoever starts anew now sees the new certificate alone.
      for (const { id, agent } of hosts) {
        await agent.stop();
        agent.start();
        await site.online(id);
        const job = await site.startJob(id, { kind: "backup" });
        await watchJob(site, job);
        assert.equal((await site.job(job.id)).status, "succeeded");
        const list = await poll(
          "both snapshots",
          () => site.api.call<{ total: number }>("GET", `/api/hosts/${id}/snapshots`),
          ({ total }) => total >= 2,
        );
        assert.equal(list.total, 2, "no job ran twice");
      }
    } finally {
      await site.stop();
    }
  });
}

async function shownBy(site: ProxiedSite): Promise<string> {
  const { shownFingerprint } = await import("../../agent/pinned_tls.ts");
  return await shownFingerprint(site.proxy.url);
}
