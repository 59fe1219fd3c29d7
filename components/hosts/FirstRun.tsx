/** @module The overview before there is any host: three steps to a first snapshot. */
import type { ComponentChildren } from "preact";
import { paths } from "../../server/protocol/paths.ts";
import { HeatStrip } from "../HeatStrip.tsx";
import { Icon } from "../Icon.tsx";
import { StatusIcon } from "../Status.tsx";
import { Verdict } from "../Verdict.tsx";

export interface FirstRunProps {
  can_add: boolean;
  base_url: string;
  secret_key_file: string;
  server_key: string;
}

/** The guide to the first backup, and what to have done before relying on it. */
export function FirstRun({ can_add, base_url, secret_key_file, server_key }: FirstRunProps) {
  return (
    <>
      <Verdict
        title="Nothing is backed up yet"
        sub={can_add
          ? "Add your first host. From here to a first snapshot takes about five minutes."
          : "An administrator adds the first host."}
      />
      <div class="split rail-320">
        <section class="card clipcard" aria-label="First steps">
          <ol class="list">
            <Step n={1} now title="Have a place to store backups">
              <p class="prose">
                A REST server you already run. One repository per host, so a broken machine cannot
                touch the backups of another.
              </p>
              {can_add
                ? (
                  <div class="row wrap mt-2">
                    <a class="btn btn-primary" href={paths.addHost()}>
                      <Icon name="plus" />
                      Add host
                    </a>
                  </div>
                )
                : null}
            </Step>
            <Step n={2} title="Run one line on the host">
              <p class="prose">
                You copy a command and type a one-time token when it asks. The agent connects out.
                No inbound port is needed.
              </p>
              <div class="cmd mt-2">
                <pre>
                  {`curl -fsSL ${base_url}${paths.installScript()} | sudo bash -s -- --server ${base_url} --server-key `}
                  <span class="v">{`${server_key.slice(0, 12)}…`}</span>
                </pre>
              </div>
            </Step>
            <Step n={3} title="See the first snapshot">
              <p class="prose">
                The agent reports in and checks the repository. You press{" "}
                <b class="medium">Initialise repo</b>, then{" "}
                <b class="medium">Run now</b>, and watch it live.
              </p>
              <div class="mt-2">
                <HeatStrip days={`${"n".repeat(29)}d`} host_name="Your first host" />
              </div>
            </Step>
          </ol>
        </section>
        <aside class="rail stack stack-lg" aria-label="Good to know">
          <Checks base_url={base_url} secret_key_file={secret_key_file} />
          {can_add ? <ExistingRepositories /> : null}
        </aside>
      </div>
    </>
  );
}

interface StepProps {
  n: number;
  now?: boolean;
  title: string;
  children: ComponentChildren;
}

function Step({ n, now, title, children }: StepProps) {
  return (
    <li class="guide-step">
      <span class="avatar num-badge" data-now={now ? "" : undefined} aria-hidden="true">{n}</span>
      <div class="stack stack-sm grow">
        <h2 class="h2">{title}</h2>
        {children}
      </div>
    </li>
  );
}

function Checks({ base_url, secret_key_file }: { base_url: string; secret_key_file: string }) {
  const is_https = base_url.startsWith("https:");
  return (
    <section class="card" aria-labelledby="checks-title">
      <header class="card-head">
        <h2 id="checks-title">Before you rely on it</h2>
      </header>
      <ul class="list">
        <li>
          <StatusIcon kind={is_https ? "good" : "gaps"} />
          <span class="grow dim">
            {is_https
              ? "Server reachable over HTTPS"
              : "Without HTTPS only this machine can be a host. Set RM_BASE_URL to change that"}
          </span>
        </li>
        <li>
          <StatusIcon kind="good" />
          <span class="grow dim">Admin account</span>
        </li>
        <li>
          <StatusIcon kind="gaps" />
          <span class="grow">
            Back up the secret key
            <span class="meta block break">
              Copy <code>{secret_key_file}</code>{" "}
              to a safe place outside this server. It encrypts every password stored here.
            </span>
          </span>
        </li>
      </ul>
    </section>
  );
}

function ExistingRepositories() {
  return (
    <section class="card" aria-labelledby="existing-title">
      <header class="card-head">
        <h2 id="existing-title">Already using restic?</h2>
      </header>
      <div class="card-body stack">
        <p class="dim">
          Bring existing repositories. Enter the URL and password when you add the host. Snapshots
          appear as they are, nothing is moved or rewritten.
        </p>
        <a class="link" href={paths.addHost()}>Add a host with an existing repository</a>
      </div>
    </section>
  );
}
