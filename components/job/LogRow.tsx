/** @module One line of a job's log. */
import type { LogLine } from "../../server/protocol/entities.ts";
import { splitAtMatches } from "./log_lines.ts";

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export interface LogRowProps {
  line: LogLine;
  /** The payload with its escapes made visible. */
  text: string;
  query: string;
  /** True for the match that the search stands on. */
  current: boolean;
}

/** A row of 20 px: time, where the line came from, text with the search's matches marked. */
export function LogRow({ line, text, query, current }: LogRowProps) {
  return (
    <li data-s={line.stream === "stderr" ? "warn" : undefined} data-current={current || undefined}>
      <time dateTime={line.ts} title={line.ts}>{CLOCK.format(Date.parse(line.ts))}</time>
      <span class="src">{line.stream === "stdout" ? "restic" : line.stream}</span>
      <span class="log-text">
        {splitAtMatches(text, query).map((part, i) =>
          i % 2 === 1 ? <mark key={i}>{part}</mark> : part
        )}
      </span>
    </li>
  );
}
