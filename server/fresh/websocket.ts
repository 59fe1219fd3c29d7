/**
 * @module The only place that upgrades a request to a WebSocket. An exception in a socket's handler
 * would end the whole process and headers cannot be read after the upgrade, so both are dealt with here.
 */
import { HttpError } from "./http_error.ts";

/** A text message longer than this many bytes closes the socket with 1009. */
export const MESSAGE_MAX_BYTES = 1024 * 1024;

/** One end of an upgraded connection. */
export interface Peer {
  /** Does nothing once the socket is closing. */
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Bytes accepted by `send` that have not left yet. */
  readonly buffered_bytes: number;
  readonly is_open: boolean;
}

export interface PeerHandlers {
  onOpen?(peer: Peer): void | Promise<void>;
  onMessage(peer: Peer, text: string): void | Promise<void>;
  /** A frame was not taken, for 1003 (not text) or 1009 (too big): the socket is closed with that. */
  onRefused?(code: 1003 | 1009): void;
  onClose?(peer: Peer, code: number, reason: string): void;
  /** Gets what the other handlers threw; the socket is closed with 1011 afterwards. */
  onError?(error: unknown): void;
}

export interface UpgradeOptions {
  protocol?: string;
  /** Seconds without any frame after which the runtime closes the socket. */
  idleTimeout?: number;
}

/** Tells whether the request asks for a WebSocket. */
export function isUpgrade(req: Request): boolean {
  return req.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/**
 * Upgrades a request and returns the answer to hand back. Authenticate before: afterwards nothing of
 * the request can be read. Throws HttpError 400 for a request that is no WebSocket upgrade.
 */
export function upgradeSocket(
  req: Request,
  handlers: PeerHandlers,
  options: UpgradeOptions = {},
): Response {
  const { socket, response } = rawUpgrade(req, options);
  const peer = new SocketPeer(socket);
  const run = guard(peer, handlers.onError);
  function refuse(code: 1003 | 1009, reason: string): void {
    peer.close(code, reason);
    handlers.onRefused?.(code);
  }
  socket.addEventListener("open", () => run(() => handlers.onOpen?.(peer)));
  socket.addEventListener("message", (event) =>
    run(() => {
      if (typeof event.data !== "string") return refuse(1003, "Only text is understood");
      if (isTooLong(event.data)) return refuse(1009, "The message is larger than 1 MiB");
      return handlers.onMessage(peer, event.data);
    }));
  socket.addEventListener(
    "close",
    (event) => run(() => handlers.onClose?.(peer, event.code, event.reason)),
  );
  // Without a listener an error event is fatal; a close event always follows it.
  socket.addEventListener("error", () => {});
  return response;
}

/** The bare upgrade, for `ctx.upgrade()`. Throws HttpError 400 for a request that is no upgrade. */
export function rawUpgrade(req: Request, options: UpgradeOptions = {}): Deno.WebSocketUpgrade {
  if (!isUpgrade(req)) throw new HttpError(400, "Expected a WebSocket upgrade request");
  try {
    return Deno.upgradeWebSocket(req, options);
  } catch {
    throw new HttpError(400, "The WebSocket upgrade request lacks a header, or has a wrong one");
  }
}

/** Runs a handler so that nothing it throws or rejects with escapes. */
export function guard(
  peer: Pick<Peer, "close">,
  onError?: (error: unknown) => void,
): (handler: () => void | Promise<void>) => void {
  function fail(error: unknown) {
    try {
      onError?.(error);
    } catch {
      // A reporter that fails must not take the process down either.
    }
    peer.close(1011, "Internal error");
  }
  return (handler) => {
    try {
      handler()?.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

class SocketPeer implements Peer {
  #socket: WebSocket;
  constructor(socket: WebSocket) {
    this.#socket = socket;
  }
  get buffered_bytes(): number {
    return this.#socket.bufferedAmount;
  }
  get is_open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }
  send(text: string): void {
    if (this.is_open) this.#socket.send(text);
  }
  close(code = 1000, reason = ""): void {
    if (this.#socket.readyState >= WebSocket.CLOSING) return;
    try {
      this.#socket.close(code, reason);
    } catch {
      this.#socket.close();
    }
  }
}

function isTooLong(text: string): boolean {
  if (text.length > MESSAGE_MAX_BYTES) return true;
  // A UTF-16 unit is at most three bytes of UTF-8: only then is counting needed.
  if (text.length * 3 <= MESSAGE_MAX_BYTES) return false;
  return new TextEncoder().encode(text).length > MESSAGE_MAX_BYTES;
}
