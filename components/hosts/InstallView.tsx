/** @module The install page: secrets once, one line to copy, and the trail that turns green by itself. */
import type { ComponentChildren } from "preact";
import CopyButton from "../../islands/CopyButton.tsx";
import { type Actor, can } from "../../server/auth/permissions.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { AddHostAnswer } from "../../server/protocol/rest.ts";
import { CsrfField } from "../Field.tsx";
import { ahead, shortClockTime } from "../format.ts";
import { Icon } from "../Icon.tsx";
import type { InstallFacts } from "./install_trail.ts";
import { InstallTrail } from "./InstallTrail.tsx";

/** What only the answer to the POST that made it can show. */
export type ShownOnce =
  & Pick<AddHostAnswer, "token" | "token_expires_at">
  & Partial<Pick<AddHostAnswer, "minted" | "htpasswd_line">>;

export interface InstallViewProps {
  facts: InstallFacts;
  /** Absent on a plain GET: then a new token can be made. */
  secrets: ShownOnce | undefined;
  install_line: string;
  server: { base_url: string; key: string };
  actor: Actor;
  csrf_token: string;
  now_ms: number;
}

/** Left what to paste where, right how far it got. */
export function InstallView(props: InstallViewProps) {
  const { secrets } = props;
  const password = secrets?.minted?.repository_password ?? null;
  return (
    <div class="split rail-340">
      <div class="stack stack-lg">
        {password === null ? null : <RepositoryPassword password={password} />}
        {secrets?.htpasswd_line == null ? null : (
          <RestServer
            line={secrets.htpasswd_line}
            username={secrets.minted?.rest_username ?? null}
            password={secrets.minted?.rest_password ?? null}
          />
        )}
        <OnTheHost {...props} />
      </div>
      <aside class="rail" aria-label="How far it got">
        <InstallTrail
          facts={props.facts}
          actor={props.actor}
          csrf_token={props.csrf_token}
          now_ms={props.now_ms}
        />
      </aside>
    </div>
  );
}

function Block(
  { title, id, beside, children }: {
    title: string;
    id: string;
    beside?: ComponentChildren;
    children: ComponentChildren;
  },
) {
  return (
    <section class="card" aria-labelledby={`${id}-title`}>
      <header class="card-head">
        <h2 id={`${id}-title`} class="clip">{title}</h2>
        {beside}
      </header>
      <div class="card-body stack gap-2.5">{children}</div>
    </section>
  );
}

function RepositoryPassword({ password }: { password: string }) {
  return (
    <Block
      id="password"
      title="Encryption password"
      beside={
        <span class="pill push" data-s="warn">
          <Icon name="s-warn" />
          Shown only now
        </span>
      }
    >
      <div class="cmd">
        <pre id="repository-password">{password}</pre>
        <CopyButton target="repository-password" />
      </div>
      <p class="dim">
        Without it nobody can read these backups, not even you. Put it in your password manager.
      </p>
    </Block>
  );
}

function RestServer(
  { line, username, password }: { line: string; username: string | null; password: string | null },
) {
  return (
    <Block
      id="rest"
      title="On the REST server"
      beside={username === null ? null : <span class="meta clip">creates the user {username}</span>}
    >
      <div class="cmd">
        <pre id="htpasswd-line">{line}</pre>
        <CopyButton target="htpasswd-line" />
      </div>
      {password === null ? null : (
        <div class="secretline">
          <span class="meta">Type at its prompt</span>
          <code id="rest-password">{password}</code>
          <CopyButton target="rest-password" label="Copy password" />
          <span class="meta">shown only now</span>
        </div>
      )}
    </Block>
  );
}

function OnTheHost({ facts, secrets, install_line, server, csrf_token, now_ms }: InstallViewProps) {
  const { host } = facts;
  const is_windows = host.os === "windows";
  const windows = [
    `Invoke-WebRequest ${server.base_url}${paths.agentScript()} -OutFile agent.js`,
    `deno run -A agent.js enroll --server ${server.base_url} --server-key ${server.key}`,
    "deno run -A agent.js run",
  ].join("\n");
  return (
    <div class="os-switch">
      <Block
        id="host"
        title={`On ${host.name}`}
        beside={
          <span class="actions">
            <fieldset class="seg plain-fieldset">
              <legend class="vh">Operating system</legend>
              <SystemTab value="linux" label="Linux" checked={!is_windows} />
              <SystemTab value="windows" label="Windows" checked={is_windows} />
            </fieldset>
          </span>
        }
      >
        <div class="cmd on-linux">
          <pre id="install-line">{install_line}</pre>
          <CopyButton target="install-line" />
        </div>
        <div class="cmd on-windows">
          <pre id="install-windows">{windows}</pre>
          <CopyButton target="install-windows" />
        </div>
        <p class="meta on-windows">
          In a PowerShell opened as administrator, with{" "}
          <a class="link" href="https://deno.com/" rel="noreferrer">Deno</a> installed.
        </p>
        {secrets === undefined ? null : (
          <div class="secretline">
            <span class="meta">Type at its prompt</span>
            <code id="token">{secrets.token}</code>
            <CopyButton target="token" label="Copy token" />
            <span class="meta row row-sm">
              <Icon name="s-stale" size={14} />
              works once, until {shortClockTime(Date.parse(secrets.token_expires_at))},{" "}
              {ahead(Date.parse(secrets.token_expires_at), now_ms)}
            </span>
          </div>
        )}
        <TokenFoot facts={facts} shown={secrets !== undefined} csrf_token={csrf_token} />
      </Block>
    </div>
  );
}

function SystemTab(
  { value, label, checked }: { value: "linux" | "windows"; label: string; checked: boolean },
) {
  return (
    <label>
      <input
        class="vh"
        type="radio"
        name="show"
        value={value}
        checked={checked}
        autocomplete="off"
      />
      <Icon name={value} size={14} />
      {label}
    </label>
  );
}

function TokenFoot(
  { facts, shown, csrf_token }: { facts: InstallFacts; shown: boolean; csrf_token: string },
) {
  const { host, trail } = facts;
  if (trail.enrolled_at_ms !== null) {
    return <p class="dim">The agent is enrolled. Its token is spent.</p>;
  }
  return (
    <form method="post" action={paths.hostInstall(host.id)} class="row wrap">
      <CsrfField token={csrf_token} />
      {shown ? null : (
        <span class="dim">
          The token was shown once. Lost it? A new one takes its place.
        </span>
      )}
      <a class="link meta" href={paths.installScript()}>Read the script first</a>
      <button type="submit" class={shown ? "btn btn-sm push" : "btn btn-sm btn-primary push"}>
        New token
      </button>
    </form>
  );
}

/** True if this person may see the page at all: it makes tokens. */
export function mayInstall(actor: Actor): boolean {
  return can(actor, "host.add");
}
