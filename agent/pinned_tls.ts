/**
 * @module TLS whose other end is known by its certificate's fingerprint. Nothing is written before the
 * fingerprint was compared here: `ws` and node's HTTP would not do it. Loaded only where pins are set.
 */
import type { TLSSocket } from "node:tls";
import { certPin } from "../server/protocol/cert_pin.ts";
import { PinMismatch } from "./cert_pins.ts";
import { AgentError } from "./errors.ts";

const CONNECT_TIMEOUT_MS = 20_000;

export interface PinnedConnection {
  socket: TLSSocket;
  fingerprint: string;
}

/**
 * Connects, and answers only if the certificate shown is one of `pins`.
 * @throws {PinMismatch} naming both; {AgentError} server_unreachable
 */
export async function connectPinned(
  url: string,
  pins: readonly string[],
): Promise<PinnedConnection> {
  const connection = await connectAnyhow(url);
  if (pins.includes(connection.fingerprint)) return connection;
  connection.socket.destroy();
  throw new PinMismatch(connection.fingerprint, pins);
}

/** The fingerprint that the server shows now; nothing is sent to it. @throws {AgentError} */
export async function shownFingerprint(url: string): Promise<string> {
  const { socket, fingerprint } = await connectAnyhow(url);
  socket.destroy();
  return fingerprint;
}

async function connectAnyhow(address: string): Promise<PinnedConnection> {
  // Imported here: a bundle would load a static import of Node's parts also where nothing is pinned.
  const { connect } = await import("node:tls");
  const url = new URL(address);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const named = !/^[\d.]+$|:/.test(host);
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(named ? { servername: host } : {}),
      // The fingerprint is the check: a pinned certificate may be self-signed.
      rejectUnauthorized: false,
      // A resumed session shows the certificate of the first one, though the server has another by
      // now. Deno keeps sessions for later as long as no authorities are named.
      ca: [],
      ALPNProtocols: ["http/1.1"],
    });
    const fail = (reason: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new AgentError("server_unreachable", `the server does not answer: ${reason}`));
    };
    const timer = setTimeout(() => fail("no TLS within 20 s"), CONNECT_TIMEOUT_MS);
    const onError = (error: Error) => fail(error.message);
    const onClose = () => fail("it closed the connection");
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once("secureConnect", () => {
      const fingerprint = certPin(socket.getPeerCertificate().fingerprint256 ?? "");
      if (fingerprint === undefined || socket.isSessionReused()) {
        return fail("it showed no certificate");
      }
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("close", onClose);
      resolve({ socket, fingerprint });
    });
  });
}
