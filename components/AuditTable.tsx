/** @module The audit log as a table: when, who, what, from where, and the details on demand. */
import type { AuditEntry } from "../server/protocol/entities.ts";
import { paths } from "../server/protocol/paths.ts";
import { byDay, dayHeading } from "./days.ts";
import { absolute, clockTime, shortId } from "./format.ts";
import { Icon } from "./Icon.tsx";
import { visibleText } from "./job/visible_text.ts";

export interface AuditTableProps {
  entries: AuditEntry[];
  /** Of hosts that there are, by id: not every entry carries the name. */
  host_names?: ReadonlyMap<string, string>;
  now_ms: number;
}

/** Newest first, with a heading for each day. */
export function AuditTable({ entries, host_names = new Map(), now_ms }: AuditTableProps) {
  return (
    <table class="tbl tbl-cards audit">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Who</th>
          <th scope="col">Action</th>
          <th scope="col">What</th>
          <th scope="col" class="c-sm">From</th>
        </tr>
      </thead>
      <tbody>
        {byDay(entries, (entry) => Date.parse(entry.ts)).map((day) => (
          <>
            <tr class="group-row" key={day.at_ms}>
              <td colSpan={5} data-c="full">{dayHeading(day.at_ms, now_ms)}</td>
            </tr>
            {day.items.map((entry) => (
              <AuditRow
                key={entry.seq}
                entry={entry}
                host_name={host_names.get(entry.target_id ?? "")}
              />
            ))}
          </>
        ))}
      </tbody>
    </table>
  );
}

interface AuditRowProps {
  entry: AuditEntry;
  host_name: string | undefined;
}

function AuditRow({ entry, host_name }: AuditRowProps) {
  const at_ms = Date.parse(entry.ts);
  return (
    <tr data-key={entry.seq}>
      <td class="dim nowrap" data-c="sub">
        <time dateTime={entry.ts} title={absolute(at_ms)}>{clockTime(at_ms)}</time>
      </td>
      <td data-c="sub">
        <Who entry={entry} />
      </td>
      <td class="mono dim nowrap" data-c="full">{entry.action}</td>
      <td data-c="full">
        <What entry={entry} host_name={host_name} />
      </td>
      <td class="mono faint c-sm" data-c="drop">{entry.ip ?? ""}</td>
    </tr>
  );
}

function Who({ entry }: { entry: AuditEntry }) {
  const name = entry.actor === "system" ? "server" : entry.actor_name ?? entry.actor;
  return (
    <span class="row">
      {entry.actor === "user"
        ? (
          <span class="avatar avatar-sm" aria-hidden="true">
            {name.slice(0, 1).toUpperCase()}
          </span>
        )
        : (
          <span class="faint grid w-5 place-items-center">
            <Icon name={entry.actor === "agent" ? "host" : "sliders"} size={14} />
          </span>
        )}
      <span class="medium clip">{visibleText(name)}</span>
    </span>
  );
}

/** Names that a payload may carry for its target, the most telling first. */
const NAME_KEYS = ["host_name", "name", "username"];

function What({ entry, host_name }: AuditRowProps) {
  const has_details = Object.keys(entry.payload).length > 0;
  return (
    <div class="audit-what">
      <Target entry={entry} host_name={host_name} />
      {has_details && (
        <details>
          <summary class="meta">Details</summary>
          <pre class="mono">{visibleJson(entry.payload)}</pre>
        </details>
      )}
    </div>
  );
}

function Target({ entry, host_name }: AuditRowProps) {
  const { target_kind, target_id, payload } = entry;
  const named = NAME_KEYS.map((key) => payload[key]).find((value) => typeof value === "string");
  const name = named === undefined ? host_name : visibleText(String(named));
  const href = target_id === null
    ? undefined
    : target_kind === "job"
    ? paths.job(target_id)
    : target_kind === "host"
    ? paths.host(target_id)
    : undefined;
  const id = target_id === null ? "" : shortId(target_id);
  // A refused sign-in is about nobody known: where it came from is all there is.
  const label = name ?? (target_id === null && entry.ip !== null ? `from ${entry.ip}` : id);
  return (
    <span title={target_id ?? undefined}>
      <span class="dim">{target_kind}</span> {href === undefined
        ? <b class="strong">{label}</b>
        : <a class="strong link-quiet" href={href}>{label}</a>}{" "}
      {name !== undefined && target_kind === "job" && <span class="mono faint">{id}</span>}
    </span>
  );
}

function visibleJson(payload: Record<string, unknown>): string {
  return JSON.stringify(payload, null, 2).split("\n").map(visibleText).join("\n");
}
