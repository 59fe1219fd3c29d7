/** @module The pages before anybody is signed in: the mark, a card, and quiet art below. */
import type { ComponentChildren } from "preact";
import { Brand } from "./Brand.tsx";

/** A centred card with the product's mark over it. */
export function Front(
  { title, sub, foot, children }: {
    title: string;
    sub: string;
    foot?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <main class="front" id="main">
      <FrontArt />
      <div class="stack stack-xl relative w-full max-w-[360px]">
        <div class="stack justify-items-center gap-2.5 text-center">
          <Brand size={40} />
          <div>
            <h1 class="h1">{title}</h1>
            <p class="faint break">{sub}</p>
          </div>
        </div>
        {children}
        {foot === undefined ? null : <div class="meta text-center">{foot}</div>}
      </div>
    </main>
  );
}

const COLUMNS = 90;
const ROWS = 8;

/** Rows of days, as in the strips; the same picture each time. */
function FrontArt() {
  let drawn = "";
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const [x, y] = [3 + column * 16, row * 30];
      const roll = (column * 131 + row * 57 + column * row * 17) % 97;
      if (roll === 0) drawn += `M${x} ${y + 2}h8v22h-8z`;
      else if (roll < 4) drawn += `M${x} ${y + 14}h8v2h-8z`;
      else drawn += `M${x} ${y + 8}h8v14h-8z`;
    }
  }
  return (
    <svg
      class="front-art"
      viewBox={`0 0 ${COLUMNS * 16} ${ROWS * 30}`}
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
    >
      <path fill="currentColor" d={drawn} />
    </svg>
  );
}
