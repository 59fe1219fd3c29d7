/** @module The one sentence that answers the page, with its facts, its bar and its legend. */
import type { ComponentChildren } from "preact";
import { count } from "./format.ts";
import { Icon } from "./Icon.tsx";
import { type Kind, wordOf } from "./vocabulary.ts";

export interface Fact {
  label: string;
  value: string;
  note?: string;
}

export interface Segment {
  kind: Kind;
  n: number;
  /** Shows these hosts only; or all again, when `here`. */
  href: string;
  here: boolean;
}

export interface VerdictProps {
  title: ComponentChildren;
  sub?: ComponentChildren;
  facts?: Fact[];
  segments?: Segment[];
}

/** Above this many hosts a bar shows shares in place of single hosts. */
const SINGLE_MAX = 48;

/** The verdict of a page: the answer first, numbers after. */
export function Verdict({ title, sub, facts = [], segments = [] }: VerdictProps) {
  const shown = segments.filter((segment) => segment.n > 0);
  return (
    <section class="verdict" aria-label="Verdict">
      <div class="min-w-0">
        <h1>{title}</h1>
        {sub === undefined ? null : <p class="sub">{sub}</p>}
      </div>
      {facts.length === 0 ? null : (
        <dl class="facts">
          {facts.map((fact) => (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>{fact.value}</dd>
              {fact.note === undefined ? null : <dd>{fact.note}</dd>}
            </div>
          ))}
        </dl>
      )}
      {shown.length === 0 ? null : <FleetBar segments={shown} />}
      {shown.length === 0 ? null : <Legend segments={shown} />}
    </section>
  );
}

/** One piece per host, or one piece per state with its share in sixtieths. */
function FleetBar({ segments }: { segments: Segment[] }) {
  const total = segments.reduce((sum, { n }) => sum + n, 0);
  const words = segments.map(({ n, kind }) => `${n} ${wordOf(kind).label.toLowerCase()}`);
  return (
    <div class="fleetbar" role="img" aria-label={`${count(total)} hosts: ${words.join(", ")}`}>
      {total <= SINGLE_MAX
        ? segments.flatMap(({ kind, n }) =>
          Array.from(
            { length: n },
            (_, at) => <i key={`${kind}${at}`} data-s={wordOf(kind).tone} />,
          )
        )
        : segments.map(({ kind, n }) => (
          <i
            key={kind}
            data-s={wordOf(kind).tone}
            class={`grow-${Math.max(1, Math.round(n / total * 60))}`}
          />
        ))}
    </div>
  );
}

function Legend({ segments }: { segments: Segment[] }) {
  return (
    <div class="legend" role="group" aria-label="Filter hosts by state">
      {segments.map(({ kind, n, href, here }) => (
        <a
          key={kind}
          href={href}
          data-s={wordOf(kind).tone}
          aria-current={here ? "true" : undefined}
          title={here ? "Show all hosts" : undefined}
        >
          <Icon name={wordOf(kind).icon} />
          <b>{count(n)}</b>
          {wordOf(kind).label}
          {here ? <Icon name="x" size={14} label="Show all hosts" /> : null}
        </a>
      ))}
    </div>
  );
}
