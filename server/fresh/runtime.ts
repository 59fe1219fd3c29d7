/** @module Fresh's `fresh/runtime`: what pages and islands may import, on the server and in the browser. */
export { asset } from "./asset.ts";
export { Head, type HeadProps } from "./head.ts";
export { HttpError } from "./http_error.ts";

/** True in the browser, false while rendering on the server. */
export const IS_BROWSER = typeof document !== "undefined";
