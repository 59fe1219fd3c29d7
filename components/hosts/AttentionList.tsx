/** @module "Needs you": what is wrong, since when, and the one thing to do about each. */
import { type Actor, can } from "../../server/auth/permissions.ts";
import type { Attention } from "../../server/fleet/fleet.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { Card } from "../Card.tsx";
import { absolute, count, span } from "../format.ts";
import { Count, StatusIcon } from "../Status.tsx";
import { HostActionButton } from "./HostActionButton.tsx";

export interface AttentionListProps {
  /** The worst of them, worst first. */
  items: Attention[];
  /** How many there are in all: the hosts table has the rest. */
  total: number;
  /** The hosts of this page: their own button is the fix where there is no log to read. */
  hosts: Host[];
  actor: Actor;
  csrf_token: string;
  now_ms: number;
}

/** The list of troubles; one quiet line when there are none. */
export function AttentionList(props: AttentionListProps) {
  const { items, total, hosts, actor, csrf_token, now_ms } = props;
  if (items.length === 0) return <NothingNeedsYou />;
  const by_id = new Map(hosts.map((host) => [host.id, host]));
  const tone = items.some((item) => item.state === "failed") ? "fail" : "stale";
  const rest = total - items.length;
  return (
    <Card
      id="attention"
      title="Needs you"
      beside={<Count value={count(total)} tone={tone} />}
      live
      {...(rest > 0
        ? { foot: <a class="link" href={paths.hosts()}>{count(rest)} more under Hosts</a> }
        : {})}
    >
      <ul class="list att-list">
        {items.map((item, at) => (
          <li key={item.host_id} data-key={item.host_id} class="hoverable">
            <StatusIcon kind={item.state} />
            <span class="att grow">
              <a class="strong rowlink" href={paths.host(item.host_id)} title={item.host_name}>
                {item.host_name}
              </a>
              <span class="dim line-clamp-3" title={item.message}>{item.message}</span>
            </span>
            {item.since_ms === null ? <span class="hide-sm" /> : (
              <time
                class="meta nowrap hide-sm"
                dateTime={new Date(item.since_ms).toISOString()}
                title={absolute(item.since_ms)}
              >
                {now_ms - item.since_ms < 1000 ? "now" : span((now_ms - item.since_ms) / 1000)}
              </time>
            )}
            <Fix
              item={item}
              host={by_id.get(item.host_id)}
              actor={actor}
              csrf_token={csrf_token}
              primary={at === 0}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function NothingNeedsYou() {
  return (
    <section class="card" data-live="attention" aria-label="Needs you">
      <p class="row row-sm wrap px-4 py-3.5">
        <StatusIcon kind="good" />
        <b class="strong">Nothing needs you</b>
        <span class="dim">No host failed, is overdue or has gaps.</span>
      </p>
    </section>
  );
}

interface FixProps {
  item: Attention;
  host: Host | undefined;
  actor: Actor;
  csrf_token: string;
  primary: boolean;
}

/** The log where a job went wrong; else where to repair it; else the host's own next step; else its page. */
function Fix({ item, host, actor, csrf_token, primary }: FixProps) {
  const look = primary ? "btn btn-sm btn-primary min-w-19" : "btn btn-sm min-w-19";
  if (item.job_id !== null && (item.state === "failed" || item.state === "gaps")) {
    const label = item.state === "failed" ? "Open log" : "See gaps";
    return (
      <a class={look} href={paths.job(item.job_id)} aria-label={`${label}, ${item.host_name}`}>
        {label}
      </a>
    );
  }
  const obstacle = host === undefined || host.status === "pending" ? null : host.obstacle;
  const needs_settings = obstacle === "wrong_password" || obstacle === "unauthorized" ||
    obstacle === "no_paths";
  if (needs_settings && can(actor, "backup_set.edit")) {
    return (
      <a
        class={look}
        href={paths.hostSettings(item.host_id)}
        aria-label={`Settings, ${item.host_name}`}
      >
        Settings
      </a>
    );
  }
  const can_run = obstacle === null || obstacle === "set_changed" ||
    obstacle === "repository_missing" || obstacle === "repository_replaced";
  if (host !== undefined && can_run && host.status !== "offline" && can(actor, "job.start")) {
    return (
      <HostActionButton host={host} actor={actor} csrf_token={csrf_token} primary={primary} small />
    );
  }
  return (
    <a class={look} href={paths.host(item.host_id)} aria-label={`Details, ${item.host_name}`}>
      Details
    </a>
  );
}
