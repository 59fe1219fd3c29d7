/** @module Where a form leads back to: only ever a place on this server. */

/** Path and query of `wanted` if it is a plain path of this server, else the overview's. */
export function localPath(wanted: FormDataEntryValue | null): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/")) return "/";
  const url = URL.parse(wanted, "http://here.invalid");
  if (url === null || url.origin !== "http://here.invalid") return "/";
  return url.pathname.startsWith("//") ? "/" : url.pathname + url.search;
}
