/** @module "Needs you, by cause": what is the matter, with how many hosts, and the way to them. */
import type { Cause } from "../../server/fleet/fleet.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card } from "../Card.tsx";
import { absolute, count, counted, shortList, span } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";
import { Count, StatusIcon } from "../Status.tsx";

export interface CausesCardProps {
  causes: Cause[];
  /** Hosts that need somebody, with all causes together. */
  total: number;
  now_ms: number;
}

/** More causes than these are behind one link. */
const SHOWN = 10;

/** Worst first; nothing when nothing is the matter. */
export function CausesCard({ causes, total, now_ms }: CausesCardProps) {
  if (causes.length === 0) return <div class="hidden" data-live="causes" />;
  const rest = causes.slice(SHOWN);
  const more = rest.reduce((sum, cause) => sum + cause.hosts, 0);
  const tone = causes[0]!.state === "failed" ? "fail" : "stale";
  return (
    <Card
      id="causes"
      title="Needs you, by cause"
      beside={<Count value={count(total)} tone={tone} />}
      live
      {...(more > 0
        ? {
          foot: <a class="link" href={paths.hosts()}>{counted(more, "host")} with other causes</a>,
        }
        : {})}
    >
      <ul class="list">
        {causes.slice(0, SHOWN).map((cause, at) => (
          <CauseRow key={cause.query} cause={cause} now_ms={now_ms} primary={at === 0} />
        ))}
      </ul>
    </Card>
  );
}

function CauseRow({ cause, now_ms, primary }: { cause: Cause; now_ms: number; primary: boolean }) {
  const { state, title, hosts, names, since_ms, query } = cause;
  const others = hosts - names.length;
  const who = others > 0
    ? `${names.map(visibleText).join(", ")} and ${count(others)} more`
    : shortList(names.map(visibleText));
  return (
    <li class="hoverable cause" data-key={query}>
      <StatusIcon kind={state} />
      <span class="grow min-w-0">
        <b class="medium block break">{visibleText(title)}</b>
        <span class="meta block clip" title={who}>
          <b class="strong">{counted(hosts, "host")}</b>
          {since_ms !== null && (
            <>
              {", "}
              <time dateTime={new Date(since_ms).toISOString()} title={absolute(since_ms)}>
                {`for up to ${span((now_ms - since_ms) / 1000)}`}
              </time>
            </>
          )}
          {`, ${who}`}
        </span>
      </span>
      <a
        class={primary ? "btn btn-sm btn-primary" : "btn btn-sm"}
        href={`${paths.hosts()}?${new URLSearchParams({ q: query })}`}
        aria-label={`Show: ${visibleText(title)}, ${counted(hosts, "host")}`}
      >
        Show
      </a>
    </li>
  );
}
