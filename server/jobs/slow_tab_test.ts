import assert from "node:assert/strict";
import { SYSTEM } from "../auth/permissions.ts";
import { aHost, anEnrollment } from "../agents/test_world.ts";
import type { JobStreamMessage } from "../protocol/job_stream.ts";
import { LOG_LINE_MAX_CHARS } from "../protocol/limits.ts";
import { type SignedInUser, type TestApp, testApp } from "../testing.ts";
import { BACKLOG_MAX_BYTES } from "./job_watcher.ts";
import { linesFrom } from "./test_world.ts";
import { BACKLOG_TOTAL_BYTES, WATCHERS_PER_SESSION_MAX } from "./watcher_room.ts";

interface World {
  app: TestApp;
  port: number;
  admin: SignedInUser;
  job_id: string;
  log(first: number, count: number): void;
  finish(): void;
}

/** The real app on a port, with a job that is running. */
async function onPort(work: (world: World) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const app = await testApp({ config: { base_url: `http://127.0.0.1:${port}` } });
  const { services, clock } = app;
  const admin = await app.signIn("admin");
  const added = await services.enrollment.add(SYSTEM, aHost("web-01"));
  await services.enrollment.enroll(anEnrollment(added.token), "192.0.2.7");
  const host_id = added.host.id;
  services.repositories.markInitialised(services.hosts.get(SYSTEM, host_id).repository_id!);
  const { id: job_id } = services.jobs.start(SYSTEM, host_id, { kind: "backup", bandwidth: {} });
  const time = new Date(clock.now_ms()).toISOString();
  const report = { run_id: job_id, seq: 1 };
  const kind = "backup" as const;
  const apply = services.jobs.apply.bind(services.jobs);
  apply(host_id, { type: "job.started", report, job_id, kind, started_at: time });
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, app.handler);
  try {
    await work({
      ...{ app, port, admin, job_id },
      log(first, count) {
        const payload = "x".repeat(LOG_LINE_MAX_CHARS);
        const lines = linesFrom(first, first + count - 1).map((line) => ({ ...line, payload }));
        apply(host_id, { type: "log.stream", report, job_id, lines });
      },
      finish: () =>
        void apply(host_id, {
          ...{ type: "job.finished", report, job_id, kind, status: "failed", exit_code: 1 },
          ...{ error_class: null, error: null, stats: null, log_lines: 0 },
          ...{ started_at: time, finished_at: time },
        }),
    });
  } finally {
    await server.shutdown();
    services.db.close();
  }
}

