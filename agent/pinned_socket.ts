/** @module The WebSocket of a pinned server: `ws` over a TLS connection whose certificate was compared. */
import { WebSocket as PinnedWebSocket } from "ws";
import { FRAME_MAX_BYTES } from "../server/protocol/limits.ts";
import { connectPinned } from "./pinned_tls.ts";

const HANDSHAKE_TIMEOUT_MS = 20_000;

/**
 * Opens the socket; the bearer leaves only for a pinned certificate.
 * @throws {PinMismatch} {AgentError} as connectPinned
 */
export async function openPinned(
  url: string,
  bearer: string,
  pins: readonly string[],
): Promise<{ socket: WebSocket; fingerprint: string }> {
  const { socket: tls, fingerprint } = await connectPinned(url.replace(/^ws/, "http"), pins);
  const socket = new PinnedWebSocket(url, {
    headers: { authorization: `Bearer ${bearer}` },
    createConnection: () => tls,
    perMessageDeflate: false,
    // A frame a little over the limit is refused by name in the session.
    maxPayload: 2 * FRAME_MAX_BYTES,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    followRedirects: false,
  });
  // Deno's own words, which the session reads.
  socket.on("unexpected-response", (_request: unknown, response: { statusCode: number }) => {
    const message = `Invalid status code: ${response.statusCode}`;
    socket.onerror?.({ message } as never);
    socket.onclose?.({ code: 1006 } as never);
    tls.destroy();
  });
  return { socket: socket as unknown as WebSocket, fingerprint };
}
