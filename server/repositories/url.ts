/** The address as kept and as agents get it: without `rest:`, with a slash at the end. */
export function normaliseRepositoryUrl(url: string): string {
  const parsed = new URL(url);
  parsed.hash = "";
  parsed.search = "";
  if (!parsed.pathname.endsWith("/")) parsed.pathname += "/";
  return parsed.href;
}
