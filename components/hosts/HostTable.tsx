/** @module The list of hosts, worst first: the same rows at 12 and at 1,000. */
import type { Actor } from "../../server/auth/permissions.ts";
import type { RunningJob } from "../../server/fleet/fleet.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { bytes, count } from "../format.ts";
import { HeatStrip } from "../HeatStrip.tsx";
import { Icon } from "../Icon.tsx";
import { Status } from "../Status.tsx";
import { Time } from "../Time.tsx";
import { wordOf } from "../vocabulary.ts";
import { HostActionButton } from "./HostActionButton.tsx";
import { percentDone } from "../job/how_far.ts";
import { visibleText } from "../job/visible_text.ts";

export interface HostTableProps {
  hosts: Host[];
  strips: Map<string, string>;
  running: RunningJob[];
  actor: Actor;
  csrf_token: string;
  now_ms: number;
}

/** Hosts as a table that turns into cards where it is narrow. */
export function HostTable(props: HostTableProps) {
  const jobs = new Map(props.running.map((running) => [running.job.id, running]));
  return (
    <table class="tbl tbl-cards tbl-hosts">
      <thead>
        <tr>
          <th scope="col">Host</th>
          <th scope="col" aria-sort="descending">State</th>
          <th scope="col">Last good</th>
          <th scope="col">30 days</th>
          <th scope="col" class="num c-sm">Stored</th>
          <th scope="col" class="num c-lg">Snapshots</th>
          <th scope="col">
            <span class="vh">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.hosts.map((host) => (
          <HostRow
            key={host.id}
            {...props}
            host={host}
            job={host.current_job_id === null ? undefined : jobs.get(host.current_job_id)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface HostRowProps extends HostTableProps {
  host: Host;
  job: RunningJob | undefined;
}

function HostRow({ host, job, strips, actor, csrf_token, now_ms }: HostRowProps) {
  const days = strips.get(host.id);
  return (
    <tr data-key={host.id} data-s={wordOf(stateOf(host, job)).tone}>
      <td>
        <HostName host={host} />
      </td>
      <td>
        <HostState host={host} job={job} />
      </td>
      <td class="nowrap" data-c="sub">
        <Time at={host.last_good_backup_at} now_ms={now_ms} />
      </td>
      <td>{days === undefined ? null : <HeatStrip days={days} host_name={host.name} />}</td>
      <td class="num c-sm" data-c="drop">
        {host.repo_size_bytes === null
          ? <span class="faint">not known yet</span>
          : bytes(host.repo_size_bytes)}
      </td>
      <td class="num faint c-lg" data-c="drop">
        {host.snapshot_count === 0 ? "none" : count(host.snapshot_count)}
      </td>
      <td class="num" data-c="act">
        <HostActionButton host={host} actor={actor} csrf_token={csrf_token} small />
      </td>
    </tr>
  );
}

/** System, name, and what is odd about the agent. */
function HostName({ host }: { host: Host }) {
  const odd = host.status === "offline" || host.status === "degraded" ? host.status : null;
  const system = visibleText(host.os_version ?? (host.os === "windows" ? "Windows" : "Linux"));
  return (
    <span class="hostcell">
      <span class="faint flex" title={system}>
        <Icon name={host.os} label={system} />
      </span>
      <span class="hostname">
        <a class="rowlink strong" href={paths.host(host.id)} title={host.name}>{host.name}</a>
        {odd && (
          <span class="st agent-mark" data-s={wordOf(odd).tone} title={oddTitle(host)}>
            <Icon name={wordOf(odd).icon} />
            <span class="agent-word">agent {wordOf(odd).label.toLowerCase()}</span>
          </span>
        )}
      </span>
    </span>
  );
}

function oddTitle({ status, degraded_reasons }: Host): string {
  if (status === "offline") return "Agent offline";
  return visibleText(`Agent degraded: ${degraded_reasons.join(". ")}`);
}

/** What the state column says: a job in hand first, then the host's own state. */
export function stateOf(host: Host, job: RunningJob | undefined) {
  if (host.status === "pending") return "pending";
  if (job === undefined) return host.backup_state;
  if (job.stalled) return "stalled";
  return job.job.status;
}

/** The state of a host in a table cell. */
export function HostState({ host, job }: { host: Host; job: RunningJob | undefined }) {
  const kind = stateOf(host, job);
  if (job === undefined || kind !== "running") return <Status kind={kind} short />;
  const percent = percentDone(job.progress);
  return <Status kind="running" label={percent === null ? "Running" : `Running ${percent} %`} />;
}
