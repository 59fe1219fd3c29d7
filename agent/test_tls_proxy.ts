/** @module For tests: TLS in front of a test server, as a proxy would end it. */
import { createServer, type TLSSocket } from "node:tls";

/** What it shows, and the SHA-256 of that. */
export interface ShownCertificate {
  cert_pem: string;
  key_pem: string;
  fingerprint: string;
}

/** Ends TLS, keeps every byte that it gets, and passes it on. */
export class RecordingProxy {
  readonly received: string[] = [];
  #certificate: ShownCertificate;
  readonly #server;
  readonly #sockets = new Set<TLSSocket>();
  readonly #to: URL;

  private constructor(to: string, certificate: ShownCertificate) {
    this.#to = new URL(to);
    this.#certificate = certificate;
    const { cert_pem: cert, key_pem: key } = certificate;
    this.#server = createServer({ cert, key }, (socket) => this.#pass(socket));
    this.#server.on("tlsClientError", () => {});
  }

  static async start(to: string, certificate: ShownCertificate): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(to, certificate);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }
  get fingerprint(): string {
    return this.#certificate.fingerprint;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(socket: TLSSocket): void {
    this.#sockets.add(socket);
    const upstream = Deno.connect({ hostname: "127.0.0.1", port: Number(this.#to.port) });
    socket.on("error", () => {});
    socket.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
      this.received.push(new TextDecoder().decode(chunk));
      void upstream.then((to) => to.write(chunk)).catch(() => {});
    });
    socket.on("close", () => {
      this.#sockets.delete(socket);
      void upstream.then((to) => to.close()).catch(() => {});
    });
    void upstream.then(async (from) => {
      for await (const chunk of from.readable) socket.write(chunk);
    }).catch(() => {}).finally(() => socket.destroy());
  }
}
