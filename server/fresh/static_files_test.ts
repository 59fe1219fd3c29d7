import { App, staticFiles } from "fresh";
import { asset } from "fresh/runtime";
import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { NO_BUILD, setBuild, type StaticFile } from "./build.ts";

function file(text: string, is_immutable = false): StaticFile {
  const body = new TextEncoder().encode(text);
  return { body, content_type: "text/plain", sha256: `hash-of-${text}`, is_immutable };
}

const LONG = "backup ".repeat(200);

function serve() {
  const app = new App();
  const files = new Map([["/a.txt", file("a")], ["/_fresh/x-1.js", file("x", true)], [
    "/long.txt",
    file(LONG),
  ]]);
  setBuild(app, { ...NO_BUILD, id: "b1", files });
  const handler = app.use(staticFiles()).handler();
  return (path: string, init?: RequestInit) =>
    handler(new Request(`http://localhost${path}`, init));
}

Deno.test("a static file is served with its type and an entity tag, to be asked for again", async () => {
  const get = serve();
  const answer = await get("/a.txt");
  assert.equal(answer.headers.get("content-type"), "text/plain");
  assert.equal(answer.headers.get("cache-control"), "no-cache");
  assert.equal(await answer.text(), "a");
  const again = await get("/a.txt", { headers: { "if-none-match": answer.headers.get("etag")! } });
  assert.equal(again.status, 304);
});

Deno.test("hashed files and those named by asset() may be kept for ever", async () => {
  const get = serve();
  assert.equal(asset("/a.txt"), "/a.txt?__frsh_c=b1");
  for (const path of ["/_fresh/x-1.js", asset("/a.txt")]) {
    const cache = (await get(path)).headers.get("cache-control");
    assert.equal(cache, "public, max-age=31536000, immutable", path);
  }
  assert.equal((await get("/a.txt?__frsh_c=old")).headers.get("cache-control"), "no-cache");
});

Deno.test("a static file is only read, and nothing outside the list is", async () => {
  const get = serve();
  assert.equal((await get("/a.txt", { method: "POST" })).status, 405);
  const head = await get("/a.txt", { method: "HEAD" });
  assert.equal(await head.text(), "");
  assert.equal(head.headers.get("content-length"), "1");
  for (const path of ["/..%2fdeno.json", "/%2e%2e/deno.json", "/%", "/static/a.txt"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("a static file is compressed for whoever takes that, small ones never", async () => {
  const get = serve();
  async function ask(path: string, accepted: string) {
    const answer = await get(path, { headers: { "accept-encoding": accepted } });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { encoding: answer.headers.get("content-encoding"), bytes };
  }
  const br = await ask("/long.txt", "gzip, deflate, br");
  assert.equal(br.encoding, "br");
  assert.equal(String(brotliDecompressSync(br.bytes)), LONG);
  const gzip = await ask("/long.txt", "gzip, br;q=0");
  assert.equal(gzip.encoding, "gzip");
  assert.equal(String(gunzipSync(gzip.bytes)), LONG);
  for (const accepted of ["", "identity", "gzip;q=0, br;q=0.0", "xbr"]) {
    assert.equal((await ask("/long.txt", accepted)).encoding, null, accepted);
  }
  assert.equal((await ask("/a.txt", "br")).encoding, null);
});
