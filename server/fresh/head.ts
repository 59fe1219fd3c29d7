import type { ComponentChildren } from "preact";

export interface HeadProps {
  children?: ComponentChildren;
}

/**
 * Puts its children into the document's `<head>`; a `<title>` or an element with the same key or the
 * same attributes replaces the earlier one. Rendered on the server only.
 */
export function Head(_props: HeadProps): ComponentChildren {
  return null;
}
