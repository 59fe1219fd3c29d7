/** @module What every page of a host has around it: its head, its actions, its tabs. */
import type { ComponentChildren } from "preact";
import type { Actor } from "../../server/auth/permissions.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { weekday } from "../days.ts";
import { count } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { type Crumb, Page } from "../Page.tsx";
import { Count, Pill, Tag } from "../Status.tsx";
import { WORDS } from "../vocabulary.ts";
import { HostActions } from "./HostActions.tsx";
import { visibleText } from "../job/visible_text.ts";

export type HostTab =
  | "Overview"
  | "Snapshots"
  | "Schedules"
  | "Jobs"
  | "Repository"
  | "Settings";

export interface HostFrameProps {
  host: Host;
  tab: HostTab;
  actor: Actor;
  csrf_token: string;
  now_ms: number;
  url: URL;
  children: ComponentChildren;
}

/** A page of a host. */
export function HostFrame(props: HostFrameProps) {
  const { host, tab, actor, csrf_token, now_ms, url, children } = props;
  const crumbs: Crumb[] = [{ label: "Hosts", href: paths.hosts() }];
  if (tab === "Overview") crumbs.push({ label: host.name });
  else crumbs.push({ label: host.name, href: paths.host(host.id) }, { label: tab });
  return (
    <Page
      crumbs={crumbs}
      title={tab === "Overview" ? host.name : `${host.name}, ${tab.toLowerCase()}`}
      csrf_token={csrf_token}
      now_ms={now_ms}
      here={url.pathname + url.search}
      live={{ host_id: host.id }}
    >
      <header class="page-head" data-live="host-head">
        <div class="stack gap-1.5">
          <div class="row wrap gap-x-2.5 gap-y-1.5">
            <h1 class="h1 break">{host.name}</h1>
            {host.status !== "pending" && <BackupPill host={host} />}
            <Pill
              kind={host.status}
              label={host.status === "pending"
                ? WORDS.pending.label
                : `Agent ${WORDS[host.status].label.toLowerCase()}`}
            />
          </div>
          <p class="row wrap faint gap-x-3 gap-y-1">
            <span class="row row-sm">
              <Icon name={host.os} />
              {[host.os_version ?? (host.os === "linux" ? "Linux" : "Windows"), host.arch]
                .filter((fact) => fact !== null).map(visibleText).join(", ")}
            </span>
            {host.agent_hostname && host.agent_hostname !== host.name && (
              <span class="break">{visibleText(host.agent_hostname)}</span>
            )}
            {host.tags.length > 0 && (
              <span class="row row-sm wrap">
                {host.tags.map((tag) => <Tag key={tag}>{visibleText(tag)}</Tag>)}
              </span>
            )}
          </p>
        </div>
        <div class="actions">
          <HostActions host={host} actor={actor} csrf_token={csrf_token} />
        </div>
      </header>
      <Tabs host={host} tab={tab} />
      {children}
    </Page>
  );
}

function BackupPill({ host }: { host: Host }) {
  if (host.repository_initialised_at === null) return <Pill kind="never" label="No repository" />;
  const { backup_state, last_backup_status, obstacle } = host;
  const label = backup_state === "failed"
    ? last_backup_status === "failed" || last_backup_status === "interrupted"
      ? "Last backup failed"
      : obstacle === "repository_replaced"
      ? "Repository replaced"
      : obstacle === "repository_damaged"
      ? "Check failed"
      : obstacle === "repository_missing"
      ? "Repository gone"
      : "Cannot be backed up"
    : backup_state === "paused" && host.paused !== null
    ? `Paused until ${weekday(Date.parse(host.paused.until))}`
    : undefined;
  return (
    <>
      <Pill
        kind={backup_state}
        {...(label === undefined ? {} : { label })}
      />
      {host.paused !== null && backup_state !== "paused" && (
        <Pill kind="paused" label={`Paused until ${weekday(Date.parse(host.paused.until))}`} />
      )}
    </>
  );
}

function Tabs({ host, tab }: { host: Host; tab: HostTab }) {
  const tabs: { label: HostTab; href: string }[] = [
    { label: "Overview", href: paths.host(host.id) },
    { label: "Snapshots", href: paths.hostSnapshots(host.id) },
    { label: "Schedules", href: paths.hostSchedules(host.id) },
    { label: "Jobs", href: paths.hostJobs(host.id) },
    { label: "Repository", href: paths.hostRepository(host.id) },
    { label: "Settings", href: paths.hostSettings(host.id) },
  ];
  return (
    <nav class="tabs" aria-label={host.name} data-live="host-tabs">
      {tabs.map(({ label, href }) => (
        <a key={label} href={href} aria-current={label === tab ? "page" : undefined}>
          {label}
          {label === "Snapshots" && host.snapshot_count > 0 && (
            <Count value={count(host.snapshot_count)} />
          )}
          {label === "Schedules" && host.schedule_count > 0 && (
            <Count value={count(host.schedule_count)} />
          )}
        </a>
      ))}
    </nav>
  );
}
