/** @module Whether single-letter keys are on, kept by this browser. Browser only. */

const STORED_AS = "rm:keys";
const CHANGED = "rm:keys";

/** True unless somebody turned them off here. */
export function areKeysOn(): boolean {
  return localStorage.getItem(STORED_AS) !== "off";
}

/** Turns them on or off, and tells the other switches on this page. */
export function setKeysOn(is_on: boolean): void {
  localStorage.setItem(STORED_AS, is_on ? "on" : "off");
  dispatchEvent(new Event(CHANGED));
}

/** Calls back after each change, of this page or of another tab. Returns the stop. */
export function watchKeys(onChange: () => void): () => void {
  const types = [CHANGED, "storage"];
  for (const type of types) addEventListener(type, onChange);
  return () => types.forEach((type) => removeEventListener(type, onChange));
}
