/** @module The snapshots of a host, week by week and then month by month. */
import type { Snapshot } from "../../server/protocol/entities.ts";
import { grouped, moment, stretchHeading } from "../days.ts";
import { absolute, ago, bytes, count } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";

export interface SnapshotTableProps {
  snapshots: Snapshot[];
  now_ms: number;
}

/** Newest first, with a heading for each stretch of time. */
export function SnapshotTable({ snapshots, now_ms }: SnapshotTableProps) {
  const headingOf = (snapshot: Snapshot) => stretchHeading(Date.parse(snapshot.time), now_ms);
  return (
    <table class="tbl tbl-cards">
      <thead>
        <tr>
          <th scope="col">Taken</th>
          <th scope="col">ID</th>
          <th scope="col" class="c-sm">Paths</th>
          <th scope="col" class="num">Size</th>
          <th scope="col" class="num">Added</th>
          <th scope="col" class="num c-md">Files</th>
          <th scope="col" class="c-lg">Tags</th>
        </tr>
      </thead>
      <tbody>
        {grouped(snapshots, headingOf).map(({ heading, items }) => (
          <>
            <tr class="group-row" key={heading} data-key={heading}>
              <td colSpan={7} data-c="full">{heading}</td>
            </tr>
            {items.map((snapshot) => (
              <SnapshotRow key={snapshot.id} snapshot={snapshot} now_ms={now_ms} />
            ))}
          </>
        ))}
      </tbody>
    </table>
  );
}

function SnapshotRow({ snapshot, now_ms }: { snapshot: Snapshot; now_ms: number }) {
  const at_ms = Date.parse(snapshot.time);
  const paths = snapshot.paths.map(visibleText);
  return (
    <tr data-key={snapshot.id}>
      <td class="nowrap">
        <time class="medium" dateTime={snapshot.time} title={absolute(at_ms)}>
          {moment(at_ms, now_ms)}
        </time>{" "}
        <span class="faint ml-1.5">{ago(at_ms, now_ms)}</span>
      </td>
      <td class="mono dim" title={snapshot.id}>{snapshot.id.slice(0, 8)}</td>
      <td class="c-sm dim snap-paths" data-c="full" title={paths.join("\n")}>
        <span class="row row-sm">
          <span class="mono clip">{paths[0] ?? "none"}</span>
          {paths.length > 1 && <span class="faint nowrap">and {count(paths.length - 1)} more</span>}
        </span>
      </td>
      <td class="num" data-c="sub">{known(snapshot.size_bytes, bytes)}</td>
      <td class="num dim" data-c="sub">{known(snapshot.added_bytes, (n) => `+${bytes(n)}`)}</td>
      <td class="num dim c-md" data-c="drop">{known(snapshot.file_count, count)}</td>
      <td class="c-lg" data-c="drop">
        <span class="row row-sm">
          {snapshot.tags.map((tag) => (
            <span class="tag tag-line" key={tag}>
              <Icon name="tag" size={14} />
              <span class="clip">{visibleText(tag)}</span>
            </span>
          ))}
        </span>
      </td>
    </tr>
  );
}

function known(value: number | null, show: (value: number) => string) {
  return value === null
    ? <span class="faint" title="This restic did not record it">not known</span>
    : show(value);
}
