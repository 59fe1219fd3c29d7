/** @module The buttons in a host's head: the next thing to do, and in a menu what else the host can do. */
import type { Actor } from "../../server/auth/permissions.ts";
import type { BackupSet, Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { CsrfField } from "../Field.tsx";
import { counted } from "../format.ts";
import { type HostAction, hostAction } from "../hosts/host_action.ts";
import { Icon, type IconName } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";

export interface HostActionsProps {
  host: Host;
  actor: Actor;
  csrf_token: string;
}

const ICONS: Record<Exclude<HostAction["label"], "Repository">, IconName> = {
  "Install agent": "terminal",
  View: "job",
  "Initialise repo": "repo",
  "Run now": "play",
  Retry: "retry",
};

/** One button; for a backup with a menu beside it. Nothing for those who may not. */
export function HostActions({ host, actor, csrf_token }: HostActionsProps) {
  const action = hostAction(host, actor);
  if (action === undefined) return null;
  if (action.label === "Repository") return <ProbeButton host={host} token={csrf_token} />;
  if (action.kind === "link") {
    return (
      <a class={action.label === "View" ? "btn" : "btn btn-primary"} href={action.href}>
        <Icon name={ICONS[action.label]} />
        {action.label === "View" ? "Open running job" : action.label}
      </a>
    );
  }
  const button = (
    <button
      type="submit"
      form="host-action"
      class={action.action === "init" ? "btn btn-danger" : "btn btn-primary"}
      disabled={action.reason !== undefined}
      title={action.reason ?? action.note}
    >
      <Icon name={ICONS[action.label]} />
      {action.label}
    </button>
  );
  return (
    <>
      <form id="host-action" method="post" action={paths.host(host.id)} hidden>
        <CsrfField token={csrf_token} />
        <input type="hidden" name="action" value={action.action} />
      </form>
      {action.action === "init" || action.reason !== undefined ? button : (
        <span class="btn-group">
          {button}
          <details class="runmenu">
            <summary
              class="btn btn-primary btn-icon"
              aria-label="Other jobs: with a speed limit, check, unlock"
              title="Other jobs"
            >
              <Icon name="down" />
            </summary>
            <div class="menu stack gap-3">
              <RunForm host={host} action={action.action} label={action.label} token={csrf_token} />
              <RepositoryJobs host_id={host.id} token={csrf_token} />
            </div>
          </details>
        </span>
      )}
    </>
  );
}

/** The next step where the repository is not the host's any more: see whether it is back. */
function ProbeButton({ host, token }: { host: Host; token: string }) {
  return (
    <form method="post" action={paths.hostRepository(host.id)} class="contents">
      <CsrfField token={token} />
      <button type="submit" name="action" value="probe" class="btn btn-primary">
        <Icon name="retry" />
        Probe again
      </button>
    </form>
  );
}

interface RunFormProps {
  host: Host;
  action: "run" | "retry";
  label: string;
  token: string;
}

function RunForm({ host, action, label, token }: RunFormProps) {
  return (
    <form class="stack gap-3" method="post" action={paths.host(host.id)}>
      <CsrfField token={token} />
      <input type="hidden" name="action" value={action} />
      <BackupSetText set={host.backup_set} />
      <SpeedField id="run-upload" label="Upload limit" name="limit_upload_kib_per_second" />
      <SpeedField id="run-download" label="Download limit" name="limit_download_kib_per_second" />
      <p class="hint">1,024 KiB/s is 1 MiB/s or 8.4 Mbit/s. Empty means no limit.</p>
      <button type="submit" class="btn btn-block">{label} with these limits</button>
    </form>
  );
}

function RepositoryJobs({ host_id, token }: { host_id: string; token: string }) {
  return (
    <form class="stack gap-2 border-t border-line pt-3" method="post" action={paths.host(host_id)}>
      <CsrfField token={token} />
      <b class="medium">Repository</b>
      <div class="row wrap gap-2">
        <a class="btn btn-sm" href={`${paths.hostRepository(host_id)}#checks`}>
          <Icon name="shield" size={14} />
          Check…
        </a>
        <button type="submit" class="btn btn-sm" name="action" value="unlock">
          <Icon name="unlock" size={14} />
          Unlock
        </button>
      </div>
      <p class="hint">
        Unlock removes locks of processes that are gone. One that may be in use stays.
      </p>
    </form>
  );
}

function SpeedField({ id, label, name }: { id: string; label: string; name: string }) {
  return (
    <div class="field">
      <label class="label" for={id}>
        {label} <small>optional</small>
      </label>
      <span class="unit">
        <input
          class="input input-sm"
          id={id}
          name={name}
          type="number"
          min={1}
          max={10_000_000}
          inputMode="numeric"
        />
        <span>KiB/s</span>
      </span>
    </div>
  );
}

/** What a backup takes, in a few lines. */
export function BackupSetText({ set }: { set: BackupSet }) {
  const shown = set.paths.slice(0, 4);
  return (
    <div class="stack gap-0.5">
      <b class="medium">Default backup set</b>
      <ul class="mono text-xs dim">
        {shown.map((path) => (
          <li key={path} class="clip" title={visibleText(path)}>{visibleText(path)}</li>
        ))}
      </ul>
      <p class="meta">
        {set.paths.length > shown.length && `and ${set.paths.length - shown.length} more, `}
        {set.excludes.length === 0 ? "no excludes" : counted(set.excludes.length, "exclude")}
      </p>
    </div>
  );
}
