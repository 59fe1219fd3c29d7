/** @module Where the user is signed in, with the buttons that end it there. */
import type { AccountSession } from "../../server/protocol/rest.ts";
import { Card } from "../Card.tsx";
import { CsrfField } from "../Field.tsx";
import { count } from "../format.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { Count } from "../Status.tsx";
import { Time } from "../Time.tsx";

export interface SessionListProps {
  /** This one first. */
  sessions: AccountSession[];
  csrf_token: string;
  now_ms: number;
}

/** The server notes use once a minute, and of an open page every 20 s. */
const ACTIVE_MS = 90_000;

/** The card of all live sessions; follows the server by itself. */
export function SessionList({ sessions, csrf_token, now_ms }: SessionListProps) {
  const others = sessions.filter((session) => !session.is_current).length;
  return (
    <Card
      id="sessions"
      title="Where you are signed in"
      beside={<Count value={count(sessions.length)} />}
      clip
      live
      actions={others === 0 ? undefined : (
        <form method="post">
          <CsrfField token={csrf_token} />
          <input type="hidden" name="action" value="end_others" />
          <button type="submit" class="btn btn-sm">
            {others === 1 ? "End the other one" : `End the other ${count(others)}`}
          </button>
        </form>
      )}
    >
      <ul class="list">
        {sessions.map((session) => (
          <li key={session.id} data-key={session.id} class="session">
            <span class="faint">
              <Icon name={iconOf(session)} />
            </span>
            <span class="grow">
              <span class="row wrap gap-x-2 gap-y-0.5">
                <b class="strong">{deviceText(session)}</b>
                {session.is_current && <span class="tag tag-current" data-s="ok">this one</span>}
              </span>
              <span class="meta block">
                Signed in <Time at={session.created_at} now_ms={now_ms} />, active{" "}
                {isActive(session, now_ms)
                  ? "now"
                  : <Time at={session.last_used_at} now_ms={now_ms} />}, from {session.ip}
              </span>
            </span>
            {!session.is_current && (
              <form method="post">
                <CsrfField token={csrf_token} />
                <input type="hidden" name="action" value="end" />
                <input type="hidden" name="session_id" value={session.id} />
                <button
                  type="submit"
                  class="btn btn-sm"
                  aria-label={`End ${deviceText(session)} from ${session.ip}`}
                >
                  End
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function isActive(session: AccountSession, now_ms: number): boolean {
  return session.is_current || now_ms - Date.parse(session.last_used_at) < ACTIVE_MS;
}

function deviceText({ browser, system }: AccountSession): string {
  if (browser === null) return system === null ? "Unknown device" : `A browser on ${system}`;
  return system === null ? browser : `${browser} on ${system}`;
}

function iconOf({ browser, system }: AccountSession): IconName {
  switch (system) {
    case "Windows":
      return "windows";
    case "Linux":
      return "linux";
    case "iPhone":
    case "iPad":
    case "Android":
      return "chip";
    case null:
      return browser === null ? "globe" : "terminal";
    default:
      return "host";
  }
}
