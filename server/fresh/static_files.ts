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
  const etag = `"${file.sha256}"`;
  const headers = new Headers({
    "content-type": file.content_type,
    "cache-control": file.is_immutable || (key !== null && key === build.id)
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    etag,
  });
  const asked = req.headers.get("if-none-match") ?? "";
  if (asked.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)) {
    return new Response(null, { status: 304, headers });
  }
  headers.set("content-length", String(file.body.length));
  return new Response(req.method === "HEAD" ? null : file.body, { headers });
}

function withoutBase(path: string, base: string): string {
  const below = base !== "" && path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  try {
    return decodeURIComponent(below);
  } catch {
    return below;
  }
}
