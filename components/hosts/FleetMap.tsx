/** @module The fleet as squares, one for each host, worst first, in groups by tag. */
import type { MapGroup } from "../../server/fleet/fleet.ts";
import type { BackupState } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card } from "../Card.tsx";
import { count, counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { Status } from "../Status.tsx";
import { wordOf } from "../vocabulary.ts";
import { STATES_WORST_FIRST } from "./fleet_verdict.ts";

const COLUMNS = 39;
const STEP = 11;
const WIDTH = COLUMNS * STEP - 2;

type Square = BackupState | "running";

/** Each state has its own outline as well as its colour; `x y` is the top left corner. */
const OUTLINES: Record<Square, (x: number, y: number) => string> = {
  failed: (x, y) => `M${x} ${y}h9v9h-9z`,
  never: (x, y) => `M${x + 1} ${y + 1}h7v7h-7z`,
  stale: (x, y) => `M${x + 1} ${y + 1}h7v7h-7z`,
  gaps: (x, y) => `M${x} ${y}h9v5h-9zM${x} ${y + 7}h9v2h-9z`,
  running: (x, y) => `M${x} ${y + 4.5}h9v4.5h-9zM${x} ${y}h9v1.5h-9z`,
  good: (x, y) => `M${x} ${y}h9v9h-9z`,
  paused: (x, y) => `M${x} ${y + 3.5}h9v2h-9z`,
};

const CLASSES: Record<Square, string> = {
  failed: "fail",
  never: "never",
  stale: "stale",
  gaps: "warn",
  running: "run",
  good: "ok",
  paused: "idle",
};

/** One row for each group; it leads to the group's hosts. */
export function FleetMap({ groups }: { groups: MapGroup[] }) {
  return (
    <Card
      id="fleet-map"
      title="Fleet"
      beside={<span class="meta">one square per host, worst first, by tag</span>}
      clip
      live
    >
      <div class="fmap">
        {groups.map((group) => <GroupRow key={group.tag ?? ""} group={group} />)}
      </div>
    </Card>
  );
}

function GroupRow({ group }: { group: MapGroup }) {
  const name = group.tag === null ? "No tag" : visibleText(group.tag);
  const href = group.query === null
    ? paths.hosts()
    : `${paths.hosts()}?${new URLSearchParams({ q: group.query })}`;
  const bad = STATES_WORST_FIRST.filter((state) =>
    state !== "good" && state !== "paused" && group.counts[state] > 0
  );
  return (
    <a href={href}>
      <span class="min-w-0">
        <b class="medium block clip" title={name}>{name}</b>
        <span class="meta">{counted(group.hosts, "host")}</span>
      </span>
      <Squares group={group} />
      <span class="fmap-counts">
        {bad.length === 0
          ? <Status kind="good" label="all" />
          : bad.map((state) => (
            <span key={state} class="st" data-s={wordOf(state).tone}>
              <Icon name={wordOf(state).icon} label={wordOf(state).label} />
              {count(group.counts[state])}
            </span>
          ))}
      </span>
    </a>
  );
}

/** One path for each state, however many hosts. */
function Squares({ group }: { group: MapGroup }) {
  const { counts, running, hosts } = group;
  const rows: [Square, number][] = [
    ["failed", counts.failed],
    ["never", counts.never],
    ["stale", counts.stale],
    ["gaps", counts.gaps],
    ["running", running],
    ["good", counts.good - running],
    ["paused", counts.paused],
  ];
  const height = Math.ceil(hosts / COLUMNS) * STEP - 2;
  let at = 0;
  return (
    <svg class="fmap-squares" viewBox={`0 0 ${WIDTH} ${height}`} aria-hidden="true">
      {rows.map(([square, n]) => {
        if (n === 0) return null;
        const first = at;
        at += n;
        const d = Array.from(
          { length: n },
          (_, i) =>
            OUTLINES[square](
              (first + i) % COLUMNS * STEP,
              Math.floor((first + i) / COLUMNS) * STEP,
            ),
        ).join("");
        return <path key={square} class={CLASSES[square]} d={d} />;
      })}
    </svg>
  );
}
