import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { CACHE_KEY } from "./asset.ts";
import { type Build, type StaticFile } from "./build.ts";
import { buildOf } from "./context.ts";
import type { Middleware } from "./types.ts";

/** Serves the build's static files; hashed ones and those asked for by `asset()` may be kept for ever. */
export function staticFiles<State>(): Middleware<State> {
  return (ctx) => {
    const build = buildOf(ctx);
    const file = build.files.get(withoutBase(ctx.url.pathname, ctx.config.basePath));
    if (file === undefined) return ctx.next();
    if (ctx.req.method !== "GET" && ctx.req.method !== "HEAD") {
      return new Response("Method Not Allowed", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    return serve(ctx.req, ctx.url, { file, build });
  };
}

function serve(req: Request, url: URL, { file, build }: { file: StaticFile; build: Build }) {
  const key = url.searchParams.get(CACHE_KEY);
  // Weak: the same for each encoding.
  const etag = `W/"${file.sha256}"`;
  const headers = new Headers({
    "content-type": file.content_type,
    "cache-control": file.is_immutable || (key !== null && key === build.id)
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    etag,
    vary: "accept-encoding",
  });
  const asked = req.headers.get("if-none-match") ?? "";
  if (asked.split(",").some((tag) => tag.trim().replace(/^(W\/)?/, "W/") === etag)) {
    return new Response(null, { status: 304, headers });
  }
  const { body, encoding } = encode(file, req.headers.get("accept-encoding") ?? "");
  if (encoding !== undefined) headers.set("content-encoding", encoding);
  headers.set("content-length", String(body.length));
  return new Response(req.method === "HEAD" ? null : body, { headers });
}

type Encoding = "br" | "gzip";
const compressed = new WeakMap<StaticFile, Map<Encoding, Uint8Array<ArrayBuffer>>>();
const COMPRESSIBLE = /^text\/|json|javascript|svg\+xml/;
/** A smaller file does not get smaller enough. */
const COMPRESSED_FROM_BYTES = 512;

/** The body as the client can take it; compressed once and kept. */
function encode(
  file: StaticFile,
  accepted: string,
): { body: Uint8Array<ArrayBuffer>; encoding?: Encoding } {
  const encoding = (["br", "gzip"] as const)
    .find((one) => new RegExp(`(^|[, ])${one}(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted));
  const { body } = file;
  if (encoding === undefined || body.length < COMPRESSED_FROM_BYTES) return { body };
  if (!COMPRESSIBLE.test(file.content_type)) return { body };
  const kept = compressed.get(file) ?? new Map();
  compressed.set(file, kept);
  const made = kept.get(encoding) ?? compress(body, encoding);
  kept.set(encoding, made);
  return { body: made, encoding };
}

function compress(body: Uint8Array, encoding: Encoding): Uint8Array<ArrayBuffer> {
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  return new Uint8Array(
    encoding === "br" ? brotliCompressSync(body, { params: quality }) : gzipSync(body),
  );
}

function withoutBase(path: string, base: string): string {
  const below = base !== "" && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  try {
    return decodeURIComponent(below);
  } catch {
    return below;
  }
}
