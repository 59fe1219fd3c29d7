/** @module Which hosts and jobs were looked at lately in this browser: their ids alone. Browser only. */

const STORED_AS = "rm:recent";
const KEPT = 8;
const PLACE = /^\/(?:hosts|jobs)\/([0-9a-f-]{36})(?:\/|$)/;

/** Remembers the host or job of an address. */
export function noteVisit(pathname: string): void {
  const id = PLACE.exec(pathname)?.[1];
  if (id === undefined) return;
  const ids = [id, ...recentIds().filter((other) => other !== id)].slice(0, KEPT);
  localStorage.setItem(STORED_AS, ids.join(","));
}

/** Their ids, the latest first. */
export function recentIds(): string[] {
  return (localStorage.getItem(STORED_AS) ?? "").split(",").filter(Boolean);
}
