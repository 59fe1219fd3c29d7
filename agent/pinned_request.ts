/** @module One HTTP request to a server whose certificate is pinned. Loaded only where pins are set. */
import { AgentError } from "./errors.ts";
import { connectPinned } from "./pinned_tls.ts";

const TIMEOUT_MS = 30_000;
const ANSWER_MAX_BYTES = 256 * 1024;

/**
 * GET, or POST of a JSON body. Nothing is written before the certificate was compared.
 * @throws {PinMismatch} {AgentError} server_unreachable
 */
export async function pinnedRequest(
  address: string,
  options: { pins: readonly string[]; json: string | undefined },
): Promise<{ status: number; text: string }> {
  const { pins, json } = options;
  const { Agent, request } = await import("node:http"); // As in pinned_tls.ts.
  const url = new URL(address);
  const { socket } = await connectPinned(address, pins);
  // Deno ignores a createConnection that is given to the request itself, and would connect anew.
  const agent = new Agent();
  agent.createConnection = () => socket;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(
          new AgentError("server_unreachable", `the server does not answer: ${error.message}`),
        );
      const sent = request({
        agent,
        host: url.hostname,
        method: json === undefined ? "GET" : "POST",
        path: url.pathname + url.search,
        headers: {
          host: url.host,
          connection: "close",
          ...(json === undefined ? {} : {
            "content-type": "application/json",
            "content-length": new TextEncoder().encode(json).length,
          }),
        },
      }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > ANSWER_MAX_BYTES) sent.destroy(new Error("its answer is too long"));
        });
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error("nothing in 30 s")));
      sent.on("error", fail);
      sent.end(json);
    });
  } finally {
    socket.destroy();
  }
}
