/**
 * @module A network between a client and a server on loopback that can be as bad as wanted: cut with
 * a FIN or an RST, dead without a word, late, slow and chopped to pieces. Chance comes from a seed.
 */
import net from "node:net";
import { type Weather, WeatheredPipe } from "./weathered_pipe.ts";
import type { Chance } from "../long/chance.ts";

/** How a connection ends: in order, with a reset, or without any word to either side. */
export type Cut = "end" | "reset" | "hole";

export interface TcpProxyOptions {
  target_port: number;
  chance: Chance;
  weather?: Weather;
}

interface Link {
  client: net.Socket;
  server: net.Socket;
  pipes: WeatheredPipe[];
}

export class TcpProxy {
  readonly port: number;
  readonly url: string;
  /** For bytes of every connection, those that are open too. */
  weather: Weather;
  /** New connections: let through, reset at once, or accepted and never answered. */
  admits: "all" | "none" | "hole" = "all";
  accepted = 0;
  cuts = 0;
  readonly #options: TcpProxyOptions;
  readonly #listener: net.Server;
  readonly #links = new Set<Link>();
  readonly #held = new Set<net.Socket>();

  private constructor(listener: net.Server, options: TcpProxyOptions) {
    this.#listener = listener;
    this.#options = options;
    this.weather = options.weather ?? {};
    this.port = (listener.address() as net.AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const listener = net.createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const proxy = new TcpProxy(listener, options);
    listener.on("connection", (client) => proxy.#admit(client));
    return proxy;
  }

  /** Connections through which bytes could go now. */
  get open(): number {
    return this.#links.size;
  }

  /** Ends every open connection, each in its own way unless told; answers how many there were. */
  cutAll(how?: Cut): number {
    const links = [...this.#links];
    for (const link of links) this.#cut(link, how ?? this.#anyCut());
    return links.length;
  }

  /** Cuts what is open, and lets nothing through until {@link restore}. */
  goDark(how: Cut): void {
    this.admits = how === "hole" ? "hole" : "none";
    this.cutAll(how);
  }

  /** Lets new connections through again. Those in a hole stay in it, as with a dead route. */
  restore(): void {
    this.admits = "all";
  }

  /** Ends everything, held connections too. */
  async stop(): Promise<void> {
    this.admits = "none";
    this.cutAll("reset");
    for (const socket of this.#held) socket.destroy();
    await new Promise<void>((resolve) => this.#listener.close(() => resolve()));
  }

  #admit(client: net.Socket): void {
    client.on("error", () => {}); // Its close follows.
    this.accepted++;
    if (this.admits === "none") return void client.resetAndDestroy();
    if (this.admits === "hole") return this.#hold(client);
    const server = net.connect({ host: "127.0.0.1", port: this.#options.target_port });
    const { chance } = this.#options;
    const weather = () => this.weather;
    const link: Link = { client, server, pipes: [] };
    link.pipes.push(
      new WeatheredPipe(client, server, { weather, chance }),
      new WeatheredPipe(server, client, { weather, chance }),
    );
    this.#links.add(link);
    server.on("error", () => client.resetAndDestroy());
    client.on("close", () => this.#forget(link, server));
    server.on("close", () => this.#forget(link, client));
  }

  /** One side is gone: the other gets what is still on its way, unless that side is in a hole. */
  #forget(link: Link, other: net.Socket): void {
    if (!this.#links.delete(link)) return;
    if (!other.destroyed && !other.writableEnded) other.end();
  }

  #cut(link: Link, how: Cut): void {
    this.#links.delete(link);
    this.cuts++;
    for (const pipe of link.pipes) pipe.stop();
    for (const socket of [link.client, link.server]) {
      if (how === "hole") this.#hold(socket);
      else if (how === "reset") socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  /** Reads on and answers nothing: neither side learns that the other is gone. */
  #hold(socket: net.Socket): void {
    this.#held.add(socket);
    socket.on("close", () => this.#held.delete(socket));
    socket.resume();
  }

  #anyCut(): Cut {
    return this.#options.chance.next() < 0.5 ? "end" : "reset";
  }
}
