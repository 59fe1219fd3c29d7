/** @module Lets any island show a toast. */

export interface ToastMessage {
  tone: "ok" | "warn" | "fail";
  title: string;
  text?: string;
}

/** The event that the Toasts island listens for on the window. */
export const TOAST_EVENT = "rm:toast";

/** Shows a message in the corner. Browser only. */
export function toast(message: ToastMessage): void {
  dispatchEvent(new CustomEvent(TOAST_EVENT, { detail: message }));
}
