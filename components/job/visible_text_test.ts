import assert from "node:assert/strict";
import * as fc from "fast-check";
import { visibleText } from "./visible_text.ts";

const HOSTILE: [string, string, string][] = [
  ["a colour code", "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
  ["a title change", "\x1b]0;pwned\x07", "\\x1b]0;pwned\\x07"],
  ["an eight-bit CSI", "\x9b2J", "\\x9b2J"],
  ["a carriage return that hides the start", "error\rok   ", "error\\rok   "],
  ["a line break", "one\ntwo", "one\\ntwo"],
  ["NUL and backspace", "a\0b\x08c", "a\\0b\\x08c"],
  ["a right-to-left override", "photo\u202egnp.exe", "photo\\u202egnp.exe"],
  ["isolates", "\u2066a\u2069", "\\u2066a\\u2069"],
  ["an Arabic letter mark", "a\u061cb", "a\\u061cb"],
  ["a zero-width space", "pass\u200bword", "pass\\u200bword"],
  ["a byte order mark", "\ufeff/etc", "\\ufeff/etc"],
  ["a soft hyphen", "a\u00adb", "a\\xadb"],
  ["a line separator", "a\u2028b", "a\\u2028b"],
  ["tag characters", "a\u{e0041}b", "a\\u{e0041}b"],
  ["a lone surrogate", "a\ud800b", "a\\ud800b"],
];

for (const [what, given, expected] of HOSTILE) {
  Deno.test(`visibleText() writes out ${what}`, () => {
    assert.equal(visibleText(given), expected);
  });
}

Deno.test("visibleText() leaves ordinary text of any script as it is", () => {
  for (
    const text of ["/home/user", "C:\\Users\\x", "naïve", "日本語", "عربى", "a\tb", "<b>&", "😀"]
  ) {
    assert.equal(visibleText(text), text);
  }
});

Deno.test("visibleText() is stable when applied twice, and leaves no character unseen", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
    const once = visibleText(text);
    assert.equal(visibleText(once), once);
    assert.doesNotMatch(once.replaceAll("\t", ""), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  }));
});
