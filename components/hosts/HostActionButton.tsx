/** @module The button of a host's row or page: a link, or a form that posts to the host. */
import type { Actor } from "../../server/auth/permissions.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { CsrfField } from "../Field.tsx";
import { hostAction } from "./host_action.ts";

export interface HostActionButtonProps {
  host: Host;
  actor: Actor;
  csrf_token: string;
  /** Where there is room and it is the page's next step. */
  primary?: boolean;
  small?: boolean;
}

/** The next thing to do with a host; nothing where there is none for this person. */
export function HostActionButton(
  { host, actor, csrf_token, primary, small }: HostActionButtonProps,
) {
  const action = hostAction(host, actor);
  if (action === undefined) return null;
  const size = small ? " btn-sm" : "";
  const quiet = primary ? " btn-primary" : isQuiet(host) ? " btn-quiet" : "";
  if (action.kind === "link") {
    return (
      <a
        class={`btn${size}${quiet}`}
        href={action.href}
        aria-label={`${action.label}, ${host.name}`}
      >
        {action.label}
      </a>
    );
  }
  const look = action.action === "init" ? " btn-danger" : quiet;
  return (
    <form method="post" action={paths.host(host.id)} class="contents">
      <CsrfField token={csrf_token} />
      <button
        type="submit"
        name="action"
        value={action.action}
        class={`btn${size}${look}`}
        disabled={action.reason !== undefined}
        title={action.reason ?? action.note}
        aria-label={`${action.label}, ${host.name}`}
      >
        {action.label}
      </button>
    </form>
  );
}

/** Good news is quiet: only hosts in trouble get a framed button. */
function isQuiet(host: Host): boolean {
  return host.status !== "pending" && host.backup_state !== "failed" &&
    host.backup_state !== "never" && host.backup_state !== "stale";
}
