/** @module What a user agent is, in plain words. Pure. Never repeats the header's own text. */

export interface Device {
  /** As "Firefox"; null: not known. */
  browser: string | null;
  /** As "Linux"; null: not known. */
  system: string | null;
}

/** The first that fits counts: every browser also claims to be some of the later ones. */
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\bChromium\//, "Chromium"],
  [/\b(HeadlessChrome|Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
  [/^Wget\//, "Wget"],
  [/^Deno\//, "Deno"],
  [/^python|\bpython-/i, "Python"],
];

const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\b(Macintosh|Mac OS X)\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
  [/\b(Free|Open|Net)BSD\b/, "BSD"],
];

/** Browser and system of a `User-Agent` header. */
export function deviceOf(user_agent: string): Device {
  return { browser: firstOf(BROWSERS, user_agent), system: firstOf(SYSTEMS, user_agent) };
}

function firstOf(kinds: [RegExp, string][], user_agent: string): string | null {
  return kinds.find(([pattern]) => pattern.test(user_agent))?.[1] ?? null;
}
