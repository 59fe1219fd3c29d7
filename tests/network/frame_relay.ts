/**
 * @module A relay of whole WebSocket frames between agents and the server, which repeats them: at
 * once, or a recorded one much later. Repeated bytes would only break a stream; repeated frames are
 * what a bad proxy, a retry, or somebody in the middle can do. The greeting is never repeated.
 */
import type { Chance } from "../long/chance.ts";

export interface FrameRelayOptions {
  target_port: number;
  chance: Chance;
  /** How likely a frame goes twice. */
  twice?: number;
  /** How likely a frame is followed by one recorded before, of this or an earlier connection. */
  again?: number;
}

/** Both directions, as the relay counts them. */
export type Direction = "up" | "down";

const RECORDED_MAX = 400;

export class FrameRelay {
  readonly url: string;
  readonly passed: Record<Direction, number> = { up: 0, down: 0 };
  readonly repeated: Record<Direction, number> = { up: 0, down: 0 };
  readonly #o: FrameRelayOptions;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #open = new Set<WebSocket>();
  /** By bearer, since frames of another host would be refused for that alone. */
  readonly #recorded = new Map<string, string[]>();

  constructor(options: FrameRelayOptions) {
    this.#o = options;
    const listen = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(listen, (request) => this.#answer(request));
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Closes every connection through it; answers how many there were. */
  cutAll(): number {
    const agents = [...this.#open];
    for (const socket of agents) socket.close();
    return agents.length;
  }

  async stop(): Promise<void> {
    this.cutAll();
    await this.#server.shutdown();
  }

  /** Enrolment and whatever else is no socket passes untouched. */
  async #answer(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== null) return this.#upgrade(request);
    const { pathname, search } = new URL(request.url);
    return await fetch(`http://127.0.0.1:${this.#o.target_port}${pathname}${search}`, {
      method: request.method,
      headers: { "content-type": request.headers.get("content-type") ?? "text/plain" },
      ...(request.method === "GET" ? {} : { body: await request.text() }),
    });
  }

  #upgrade(request: Request): Response {
    const authorization = request.headers.get("authorization") ?? "";
    const path = new URL(request.url).pathname;
    const { socket: agent, response } = Deno.upgradeWebSocket(request);
    const options = { headers: { authorization } } as unknown as string[]; // The DOM's types lack Deno's options.
    const server = new WebSocket(`ws://127.0.0.1:${this.#o.target_port}${path}`, options);
    this.#open.add(agent);
    const waiting: string[] = [];
    let greeted = false;
    agent.onmessage = ({ data }) => {
      if (server.readyState === WebSocket.CONNECTING) waiting.push(data);
      else this.#relay("up", data, { to: server, bearer: authorization, is_greeting: !greeted });
      greeted = true;
    };
    server.onopen = () => {
      for (const [at, data] of waiting.entries()) {
        this.#relay("up", data, { to: server, bearer: authorization, is_greeting: at === 0 });
      }
    };
    server.onmessage = ({ data }) => {
      const is_greeting = JSON.parse(data).type !== "signed";
      this.#relay("down", data, { to: agent, bearer: `${authorization} down`, is_greeting });
    };
    const end = () => {
      this.#open.delete(agent);
      for (const socket of [agent, server]) {
        if (socket.readyState <= WebSocket.OPEN) socket.close();
      }
    };
    for (const socket of [agent, server]) socket.onclose = socket.onerror = end;
    return response;
  }

  #relay(
    direction: Direction,
    frame: string,
    { to, bearer, is_greeting }: { to: WebSocket; bearer: string; is_greeting: boolean },
  ): void {
    if (to.readyState !== WebSocket.OPEN) return;
    to.send(frame);
    this.passed[direction]++;
    if (is_greeting) return;
    const { chance, twice = 0.3, again = 0.2 } = this.#o;
    const recorded = this.#recorded.get(bearer) ?? [];
    this.#recorded.set(bearer, recorded);
    recorded.push(frame);
    if (recorded.length > RECORDED_MAX) recorded.shift();
    const repeats: string[] = [];
    if (chance.next() < twice) repeats.push(frame);
    if (chance.next() < again) repeats.push(recorded[chance.between(0, recorded.length - 1)]!);
    for (const repeat of repeats) to.send(repeat);
    this.repeated[direction] += repeats.length;
  }
}
