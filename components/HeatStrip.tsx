/** @module The last 30 days of a host, oldest left: one path per state, no script. */

/** `owfmrdpn`: good, gaps, failed, missed, running, due today, paused, no backup (ui/DESIGN.md §3). */
type DayCode = "o" | "w" | "f" | "m" | "r" | "d" | "p" | "n";

const PITCH = 7;
const DAYS: Record<DayCode, { class: string; word: string; draw: (x: number) => string }> = {
  o: { class: "ok", word: "backed up", draw: (x) => bar({ x, y: 5, width: 5, height: 12 }) },
  w: {
    class: "warn",
    word: "with gaps",
    draw: (x) => bar({ x, y: 3, width: 5, height: 10 }) + bar({ x, y: 15, width: 5, height: 4 }),
  },
  f: { class: "fail", word: "failed", draw: (x) => bar({ x, y: 0, width: 5, height: 22 }) },
  m: {
    class: "missed",
    word: "missed",
    draw: (x) => bar({ x: x + 0.75, y: 5.75, width: 3.5, height: 10.5 }),
  },
  r: {
    class: "run",
    word: "running",
    draw: (x) => bar({ x, y: 11, width: 5, height: 6 }) + bar({ x, y: 7.5, width: 5, height: 1.5 }),
  },
  d: {
    class: "due",
    word: "due today",
    draw: (x) => bar({ x: x + 0.5, y: 5.5, width: 4, height: 11 }),
  },
  p: { class: "pause", word: "paused", draw: (x) => bar({ x, y: 10, width: 5, height: 2 }) },
  n: {
    class: "none",
    word: "without a backup",
    draw: (x) => bar({ x: x + 1.5, y: 10, width: 2, height: 2 }),
  },
};

function bar({ x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  const r = Math.min(1.5, width / 2, height / 2);
  const [w, h] = [width - 2 * r, height - 2 * r];
  return `M${x + r} ${y}h${w}a${r} ${r} 0 0 1 ${r} ${r}v${h}a${r} ${r} 0 0 1-${r} ${r}h-${w}` +
    `a${r} ${r} 0 0 1-${r}-${r}v-${h}a${r} ${r} 0 0 1 ${r}-${r}z`;
}

/** By state and day: every list of hosts draws the same few hundred marks again. */
const MARKS = new Map<DayCode, string[]>();

/** The path of all days with this code. */
function drawingOf(code: DayCode, days: string): string {
  const marks = MARKS.get(code) ?? [];
  MARKS.set(code, marks);
  let drawn = "";
  for (let at = 0; at < days.length; at++) {
    if (days[at] === code) drawn += marks[at] ??= DAYS[code].draw(at * PITCH);
  }
  return drawn;
}

/** What the strip says, for readers: "web-01, last 30 days: 28 backed up, 1 failed". */
export function stripLabel(host_name: string, days: string): string {
  const parts = Object.entries(DAYS).flatMap(([code, day]) => {
    const times = days.split(code).length - 1;
    return times === 0 ? [] : [`${times} ${day.word}`];
  });
  return `${host_name}, last ${days.length} days: ${parts.join(", ")}`;
}

/** 30 days as one small drawing. `days` is a string of codes, oldest first. */
export function HeatStrip({ days, host_name }: { days: string; host_name: string }) {
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${days.length * PITCH - 2} 22`}
      preserveAspectRatio="none"
      role="img"
      aria-label={stripLabel(host_name, days)}
    >
      {Object.entries(DAYS).map(([code, day]) => {
        const drawn = drawingOf(code as DayCode, days);
        return drawn === "" ? null : <path key={code} class={day.class} d={drawn} />;
      })}
    </svg>
  );
}
