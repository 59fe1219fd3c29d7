import { page } from "fresh";
import { installFacts, InstallPage } from "../../../components/hosts/InstallPage.tsx";
import type { InstallFacts } from "../../../components/hosts/install_trail.ts";
import type { ShownOnce } from "../../../components/hosts/InstallView.tsx";
import { demand } from "../../../server/auth/permissions.ts";
import { installLine } from "../../../server/hosts/new_secrets.ts";
import { define } from "../../../server/state.ts";

interface Shown {
  facts: InstallFacts;
  secrets: ShownOnce | undefined;
}

export const handler = define.handlers({
  GET(ctx) {
    demand(ctx.state.actor, "host.add");
    const facts = installFacts(ctx.state, ctx.params["id"]!);
    return page<Shown>({ facts, secrets: undefined });
  },
  /** Makes a new token and shows it, once, in the answer. */
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const host_id = ctx.params["id"]!;
    const secrets = await services.enrollment.regenerate(actor!, host_id);
    const shown: Shown = { facts: installFacts(ctx.state, host_id), secrets };
    return page<Shown>(shown, { headers: { "cache-control": "no-store" } });
  },
});

export default define.page<typeof handler>(function InstallRoute({ data, state, url }) {
  const { config, identity } = state.services;
  return (
    <InstallPage
      facts={data.facts}
      secrets={data.secrets}
      install_line={installLine(config.base_url, identity.fingerprint)}
      state={state}
      url={url}
    />
  );
});
