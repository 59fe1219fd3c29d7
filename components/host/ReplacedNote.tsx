/** @module Loud: another repository than before stands at the address. */
import type { Repository } from "../../server/protocol/entities.ts";
import ConfirmDialog from "../../islands/ConfirmDialog.tsx";
import { Note } from "../Card.tsx";
import { ago } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";

export interface ReplacedNoteProps {
  repository: Repository;
  may_accept: boolean;
  csrf_token: string;
  now_ms: number;
}

/** Nothing as long as the repository is the one that it was. */
export function ReplacedNote({ repository, may_accept, csrf_token, now_ms }: ReplacedNoteProps) {
  const { replaced_at, replaced_restic_repository_id: before, restic_repository_id: now } =
    repository;
  if (replaced_at === null) return null;
  return (
    <Note
      tone="fail"
      title="Another repository than before is at its address."
      actions={may_accept && (
        <ConfirmDialog
          label="Accept it…"
          title="Accept the repository that is there now?"
          text="The host goes on with it, and this warning ends. Its snapshots are listed in place of the old ones."
          stays="Nothing is deleted. If the old repository comes back at this address, the warning is back too."
          fields={{ action: "accept" }}
          csrf={csrf_token}
          confirm_label="Accept repository"
          keep_label="Keep the warning"
        />
      )}
    >
      The agent saw it{" "}
      {ago(Date.parse(replaced_at), now_ms)}. Snapshots from before are not in it: check the
      server's disk, and whether somebody initialised it anew.
      <p class="outcome-raw break mt-1.5">
        {`id ${visibleText(now ?? "unknown")}, before ${visibleText(before ?? "unknown")}`}
      </p>
    </Note>
  );
}
