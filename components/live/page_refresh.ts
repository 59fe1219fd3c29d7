/** @module Reads the current page again and brings its `data-live` regions up to date. Browser only. */
import { morph } from "./morph.ts";

/**
 * The page as the server renders it now. Uses XMLHttpRequest, the one way to parse HTML that needs
 * no HTML string of ours. @throws {Error} when the server cannot be reached or answers an error
 */
export function readPage(
  { href, may_reload }: { href: string | null; may_reload: boolean },
): Promise<Document> {
  const wanted = new URL(href ?? location.href, location.href);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", wanted.pathname + wanted.search);
    request.responseType = "document";
    request.timeout = 15_000;
    request.setRequestHeader("accept", "text/html");
    request.onload = () => {
      const elsewhere = new URL(request.responseURL, location.href).pathname !== wanted.pathname;
      // The session ended or the thing is gone: the full page says it best.
      if (may_reload && (elsewhere || request.status === 404)) location.reload();
      else if (elsewhere || request.status !== 200 || request.responseXML === null) {
        reject(new Error(`The server answered ${request.status}`));
      } else resolve(request.responseXML);
    };
    request.onerror = () => reject(new Error("The server cannot be reached"));
    request.ontimeout = request.onerror;
    request.send();
  });
}

/** Applies the newer page. Returns how many changes wait because their list is in use. */
export function applyPage(next: Document): number {
  let waiting = 0;
  for (const region of document.querySelectorAll("[data-live]")) {
    const name = CSS.escape(region.getAttribute("data-live") ?? "");
    const newer = next.querySelector(`[data-live="${name}"]`);
    if (newer === null || isBeingTyped(region)) continue;
    waiting += morph(region, newer, { keep_order: isInUse(region) });
  }
  return waiting;
}

/** True if the page holds regions that the newer one lacks, or the other way round. */
export function hasOtherRegions(next: Document): boolean {
  return regionNames(document) !== regionNames(next);
}

function regionNames(page: Document): string {
  return [...page.querySelectorAll("[data-live]")]
    .map((region) => region.getAttribute("data-live")).join("\n");
}

function isBeingTyped(region: Element): boolean {
  const active = document.activeElement;
  return active !== null && region.contains(active) &&
    active.matches("input:not([type=hidden]), textarea, select");
}

function isInUse(region: Element): boolean {
  return region.matches(":hover") || region.contains(document.activeElement);
}
