/** @module Agent sockets from upgrade to close: greeting, decoding, dispatch, sending. */

/** The part of a WebSocket that a session needs; the door in server/fresh/websocket.ts makes it. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes handed to send() that are not on the wire yet. */
  readonly buffered_bytes: number;
}

export interface SocketEvents {
  message(text: string): void;
  closed(code: number): void;
}

export class AgentSessions {
  /** Begins a session for an authenticated host. Events of the socket go to what it returns. */
  open(_host: { id: string; name: string }, _socket: Socket, _ip: string): SocketEvents {
    throw new Error("not written yet");
  }
}
