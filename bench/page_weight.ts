/** @module What a browser loads for a page before it can be used: scripts and styles, as sent. */
import { Buffer } from "node:buffer";
import { get } from "node:http";

/** Bytes of script and style of the page, over the wire. */
export async function pageWeight(url: string, cookie: string): Promise<number> {
  const html = new TextDecoder().decode(await bytesOf(url, { cookie }));
  const found = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css)[^"]*)"/g)];
  const waiting = new Set(found.map((match) => new URL(match[1]!, url).href));
  const inline = [...html.matchAll(/import[^"']*["'](\/[^"']+\.js)["']/g)];
  for (const match of inline) waiting.add(new URL(match[1]!, url).href);
  let total = 0;
  // A set goes on through what is added meanwhile: the chunks that a script imports.
  for (const address of waiting) {
    total += (await bytesOf(address, { cookie, "accept-encoding": "br, gzip" })).length;
    if (!/\.js(\?|$)/.test(address)) continue;
    const text = new TextDecoder().decode(await bytesOf(address, { cookie }));
    for (const [, chunk] of text.matchAll(/(?:from|import)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      waiting.add(new URL(chunk!, address).href);
    }
  }
  return total;
}

/** The body as it was sent: `fetch` would unpack it. */
function bytesOf(url: string, headers: Record<string, string>): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      const chunks: Uint8Array[] = [];
      answer.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(new Uint8Array(Buffer.concat(chunks)));
        else reject(new Error(`${url} answered ${answer.statusCode}`));
      });
    }).on("error", reject);
  });
}
