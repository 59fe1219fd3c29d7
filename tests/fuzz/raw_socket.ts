/** @module A WebSocket client by hand, which may break every rule. */
import { paths } from "../../server/protocol/paths.ts";

export class RawSocket {
  readonly #connection: Deno.TcpConn;
  #writing: Promise<void> = Promise.resolve();
  #reads = true;
  #gone = false;
  /** Whatever came after the upgrade, frames and their headers alike. */
  #received = "";

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** Upgrades as the agent of this bearer. */
  static async open(port: number, bearer: string): Promise<RawSocket> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const status = await upgrade(connection, port, bearer);
    if (status !== 101) throw new Error(`the upgrade was answered with ${status}`);
    const socket = new RawSocket(connection);
    void socket.#read();
    return socket;
  }

  /** What an upgrade is answered with; the connection is dropped at once. */
  static async statusOf(port: number, bearer: string): Promise<number> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    try {
      return await upgrade(connection, port, bearer);
    } finally {
      connection.close();
    }
  }

  /** A masked frame with this first byte. */
  frame(first: number, payload: Uint8Array): void {
    const { length } = payload;
    const head = length < 126
      ? [length | 0x80]
      : length < 65_536
      ? [126 | 0x80, length >> 8, length & 0xff]
      : [127 | 0x80, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (length >> bits) & 0xff)];
    // A mask of zeros leaves the payload as it is.
    const frame = new Uint8Array(1 + head.length + 4 + length);
    frame.set([first, ...head, 0, 0, 0, 0]);
    frame.set(payload, 1 + head.length + 4);
    this.raw(frame);
  }

  text(text: string): void {
    this.frame(0x81, new TextEncoder().encode(text));
  }

  raw(bytes: Uint8Array): void {
    this.#writing = this.#writing.then(() => this.#write(bytes));
  }

  /** Resolves when all was written, or could not be. */
  async drained(): Promise<void> {
    await this.#writing;
  }

  stopReading(): void {
    this.#reads = false;
  }

  /** Resolves once what came fits. */
  async until(fits: (received: string) => boolean): Promise<void> {
    for (let n = 0; n < 1000; n++) {
      if (fits(this.#received)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`waited 10 s; received ${this.#received.slice(-500)}`);
  }

  close(): void {
    this.#reads = false;
    try {
      this.#connection.close();
    } catch {
      // The server was faster.
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#gone) return;
    try {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    } catch {
      this.#gone = true; // Closed by the server, which is what most tests are about.
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    try {
      while (this.#reads) {
        const count = await this.#connection.read(buffer);
        if (count === null) return;
        this.#received += decoder.decode(buffer.subarray(0, count), { stream: true });
      }
    } catch {
      // Closed.
    }
  }
}

async function upgrade(connection: Deno.TcpConn, port: number, bearer: string): Promise<number> {
  const lines = [
    `GET ${paths.api.agentSocket()} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${bearer}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  await connection.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) return 0;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return Number(text.split(" ")[1]);
}
