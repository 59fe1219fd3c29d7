/** @module The restic command that does what a job did, to read or to copy. */
import CopyButton from "../../islands/CopyButton.tsx";
import { Card } from "../Card.tsx";

/** The command with its secrets masked. */
export function CommandCard({ command }: { command: string }) {
  return (
    <Card id="command" title="Command" actions={<CopyButton target="command-line" />}>
      <div class="card-body stack gap-2">
        <p class="hint">
          What does the same by hand, at the repository's present address. The agent gives restic
          the passwords by files, never on its command line.
        </p>
        <pre
          class="mono text-xs break whitespace-pre-wrap max-h-60 overflow-auto"
          id="command-line"
          tabIndex={0}
          role="region"
          aria-label="The restic command"
        >{command}</pre>
      </div>
    </Card>
  );
}
