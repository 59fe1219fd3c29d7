/** @module Beside a repository's figures: what the agent last found there, and where it is. */
import type { ComponentChildren } from "preact";
import type { Host, SecretChange } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { RepositoryDetail } from "../../server/protocol/rest.ts";
import { Card } from "../Card.tsx";
import { date } from "../days.ts";
import { CsrfField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import { Time } from "../Time.tsx";
import { changeText } from "./secret_change.ts";
import { LocksCard } from "./LocksCard.tsx";
import { isBadProbe, PROBE_WORDS } from "./probe_words.ts";

export interface RepositoryRailProps {
  host: Host;
  repository: RepositoryDetail;
  rights: { probe: boolean; edit: boolean; run: boolean };
  csrf_token: string;
  now_ms: number;
}

/** The last look, and location and keys. */
export function RepositoryRail(props: RepositoryRailProps) {
  return (
    <aside class="rail stack stack-lg" aria-label="Access">
      <LastLook {...props} />
      <LocksCard {...props} may_run={props.rights.run} />
      <Location {...props} />
    </aside>
  );
}

function LastLook({ host, repository, rights, csrf_token, now_ms }: RepositoryRailProps) {
  const { probe_state, probed_at } = repository;
  const bad = isBadProbe(probe_state);
  const tone = bad ? "fail" : probe_state === "ready" ? "ok" : "idle";
  return (
    <Card id="last-look" title="Last look" live>
      <div class="card-body stack gap-3">
        <dl class="kv kv-fit">
          <Fact label="Result">
            <span class="st" data-s={tone}>
              <Icon name={bad ? "s-fail" : probe_state === "ready" ? "s-ok" : "s-never"} />
              {PROBE_WORDS[probe_state]}
            </span>
          </Fact>
          <Fact label="When">
            <Time at={probed_at} now_ms={now_ms} none="not yet" />
          </Fact>
        </dl>
        {rights.probe && host.enrolled_at !== null && (
          <form method="post" class="row wrap gap-2">
            <CsrfField token={csrf_token} />
            <button type="submit" class="btn btn-sm" name="action" value="probe">
              <Icon name="retry" size={14} />
              Probe again
            </button>
            {host.status === "offline" && <span class="meta">it looks when it is back</span>}
          </form>
        )}
      </div>
    </Card>
  );
}

function Location({ host, repository, rights }: RepositoryRailProps) {
  const { url, rest_username, append_only, initialised_at, restic_repository_id, secrets } =
    repository;
  const settings = paths.hostSettings(host.id);
  return (
    <Card
      id="location"
      title="Location and keys"
      live
      {...(rights.edit
        ? { actions: <a class="btn btn-sm btn-quiet" href={settings}>Edit</a> }
        : {})}
    >
      <div class="card-body stack gap-3">
        <p class="mono text-xs dim break" title={visibleText(url)}>{visibleText(url)}</p>
        <dl class="kv kv-fit">
          <Fact label="Access">
            {append_only ? "Append-only, as you said" : "Full, as you said"}
          </Fact>
          <Fact label="User">{rest_username ?? "none"}</Fact>
          <Fact label="Repository id">
            {restic_repository_id === null
              ? "not known yet"
              : (
                <span class="mono text-xs" title={visibleText(restic_repository_id)}>
                  {visibleText(restic_repository_id.slice(0, 10))}
                </span>
              )}
          </Fact>
          <Fact label="Initialised">
            {initialised_at === null ? "not yet" : date(Date.parse(initialised_at))}
          </Fact>
        </dl>
        <ul class="secrets-short">
          <Secret
            label="Server password"
            change={secrets.rest_password}
            edit={rights.edit && settings}
          />
          <Secret
            label="Encryption password"
            change={secrets.password}
            edit={rights.edit && settings}
          />
        </ul>
      </div>
    </Card>
  );
}

interface SecretProps {
  label: string;
  change: SecretChange | null;
  /** Where it can be replaced; false for those who may not. */
  edit: string | false;
}

function Secret({ label, change, edit }: SecretProps) {
  return (
    <li class="row row-top gap-2">
      <span class="grow min-w-0">
        <span class="dim">{label}</span>
        <b class="medium block">{change === null ? "none" : "Set, never shown"}</b>
        {change && <span class="meta break block">{changeText(change)}</span>}
      </span>
      {edit && change && (
        <a class="btn btn-sm" href={edit} aria-label={`Replace the ${label.toLowerCase()}`}>
          Replace…
        </a>
      )}
    </li>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
