/** @module For tests: a server of agents with a real key and a real port, that can misbehave. */
import type { AgentMessage } from "../server/protocol/agent_messages.ts";
import type { SignedMessage } from "../server/protocol/server_messages.ts";
import { signText, toBase64 } from "../server/protocol/signing.ts";
import { PROTOCOL_VERSION } from "../server/protocol/version.ts";

export const HOST_ID = "0193a3c2-0000-7000-8000-000000000001";
const OTHER_RUN = "0193a3c2-0000-7000-8000-0000000000ff";

type MessageOf<T extends AgentMessage["type"]> = Extract<AgentMessage, { type: T }>;

export class TestServer {
  readonly received: AgentMessage[] = [];
  readonly authorizations: (string | null)[] = [];
  readonly close_codes: number[] = [];
  /** Answers upgrades with this HTTP status instead. */
  refuse_with: number | undefined;
  protocol_version = PROTOCOL_VERSION;
  /** Answers each hello with this error and close code instead. */
  turn_away: { code: string; message: string; close_code: number } | undefined;
  /** Acknowledges each report at once. */
  acknowledges = true;
  epoch = 1;
  #counter = 0;
  #sockets: WebSocket[] = [];
  readonly #key: CryptoKeyPair;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly public_key: string;

  private constructor(key: CryptoKeyPair, public_key: string) {
    this.#key = key;
    this.public_key = public_key;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#upgrade(request),
    );
  }

  static async start(): Promise<TestServer> {
    const key = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const pair = key as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    return new TestServer(pair, toBase64(new Uint8Array(raw)));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  get connections(): number {
    return this.authorizations.length;
  }

  of<T extends AgentMessage["type"]>(type: T): MessageOf<T>[] {
    return this.received.filter((message) => message.type === type) as MessageOf<T>[];
  }

  /** The ids of acknowledged commands, repeated when acknowledged again. */
  get acknowledged(): string[] {
    return this.of("ack").flatMap((message) => message.command_ids);
  }

  send(text: string): void {
    this.#sockets.at(-1)!.send(text);
  }

  drop(code = 1000): void {
    this.#sockets.at(-1)!.close(code);
  }

  async frame(
    messages: unknown[],
    over: { host_id?: string; epoch?: number; alter?: (payload: string) => string } = {},
  ): Promise<string> {
    const { host_id = HOST_ID, epoch = this.epoch } = over;
    const payload = JSON.stringify({ host_id, epoch, sent_at: new Date().toISOString(), messages });
    const signature = await signText(this.#key.privateKey, payload);
    const sent = over.alter?.(payload) ?? payload;
    return JSON.stringify({ type: "signed", payload: sent, signature });
  }

  async order(messages: SignedMessage[]): Promise<void> {
    this.send(await this.frame(messages));
  }

  /** A backup command with the next counter. */
  run(over: Partial<Extract<SignedMessage, { type: "command.run" }>> = {}) {
    return {
      type: "command.run" as const,
      id: crypto.randomUUID(),
      counter: ++this.#counter,
      expires_at: "2030-01-01T00:00:00Z",
      job_id: crypto.randomUUID(),
      kind: "backup" as const,
      args: { backup_set: { paths: ["/data"], excludes: [], tags: [] }, bandwidth: {} },
      ...over,
    };
  }

  cancel(job_id: string) {
    return {
      type: "command.cancel" as const,
      id: crypto.randomUUID(),
      counter: ++this.#counter,
      expires_at: "2030-01-01T00:00:00Z",
      job_id,
    };
  }

  config(config_version = 1, password = "repository-password-of-the-test") {
    return {
      type: "config.update" as const,
      config_version,
      repository: {
        id: OTHER_RUN,
        url: "http://127.0.0.1:1/web-01/",
        rest_username: "web-01",
        rest_password: "rest-password-of-the-test",
        password,
      },
      reach_deadline_seconds: 5,
      stalled_after_seconds: 900,
    };
  }

  async acknowledge(reports: { run_id: string; seq: number }[]): Promise<void> {
    await this.order([{ type: "ack", reports }]);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) if (socket.readyState === WebSocket.OPEN) socket.close();
    await this.#server.shutdown();
  }

  #upgrade(request: Request): Response {
    this.authorizations.push(request.headers.get("authorization"));
    if (this.refuse_with !== undefined) return new Response("no", { status: this.refuse_with });
    const { socket, response } = Deno.upgradeWebSocket(request);
    this.#sockets.push(socket);
    socket.onmessage = (event) => this.#message(JSON.parse(event.data) as AgentMessage);
    socket.onclose = (event) => this.close_codes.push(event.code);
    return response;
  }

  #message(message: AgentMessage): void {
    this.received.push(message);
    if (message.type === "hello" && this.turn_away !== undefined) {
      const { code, message, close_code } = this.turn_away;
      const upgrade_url = `${this.url}/install/install.sh`;
      this.send(JSON.stringify({ type: "error", code, message, upgrade_url }));
      return this.drop(close_code);
    }
    if (message.type === "hello") {
      this.send(JSON.stringify({
        type: "welcome",
        protocol_version: this.protocol_version,
        server_version: "0.1.0",
        epoch: this.epoch,
        host_id: HOST_ID,
        host_name: "web-01",
        time: new Date().toISOString(),
      }));
    }
    if ("report" in message && this.acknowledges) void this.acknowledge([message.report]);
  }
}

/** Waits for something to become true. @throws {Error} after ten seconds, saying what never came */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
