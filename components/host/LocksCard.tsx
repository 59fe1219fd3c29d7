/** @module Who holds locks in the repository, and the way to remove those of dead processes. */
import type { Host, RepositoryLock } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { RepositoryDetail } from "../../server/protocol/rest.ts";
import { Card } from "../Card.tsx";
import { CsrfField } from "../Field.tsx";
import { ago } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { Time } from "../Time.tsx";
import { holderText } from "./lock_words.ts";

export interface LocksCardProps {
  host: Host;
  repository: RepositoryDetail;
  may_run: boolean;
  csrf_token: string;
  now_ms: number;
}

/** The locks as the agent last saw them. */
export function LocksCard({ host, repository, may_run, csrf_token, now_ms }: LocksCardProps) {
  const { locks, locks_at, initialised_at } = repository;
  return (
    <Card id="locks" title="Locks" live>
      <div class="card-body stack gap-3">
        {locks === null
          ? <p class="dim">The agent has not looked yet.</p>
          : locks.length === 0
          ? <p class="dim">None.</p>
          : (
            <ul class="stack gap-2">
              {locks.map((lock) => (
                <Lock key={`${lock.hostname} ${lock.pid}`} lock={lock} now_ms={now_ms} />
              ))}
            </ul>
          )}
        {locks_at && (
          <p class="meta">
            The agent looked <Time at={locks_at} now_ms={now_ms} />.
          </p>
        )}
        {may_run && initialised_at !== null && (
          <form class="row wrap gap-x-3 gap-y-1" method="post" action={paths.host(host.id)}>
            <CsrfField token={csrf_token} />
            <button type="submit" class="btn btn-sm" name="action" value="unlock">
              <Icon name="unlock" size={14} />
              Unlock
            </button>
            <span class="meta grow">
              Removes locks of processes that are gone. One that may be in use stays.
            </span>
          </form>
        )}
      </div>
    </Card>
  );
}

function Lock({ lock, now_ms }: { lock: RepositoryLock; now_ms: number }) {
  const { hostname, username, pid, exclusive, renewed_at, holder } = lock;
  return (
    <li class="row row-top gap-2">
      <span class="st mt-0.5" data-s={exclusive ? "warn" : "idle"}>
        <Icon name="lock" />
      </span>
      <span class="min-w-0">
        <b class="medium break">
          {exclusive ? "Alone" : "Shared"}: process {pid} on {visibleText(hostname)}
        </b>
        <span class="meta block break">
          {username && `${visibleText(username)}, `}renewed{" "}
          {ago(Math.min(now_ms, Date.parse(renewed_at)), now_ms)}. {holderText(holder)}
        </span>
      </span>
    </li>
  );
}
