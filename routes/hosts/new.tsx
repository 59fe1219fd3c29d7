import { page } from "fresh";
import { addHostInput, refillable } from "../../server/http/add_host_form.ts";
import {
  AddHostForm,
  AddHostRail,
  type AddHostValues,
} from "../../components/hosts/AddHostForm.tsx";
import { installFacts, InstallPage } from "../../components/hosts/InstallPage.tsx";
import type { InstallFacts } from "../../components/hosts/install_trail.ts";
import { Page, PageHead } from "../../components/Page.tsx";
import { frameOf } from "../../components/page_frame.ts";
import { Steps } from "../../components/Steps.tsx";
import { demand } from "../../server/auth/permissions.ts";
import { readForm } from "../../server/http/form.ts";
import { orRefusal } from "../../server/http/form_errors.ts";
import { paths } from "../../server/protocol/paths.ts";
import { type AddHostAnswer, AddHostRequest } from "../../server/protocol/rest.ts";
import { define } from "../../server/state.ts";

/** The form, or, in answer to it, the one page that shows the new secrets. */
type Shown =
  | { kind: "form"; values: AddHostValues; errors: Record<string, string> }
  | { kind: "added"; answer: AddHostAnswer; facts: InstallFacts };

const EMPTY: AddHostValues = { os: "linux", "repository.append_only": "on" };

export const handler = define.handlers({
  GET(ctx) {
    demand(ctx.state.actor, "host.add");
    return page<Shown>({ kind: "form", values: EMPTY, errors: {} });
  },
  async POST(ctx) {
    const { services, actor } = ctx.state;
    const form = await readForm(ctx);
    const added = await orRefusal(() =>
      services.enrollment.add(actor!, AddHostRequest.parse(addHostInput(form)))
    );
    if (added.refusal !== undefined) {
      const { errors, status } = added.refusal;
      return page<Shown>({ kind: "form", values: refillable(form), errors }, { status });
    }
    const answer = added.value;
    const shown: Shown = { kind: "added", answer, facts: installFacts(ctx.state, answer.host.id) };
    return page<Shown>(shown, { headers: { "cache-control": "no-store" } });
  },
});

export default define.page<typeof handler>(function NewHostPage({ data, state, url }) {
  if (data.kind === "added") {
    const { answer, facts } = data;
    return (
      <InstallPage
        facts={facts}
        secrets={answer}
        install_line={answer.install_line}
        state={state}
        url={url}
      />
    );
  }
  return (
    <Page
      crumbs={[{ label: "Hosts", href: paths.hosts() }, { label: "Add host" }]}
      live="off"
      narrow
      {...frameOf(state, url)}
    >
      <PageHead title="Add host" sub="Describe it here, then run one line on the machine." />
      <Steps steps={["Describe", "Install agent", "First backup"]} at={0} />
      <div class="split">
        <AddHostForm values={data.values} errors={data.errors} csrf_token={state.csrf_token} />
        <AddHostRail server_host={new URL(state.services.config.base_url).host} />
      </div>
    </Page>
  );
});
