import assert from "node:assert/strict";
import { type PeerHandlers, upgradeSocket } from "./websocket.ts";

interface Closed {
  code: number;
  reason: string;
}

/** Serves one kind of socket, lets the client act, and gives how the connection ended. */
async function run(
  handlers: PeerHandlers,
  act: (socket: WebSocket) => void,
): Promise<Closed> {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (req) => upgradeSocket(req, handlers),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}/`);
  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  socket.addEventListener("open", () => act(socket));
  try {
    return await closed;
  } finally {
    await server.shutdown();
  }
}

Deno.test("upgradeSocket passes text both ways and says how the socket closed", async () => {
  const seen: unknown[] = [];
  const ended = await run({
    onOpen: (peer) => peer.send("hello"),
    onMessage: (peer, text) => {
      seen.push(text, peer.is_open, peer.buffered_bytes >= 0);
      peer.close(4001, "enough");
      peer.send("after close: goes nowhere");
    },
    onClose: () => void seen.push("closed"),
  }, (socket) => {
    socket.addEventListener("message", ({ data }) => socket.send(`got ${data}`));
  });
  assert.deepEqual(ended, { code: 4001, reason: "enough" });
  assert.deepEqual(seen, ["got hello", true, true, "closed"]);
});

Deno.test("upgradeSocket closes with 1011 when a handler throws or rejects, and stays alive", async () => {
  const errors: string[] = [];
  const onError = (error: unknown) => void errors.push((error as Error).message);
  const thrown = await run({
    onMessage: () => {
      throw new Error("thrown");
    },
    onError,
  }, (socket) => socket.send("x"));
  const rejected = await run({
    onMessage: () => Promise.reject(new Error("rejected")),
    onError,
  }, (socket) => socket.send("x"));
  assert.deepEqual([thrown.code, rejected.code], [1011, 1011]);
  assert.deepEqual(errors, ["thrown", "rejected"]);
});

Deno.test("upgradeSocket closes with 1011 even when the error's reporter throws", async () => {
  const ended = await run({
    onMessage: () => {},
    onOpen: () => {
      throw new Error("first");
    },
    onError: () => {
      throw new Error("second");
    },
  }, () => {});
  assert.equal(ended.code, 1011);
});

Deno.test("upgradeSocket closes with 1009 on a message over 1 MiB, counted in bytes", async () => {
  let messages = 0;
  const handlers = { onMessage: () => void messages++ };
  const long = await run(handlers, (socket) => socket.send("x".repeat(1024 * 1024 + 1)));
  const wide = await run(handlers, (socket) => socket.send("\u20ac".repeat(400_000)));
  assert.deepEqual([long.code, wide.code, messages], [1009, 1009, 0]);
  const fits = await run({
    onMessage: (peer, text) => peer.close(4000, String(text.length)),
  }, (socket) => socket.send("x".repeat(1024 * 1024)));
  assert.equal(fits.reason, "1048576");
});

Deno.test("upgradeSocket closes with 1003 on a binary message", async () => {
  const ended = await run({ onMessage: () => {} }, (socket) => socket.send(new Uint8Array([1])));
  assert.equal(ended.code, 1003);
});
