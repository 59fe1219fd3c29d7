/** @module What a new host downloads: the installer, the agent, its unit, and a runtime to run it. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Assets } from "../assets.ts";
import { AppError } from "../errors.ts";

const NO_CACHE = { "cache-control": "no-cache" };

/** An embedded file. @throws {AppError} not_found when this build does not carry it */
export function installFile(assets: Assets, name: string): Response {
  const { body, content_type } = find(assets, name);
  return new Response(body, { headers: { "content-type": content_type, ...NO_CACHE } });
}

/** The checksum of an embedded file, as sha256sum writes it. @throws {AppError} not_found */
export function installChecksum(assets: Assets, name: string): Response {
  return checksumLine(find(assets, name).sha256, name);
}

/**
 * The server's own Deno for `target` (as linux-x86_64), or its checksum for `target.sha256`: a host
 * of the same kind needs no other download. @throws {AppError} not_found for any other target, and
 * when the server is one executable and carries no separate Deno
 */
export async function runtimeFile(target: string, exec_path: string): Promise<Response> {
  const wants_checksum = target.endsWith(".sha256");
  const own = `${Deno.build.os}-${Deno.build.arch}`;
  const wanted = wants_checksum ? target.slice(0, -".sha256".length) : target;
  if (wanted !== own || !/^deno(\.exe)?$/.test(basename(exec_path))) {
    throw new AppError("not_found", `This server has no Deno for ${wanted.slice(0, 40)}`, {
      hint: "Install Deno 2.9.5 or newer on the host and run the installer again",
    });
  }
  if (wants_checksum) return checksumLine(await runtimeSha256(exec_path), "deno");
  const { size } = await Deno.stat(exec_path);
  return new Response(streamOf(exec_path), {
    headers: {
      "content-type": "application/octet-stream",
      "content-length": String(size),
      ...NO_CACHE,
    },
  });
}

/** Opens the file at the first read only: the answer to a HEAD request is never read. */
function streamOf(path: string): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      reader ??= (await Deno.open(path)).readable.getReader();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await reader?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}

function find(assets: Assets, name: string) {
  const asset = assets.find(name);
  if (asset !== undefined) return asset;
  throw new AppError("not_found", `This build does not carry ${name}`, {
    hint: "Build the server with `deno task build`",
  });
}

function checksumLine(sha256: string, name: string): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", ...NO_CACHE };
  return new Response(`${sha256}  ${name}\n`, { headers });
}

const runtime_sha256 = new Map<string, Promise<string>>();

/** Worked out once: the file is large, and the program that runs does not change. */
function runtimeSha256(exec_path: string): Promise<string> {
  const known = runtime_sha256.get(exec_path) ?? sha256Of(exec_path);
  runtime_sha256.set(exec_path, known);
  known.catch(() => runtime_sha256.delete(exec_path));
  return known;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}
