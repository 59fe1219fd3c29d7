/** @module Whose request this is, looking through trusted proxies only. Pure. */
import { type AddressList, plainAddress } from "./address_list.ts";

/**
 * The client's address. X-Forwarded-For is read from its right end, and only as far as the
 * addresses are trusted proxies: what stands further left was written by whoever sent the request.
 */
export function clientIp(peer: string, forwarded_for: string | null, proxies: AddressList): string {
  let address = plainAddress(peer);
  const hops = (forwarded_for ?? "").split(",").map((hop) => hop.trim()).filter((hop) =>
    hop !== ""
  );
  while (proxies.has(address)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    address = plainAddress(hop.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1"));
  }
  return address.slice(0, 64);
}
