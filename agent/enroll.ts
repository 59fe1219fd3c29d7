/**
 * @module Enrolment: a one-time token becomes this agent's own credential. The server proves with its
 * key who it is before the token leaves the machine.
 */
import { paths } from "../server/protocol/paths.ts";
import type { EnrollAnswer, EnrollRequest } from "../server/protocol/enrollment.ts";
import {
  base64url,
  enrollmentStatement,
  fingerprintOf,
  fromBase64,
  identityStatement,
  importPublicKey,
  toBase64,
  verifyText,
} from "../server/protocol/signing.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../server/protocol/version.ts";
import type { AgentConfig } from "./config.ts";
import { checkEnrollAnswer, checkIdentity } from "./check.ts";
import { AgentError, messageOf, oneLine } from "./errors.ts";
import { describeMachine } from "./machine.ts";

const REQUEST_TIMEOUT_MS = 30_000;
const ANSWER_MAX_CHARS = 64 * 1024;

export interface EnrollOptions {
  server_url: string;
  /** `SHA256:…`, as the web interface shows it. */
  server_key: string;
  /** Fingerprints of its certificate, as 64 hex digits; nothing is sent to another. Empty: none. */
  cert_pins: string[];
  /** Asked for only after the server proved who it is. */
  token(): Promise<string>;
}

/**
 * Enrols this machine; the answer is what agent.yaml keeps.
 * @throws {AgentError} usage, server_unreachable, or failed if a proof or the token was refused
 */
export async function enroll(options: EnrollOptions): Promise<AgentConfig> {
  const server_url = checkServerUrl(options.server_url);
  const { cert_pins } = options;
  if (cert_pins.length > 0 && !server_url.startsWith("https:")) {
    throw new AgentError("usage", "--cert-pin needs --server to begin with https://");
  }
  const ask = asker(cert_pins);
  const server_key = await proveServer(server_url, checkFingerprint(options.server_key), ask);
  const token = await options.token();
  if (token === "") throw new AgentError("usage", "the enrolment token is empty");

  const nonce = mintNonce();
  const request: EnrollRequest = {
    token,
    nonce,
    protocol_version: PROTOCOL_VERSION,
    agent_version: SOFTWARE_VERSION,
    ...(cert_pins.length === 0 ? {} : { cert_pins }),
    ...await describeMachine(),
  };
  const body = await ask(server_url + paths.api.agentEnroll(), JSON.stringify(request));
  const answer = await verified(checkEnrollAnswer(body), nonce, server_key);
  return {
    server_url,
    host_id: answer.host_id,
    host_name: answer.host_name,
    bearer: answer.bearer,
    server_public_key: toBase64(server_key),
    epoch: answer.epoch,
    secrets_key: toBase64(crypto.getRandomValues(new Uint8Array(32))),
    restic_path: null,
    cert_pin_sha256: cert_pins,
    cert_pin_sha256_pushed: null,
    server_key_changes: [],
  };
}

/** The server's raw public key, after it signed our nonce and matched the fingerprint. */
async function proveServer(
  server_url: string,
  fingerprint: string,
  ask: Ask,
): Promise<Uint8Array<ArrayBuffer>> {
  const nonce = mintNonce();
  const identity = checkIdentity(await ask(server_url + paths.api.agentIdentity(nonce)));
  const key = identity && publicKey(identity.public_key);
  if (identity === undefined || key === undefined) throw notOurServer(server_url);
  if (await fingerprintOf(key) !== fingerprint) {
    throw new AgentError(
      "failed",
      "the server's key is not the one that was given: someone may be between, nothing was sent",
      "copy the line from the web interface again, and check the address",
    );
  }
  const imported = await importPublicKey(key);
  if (!await verifyText(imported, identityStatement(nonce), identity.signature)) {
    throw new AgentError(
      "failed",
      "the server could not prove that it has its key: someone may be between, nothing was sent",
    );
  }
  return key;
}

async function verified(
  answer: EnrollAnswer | undefined,
  nonce: string,
  server_key: Uint8Array<ArrayBuffer>,
): Promise<EnrollAnswer> {
  const key = await importPublicKey(server_key);
  if (answer !== undefined) {
    const statement = enrollmentStatement(nonce, answer.host_id, answer.bearer);
    const sameKey = answer.public_key === toBase64(server_key);
    if (sameKey && await verifyText(key, statement, answer.signature)) return answer;
  }
  throw new AgentError(
    "failed",
    "the server's answer is not signed by its key: nothing was kept",
    "the token may be used up: make a new one in the web interface",
  );
}

/** GET, or POST of a JSON body; answers the body. */
type Ask = (url: string, json?: string) => Promise<unknown>;

function asker(cert_pins: string[]): Ask {
  return async function ask(url, json) {
    let answer: { status: number; text: string };
    try {
      answer = cert_pins.length === 0
        ? await plainRequest(url, json)
        : await (await import("./pinned_request.ts")).pinnedRequest(url, { pins: cert_pins, json });
    } catch (error) {
      if (error instanceof AgentError) throw error;
      throw new AgentError(
        "server_unreachable",
        `the server does not answer: ${messageOf(error)}`,
        "check the address, the firewall and the certificate",
      );
    }
    return bodyOf(answer);
  };
}

async function plainRequest(url: string, json: string | undefined) {
  const response = await fetch(url, {
    ...(json === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: json }),
    redirect: "error",
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return { status: response.status, text: await response.text() };
}

function bodyOf({ status, text }: { status: number; text: string }): unknown {
  const body = text.length <= ANSWER_MAX_CHARS ? parse(text) : undefined;
  if (status >= 200 && status < 300) return body;
  const { message, hint } = (body ?? {}) as { message?: unknown; hint?: unknown };
  throw new AgentError(
    status >= 500 ? "server_unreachable" : "failed",
    typeof message === "string"
      ? oneLine(`the server refused: ${message}`)
      : `the server answered ${status}`,
    typeof hint === "string" ? oneLine(hint) : undefined,
  );
}

function checkServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash !== "") {
    throw new AgentError(
      "usage",
      "--server is no address",
      "as in --server https://backup.example",
    );
  }
  if (url.username + url.password !== "") {
    throw new AgentError("usage", "--server must not hold a user or password");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new AgentError(
      "usage",
      "--server must begin with https://, except on this machine itself",
      "put the server behind a proxy with a certificate",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function checkFingerprint(text: string): string {
  if (/^SHA256:[A-Za-z0-9_-]{43}$/.test(text)) return text;
  throw new AgentError(
    "usage",
    "--server-key is no fingerprint",
    "it begins with SHA256: and is part of the line that the web interface shows",
  );
}

function publicKey(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const key = fromBase64(base64);
    return key.length === 32 ? key : undefined;
  } catch {
    return undefined; // Not base64: not our server.
  }
}

function notOurServer(server_url: string): AgentError {
  return new AgentError(
    "failed",
    `${server_url} is not a restic-manager server`,
    "check --server",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const mintNonce = () => base64url(crypto.getRandomValues(new Uint8Array(24)));
