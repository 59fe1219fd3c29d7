/**
 * @module X.509 certificates for tests and the demo's proxies, made with WebCrypto alone: an authority
 * of one's own and leaves for loopback names. Just as much DER as that takes.
 */
import { createHash } from "node:crypto";

export interface Certificate {
  cert_pem: string;
  key_pem: string;
  /** SHA-256 of the certificate, 64 hex digits. */
  fingerprint: string;
}

type Bytes = Uint8Array<ArrayBuffer>;
type Pair = CryptoKeyPair;

const EC = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const KEY_USAGE = [0x55, 0x1d, 0x0f];
const ALT_NAME = [0x55, 0x1d, 0x11];
const YEAR_MS = 365 * 86_400_000;

/** An authority that signs leaves. Programs trust it by {@link cert_pem} (DENO_CERT). */
export class Authority {
  readonly cert_pem: string;
  readonly #pair: Pair;
  private constructor(cert_pem: string, pair: Pair) {
    this.cert_pem = cert_pem;
    this.#pair = pair;
  }

  static async make(): Promise<Authority> {
    const pair = await newPair();
    const der = await certificate({ subject: "test authority", pair, names: [], authority: true }, {
      issuer: "test authority",
      pair,
    });
    return new Authority(pem("CERTIFICATE", der), pair);
  }

  /** A leaf with a key of its own, for names and IPv4 addresses. */
  async leaf(names: string[]): Promise<Certificate> {
    const issuer = { issuer: "test authority", pair: this.#pair };
    return await leafOf(names, await newPair(), issuer);
  }
}

/** A leaf that signed itself (CA:FALSE), as appliances have it. */
export async function selfSigned(names: string[]): Promise<Certificate> {
  const pair = await newPair();
  return await leafOf(names, pair, { issuer: names[0]!, pair });
}

interface Issuer {
  issuer: string;
  pair: Pair;
}

async function leafOf(names: string[], pair: Pair, issuer: Issuer): Promise<Certificate> {
  const der = await certificate({ subject: names[0]!, pair, names, authority: false }, issuer);
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return {
    cert_pem: pem("CERTIFICATE", der),
    key_pem: pem("PRIVATE KEY", key),
    fingerprint: createHash("sha256").update(der).digest("hex"),
  };
}

async function certificate(
  of: { subject: string; pair: Pair; names: string[]; authority: boolean },
  by: Issuer,
): Promise<Bytes> {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const now_ms = Date.now();
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = (serial[0]! & 0x3f) | 0x40; // Positive, and not shortened.
  const body = sequence(
    der(0xa0, integer(new Uint8Array([2]))),
    integer(serial),
    algorithm,
    name(by.issuer),
    sequence(utcTime(now_ms - 3_600_000), utcTime(now_ms + YEAR_MS)),
    name(of.subject),
    new Uint8Array(await crypto.subtle.exportKey("spki", of.pair.publicKey)),
    der(0xa3, sequence(...extensions(of))),
  );
  const raw = new Uint8Array(
    await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.pair.privateKey, body),
  );
  const signature = sequence(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return sequence(body, algorithm, der(0x03, new Uint8Array([0]), signature));
}

function extensions({ names, authority }: { names: string[]; authority: boolean }): Bytes[] {
  const yes = der(0x01, new Uint8Array([0xff]));
  const constraints = authority ? sequence(yes) : sequence();
  const list = [sequence(oid(BASIC_CONSTRAINTS), yes, der(0x04, constraints))];
  if (authority) {
    // keyCertSign and cRLSign
    const usage = der(0x03, new Uint8Array([1, 0x06]));
    list.push(sequence(oid(KEY_USAGE), yes, der(0x04, usage)));
  } else {
    const alternatives = sequence(...names.map(alternativeName));
    list.push(sequence(oid(ALT_NAME), der(0x04, alternatives)));
  }
  return list;
}

function alternativeName(text: string): Bytes {
  return /^[\d.]+$/.test(text)
    ? der(0x87, new Uint8Array(text.split(".").map(Number)))
    : der(0x82, new TextEncoder().encode(text));
}

async function newPair(): Promise<Pair> {
  return await crypto.subtle.generateKey(EC, true, ["sign", "verify"]) as Pair;
}

function der(tag: number, ...parts: Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  const bytes = new Uint8Array(1 + size.length + length);
  bytes.set([tag, ...size]);
  let at = 1 + size.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const sequence = (...parts: Bytes[]) => der(0x30, ...parts);
const oid = (bytes: number[]) => der(0x06, new Uint8Array(bytes));
const name = (text: string) =>
  sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, new TextEncoder().encode(text)))));

/** Unsigned, without needless zeros in front. */
function integer(bytes: Bytes): Bytes {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const rest = bytes.slice(from);
  return der(0x02, ...(rest[0]! >= 0x80 ? [new Uint8Array([0]), rest] : [rest]));
}

function utcTime(at_ms: number): Bytes {
  const digits = new Date(at_ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, new TextEncoder().encode(`${digits}Z`));
}

function pem(label: string, bytes: Bytes): string {
  const lines = bytes.toBase64().match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
