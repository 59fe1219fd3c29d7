import assert from "node:assert/strict";
import { seededChance } from "../long/chance.ts";
import { poll } from "../stack.ts";
import { type Cut, TcpProxy } from "./tcp_proxy.ts";
import type { Weather } from "./weathered_pipe.ts";

/** A server that answers every byte with itself, through a proxy. */
async function withEcho(
  test: (proxy: TcpProxy, connect: () => Promise<Deno.TcpConn>) => Promise<void>,
  weather: Weather = {},
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const conn of listener) {
      conn.readable.pipeTo(conn.writable).catch(() => {}); // Cut on purpose.
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const proxy = await TcpProxy.start({ target_port: port, chance: seededChance(), weather });
  try {
    await test(proxy, () => Deno.connect({ hostname: "127.0.0.1", port: proxy.port }));
  } finally {
    await proxy.stop();
    listener.close();
    await served;
  }
}

async function readExactly(conn: Deno.Conn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) throw new Error(`ended after ${at} bytes`);
    at += count;
  }
  return bytes;
}

const options = { sanitizeResources: false, sanitizeOps: false };

Deno.test("the proxy passes bytes whole and in order, in pieces and late", options, async () => {
  const weather = { delay_ms: [0, 1], piece_bytes: [1, 400], bytes_per_second: 4_000_000 } as const;
  await withEcho(async (_, connect) => {
    using conn = await connect();
    const sent = crypto.getRandomValues(new Uint8Array(30_000));
    const [got] = await Promise.all([readExactly(conn, sent.length), conn.write(sent)]);
    assert.deepEqual(got, sent);
  }, weather);
});

Deno.test("the proxy ends, resets, or leaves a connection without a word", options, async () => {
  await withEcho(async (proxy, connect) => {
    async function cut(how: Cut): Promise<Deno.TcpConn> {
      const conn = await connect();
      await conn.write(new Uint8Array([7]));
      await readExactly(conn, 1);
      assert.equal(proxy.cutAll(how), 1);
      return conn;
    }
    using ended = await cut("end");
    assert.equal(await ended.read(new Uint8Array(1)), null);
    using broken = await cut("reset");
    await assert.rejects(() => broken.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
    using held = await cut("hole");
    await held.write(new Uint8Array([8]));
    let heard = false;
    const read = held.read(new Uint8Array(1)).then((count) => heard = count !== null);
    using other = await connect();
    await other.write(new Uint8Array([9]));
    assert.deepEqual([...await readExactly(other, 1)], [9], "later connections are let through");
    assert.equal(heard, false);
    assert.equal(proxy.open, 1);
    await proxy.stop();
    await read.catch(() => {});
  });
});

Deno.test(
  "the proxy admits nobody while it is dark, and everybody after that",
  options,
  async () => {
    await withEcho(async (proxy, connect) => {
      proxy.goDark("reset");
      await assert.rejects(async () => {
        using refused = await connect();
        await refused.read(new Uint8Array(1));
      }, Deno.errors.ConnectionReset);
      proxy.restore();
      using conn = await connect();
      await conn.write(new Uint8Array([5]));
      assert.deepEqual([...await readExactly(conn, 1)], [5]);
      await poll("the link to be counted", () => proxy.open, (open) => open === 1, 5);
    });
  },
);
