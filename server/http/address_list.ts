/** @module Lists of addresses and networks, as `10.0.0.0/8` and `::1`. Pure. */
import { BlockList, isIP } from "node:net";

export class AddressList {
  readonly #list = new BlockList();
  /** @throws {TypeError} if an entry is no address or network; see {@link faultOf} */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const parsed = parseEntry(entry);
      if (parsed === undefined) throw new TypeError(`Not an address or network: ${entry}`);
      this.#list.addSubnet(parsed.address, parsed.bits, parsed.family);
    }
  }
  has(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? "ipv6" : "ipv4");
  }
}

/** What is wrong with an entry, as the end of a sentence; undefined if it is fine. */
export function faultOf(entry: string): string | undefined {
  const parsed = parseEntry(entry);
  if (parsed === undefined) return "is no address or network, as 10.0.0.5 or 10.0.0.0/24";
  if (parsed.bits === 0) return "trusts the whole internet: name the proxy's own address";
  return undefined;
}

/** IPv4 inside IPv6 (`::ffff:192.0.2.1`) as plain IPv4. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped === null ? address : mapped[1]!;
}

function parseEntry(
  entry: string,
): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
  const [address = "", bits_text, ...more] = entry.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return undefined;
  const most = family === 6 ? 128 : 32;
  if (bits_text !== undefined && !/^\d{1,3}$/.test(bits_text)) return undefined;
  const bits = bits_text === undefined ? most : Number(bits_text);
  if (bits > most) return undefined;
  return { address, bits, family: family === 6 ? "ipv6" : "ipv4" };
}
