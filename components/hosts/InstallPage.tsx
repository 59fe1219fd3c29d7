/** @module The whole install page, as an answer to the form that made the host and as a page of its own. */
import { paths } from "../../server/protocol/paths.ts";
import type { State } from "../../server/state.ts";
import { frameOf } from "../page_frame.ts";
import { Page, PageHead } from "../Page.tsx";
import { Steps } from "../Steps.tsx";
import { type InstallFacts, stageOf } from "./install_trail.ts";
import { InstallView, type ShownOnce } from "./InstallView.tsx";

export interface InstallPageProps {
  facts: InstallFacts;
  secrets: ShownOnce | undefined;
  install_line: string;
  state: State;
  url: URL;
}

/** Describe, install, first backup: this page is steps two and three. */
export function InstallPage({ facts, secrets, install_line, state, url }: InstallPageProps) {
  const { host } = facts;
  const here = paths.hostInstall(host.id);
  const frame = { ...frameOf(state, url), here };
  const { config, identity } = state.services;
  return (
    <Page
      crumbs={[
        { label: "Hosts", href: paths.hosts() },
        { label: host.name, href: paths.host(host.id) },
        { label: "Install agent" },
      ]}
      title={`Install the agent on ${host.name}`}
      live={{ host_id: host.id }}
      {...(secrets === undefined ? {} : { stands_at: here })}
      narrow
      {...frame}
    >
      <PageHead
        title={`Install the agent on ${host.name}`}
        sub="Leave this page open. The trail is live."
        actions={<a class="btn" href={paths.host(host.id)}>Open host</a>}
      />
      <Steps steps={["Describe", "Install agent", "First backup"]} at={stageOf(facts)} />
      <InstallView
        facts={facts}
        secrets={secrets}
        install_line={install_line}
        server={{ base_url: config.base_url, key: identity.fingerprint }}
        actor={state.actor!}
        csrf_token={state.csrf_token}
        now_ms={frame.now_ms}
      />
    </Page>
  );
}

/** All that the trail tells, read through the doors. */
export function installFacts(state: State, host_id: string): InstallFacts {
  const { services } = state;
  const actor = state.actor!;
  const query = { host_id, limit: 10, offset: 0, order: "desc" } as const;
  return {
    host: services.hosts.get(actor, host_id),
    trail: services.enrollment.trail(actor, host_id),
    repository: services.repositories.forHost(actor, host_id),
    jobs: services.jobs.list(actor, query).items,
  };
}