/** A tab that reads nothing until it is told to: a bare TCP connection. */
class SlowTab {
  readonly #connection: Deno.TcpConn;
  #bytes = new Uint8Array();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** The answer's status, and the tab if that is 101. */
  static async open(world: World): Promise<{ status: number; tab: SlowTab }> {
    const { port, admin, job_id } = world;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const request = [
      `GET /api/jobs/${job_id}/stream?after_seq=0 HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Origin: http://127.0.0.1:${port}`,
      `Cookie: ${admin.cookie}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n");
    await connection.write(new TextEncoder().encode(request));
    const tab = new SlowTab(connection);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      await tab.#more();
      head = new TextDecoder("latin1").decode(tab.#bytes);
    }
    tab.#bytes = tab.#bytes.subarray(head.indexOf("\r\n\r\n") + 4);
    return { status: Number(head.split(" ")[1]), tab };
  }

  /** Reads messages until one is the job's last word. */
  async readToTheEnd(): Promise<JobStreamMessage[]> {
    const messages: JobStreamMessage[] = [];
    for (;;) {
      const message = await this.#next();
      messages.push(message);
      if (message.type === "job" && message.job.finished_at !== null) return messages;
    }
  }

  close(): void {
    this.#connection.close();
  }

  async #next(): Promise<JobStreamMessage> {
    for (;;) {
      const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
      const short = this.#bytes.length < 2 ? 0 : view.getUint8(1) & 0x7f;
      const start = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.#bytes.length >= start) {
        const size = short === 127
          ? Number(view.getBigUint64(2))
          : short === 126
          ? view.getUint16(2)
          : short;
        if (this.#bytes.length >= start + size) {
          const text = new TextDecoder().decode(this.#bytes.subarray(start, start + size));
          this.#bytes = this.#bytes.subarray(start + size);
          return JSON.parse(text);
        }
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const buffer = new Uint8Array(1024 * 1024);
    const count = await this.#connection.read(buffer);
    if (count === null) throw new Error("the server closed the connection");
    const bytes = new Uint8Array(this.#bytes.length + count);
    bytes.set(this.#bytes);
    bytes.set(buffer.subarray(0, count), this.#bytes.length);
    this.#bytes = bytes;
  }
}

/** Lets the sockets take what they take. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setTimeout(resolve, 1));
}

Deno.test("a tab that does not read costs 4 MiB at most, and ends in the final state when it reads", async () => {
  await onPort(async (world) => {
    const { status, tab } = await SlowTab.open(world);
    assert.equal(status, 101);
    const room = world.app.services.jobs.watcher_room;
    let most = 0;
    for (let n = 0; n < 48; n++) {
      world.log(n * 25 + 1, 25);
      most = Math.max(most, room.buffered_bytes);
      await settle();
    }
    world.finish();
    most = Math.max(most, room.buffered_bytes);
    assert.ok(most > BACKLOG_MAX_BYTES / 2, `the tab was not slow: ${most}`);
    assert.ok(most <= BACKLOG_MAX_BYTES, `${most} bytes waited`);
    const messages = await tab.readToTheEnd();
    const resync = messages.find((one) => one.type === "resync");
    assert.ok(resync?.type === "resync" && resync.after_seq > 0 && resync.after_seq < 1200);
    assert.equal(messages.filter((one) => one.type === "job.finished").length, 1);
    const seqs = messages.flatMap((m) => m.type === "log.stream" ? m.lines.map((l) => l.seq) : []);
    assert.deepEqual(
      seqs.slice(0, resync.after_seq),
      Array.from(seqs.slice(0, resync.after_seq), (_, i) => i + 1),
    );
    tab.close();
  });
});

Deno.test("a session watches ten jobs at once, an eleventh is refused until one is closed", async () => {
  await onPort(async (world) => {
    const tabs: SlowTab[] = [];
    for (let n = 0; n < WATCHERS_PER_SESSION_MAX; n++) {
      const { status, tab } = await SlowTab.open(world);
      assert.equal(status, 101);
      tabs.push(tab);
    }
    const refused = await SlowTab.open(world);
    assert.equal(refused.status, 429);
    refused.tab.close();
    for (let n = 0; n < 40; n++) world.log(n * 25 + 1, 25);
    const { buffered_bytes } = world.app.services.jobs.watcher_room;
    assert.ok(buffered_bytes <= WATCHERS_PER_SESSION_MAX * BACKLOG_MAX_BYTES);
    assert.ok(buffered_bytes <= BACKLOG_TOTAL_BYTES);
    tabs.pop()!.close();
    for (let n = 0; n < 200; n++) {
      const again = await SlowTab.open(world);
      again.tab.close();
      if (again.status === 101) break;
      assert.equal(again.status, 429);
      await settle();
      if (n === 199) assert.fail("a closed tab never gave its place back");
    }
    for (const tab of tabs) tab.close();
  });
});

Deno.test("an upgrade that lacks a header is a bad request, and takes no place of its session", async () => {
  await onPort(async ({ port, admin, job_id, app }) => {
    const ask = async (upgrade: string) => {
      const tab = await Deno.connect({ hostname: "127.0.0.1", port });
      const head = `GET /api/jobs/${job_id}/stream HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
        `Cookie: ${admin.cookie}\r\nOrigin: http://127.0.0.1:${port}\r\n`;
      await tab.write(new TextEncoder().encode(`${head}${upgrade}\r\n`));
      const bytes = new Uint8Array(1000);
      const text = new TextDecoder().decode(bytes.subarray(0, await tab.read(bytes) ?? 0));
      tab.close();
      return text.split(" ")[1];
    };
    const half = "Upgrade: websocket\r\n";
    for (let n = 0; n <= WATCHERS_PER_SESSION_MAX; n++) assert.equal(await ask(half), "400");
    const whole = `${half}Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    assert.equal(await ask(whole), "101");
    assert.equal(app.services.jobs.watcher_room.buffered_bytes, 0);
  });
});
