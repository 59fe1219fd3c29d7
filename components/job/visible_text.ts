/**
 * @module Makes foreign text safe to look at. A log line, path or tag may carry terminal codes and
 * direction overrides that would make it read as something else: they become visible escapes.
 */

/** Control, format and separator characters and lone surrogates. A tab stays, it only moves text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Record<string, string> = { "\t": "\t", "\n": "\\n", "\r": "\\r", "\0": "\\0" };

/** The text with everything that has no glyph of its own written out, as `\x1b` or `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, escapeOf);
}

function escapeOf(char: string): string {
  const short = SHORT[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\u{${code.toString(16)}}`;
}
