/** @module What every page says while the server's own disk is full, or nearly. */
import type { DiskState } from "../server/db/disk_health.ts";
import { Note } from "./Card.tsx";
import { bytes } from "./format.ts";

export interface DiskNoteProps {
  disk: DiskState;
  /** Whoever can do something about it hears of it before it is too late. */
  is_admin: boolean;
}

/** Stands above the page, and is empty while all is well. */
export function DiskNote(props: DiskNoteProps) {
  return <div class="server-note" data-live="server-note">{noteOf(props)}</div>;
}

function noteOf({ disk, is_admin }: DiskNoteProps) {
  switch (disk.kind) {
    case "full":
      return (
        <Note tone="fail" title="The server's disk is full.">
          {NOTHING_RECORDED} {is_admin ? "Free some space where the server keeps its data." : null}
        </Note>
      );
    case "broken":
      return (
        <Note tone="fail" title="The server's disk takes no writes.">
          {NOTHING_RECORDED} {is_admin ? "The server's log has the reason." : null}
        </Note>
      );
    case "low":
      return is_admin
        ? (
          <Note tone="warn" title="The server's disk is nearly full.">
            {bytes(disk.free_bytes)} are left. When it is full, nothing can be recorded any more.
          </Note>
        )
        : null;
    case "ok":
      return null;
  }
}

const NOTHING_RECORDED =
  "Nothing can be changed or recorded until that is over. Backups go on, and agents keep their " +
  "results until they can be recorded. Meanwhile hosts may be shown as offline.";
