import { page } from "fresh";
import { HostFrame } from "../../../components/host/HostFrame.tsx";
import { SettingsForm } from "../../../components/host/SettingsForm.tsx";
import { SettingsSecrets } from "../../../components/host/SettingsSecrets.tsx";
import { Section } from "../../../components/Section.tsx";
import ConfirmDialog from "../../../islands/ConfirmDialog.tsx";
import { can } from "../../../server/auth/permissions.ts";
import { AppError } from "../../../server/errors.ts";
import { readForm } from "../../../server/http/form.ts";
import { setFlash } from "../../../server/http/flash.ts";
import { orRefusal, type Refusal } from "../../../server/http/form_errors.ts";
import { credentialsRequest, editRequest } from "../../../server/http/host_forms.ts";
import type { Host } from "../../../server/protocol/entities.ts";
import { paths } from "../../../server/protocol/paths.ts";
import { define, type State } from "../../../server/state.ts";

interface Answer {
  /** The form that came back, what was typed into it, and what is wrong with it. */
  form?: "save" | "credentials";
  typed?: Record<string, string>;
  errors?: Record<string, string>;
}

function dataOf(state: State, host_id: string, answer: Answer = {}) {
  const { services } = state;
  const actor = state.actor!;
  return {
    host: services.hosts.get(actor, host_id),
    repository: services.repositories.detail(actor, host_id),
    now_ms: services.clock.now_ms(),
    server_key: services.identity.fingerprint,
    form: answer.form,
    typed: answer.typed ?? {},
    errors: answer.errors ?? {},
    rights: {
      edit: can(actor, "host.edit"),
      edit_backup_set: can(actor, "backup_set.edit"),
      credentials: can(actor, "credentials.edit"),
      remove: can(actor, "host.remove"),
    },
  };
}

export const handler = define.handlers({
  GET(ctx) {
    return page(dataOf(ctx.state, ctx.params["id"]!));
  },
  async POST(ctx) {
    const { state } = ctx;
    const { hosts, repositories } = state.services;
    const actor = state.actor!;
    const id = ctx.params["id"]!;
    const form = await readForm(ctx);
    const back = (name: "save" | "credentials", refusal: Refusal) =>
      page(
        dataOf(state, id, {
          form: name,
          errors: refusal.errors,
          typed: name === "save" ? typedOf(form) : {},
        }),
        { status: refusal.status },
      );
    const done = (path: string, title: string, text?: string) => {
      const response = ctx.redirect(path, 303);
      const flash = { tone: "ok" as const, title };
      setFlash(
        response.headers,
        text === undefined ? flash : { ...flash, text },
        state.services.config,
      );
      return response;
    };
    switch (form.get("action")) {
      case "save": {
        const { refusal } = await orRefusal(() => hosts.edit(actor, id, editRequest(form)));
        if (refusal) return back("save", refusal);
        return done(paths.hostSettings(id), "Saved", savedText(hosts.get(actor, id)));
      }
      case "credentials": {
        const { refusal } = await orRefusal(() =>
          repositories.editCredentials(actor, id, credentialsRequest(form))
        );
        return refusal ? back("credentials", refusal) : done(
          paths.hostSettings(id),
          "Changed",
          "The host gets it at once, or when it is back.",
        );
      }
      case "remove":
        if (form.get("confirm") !== hosts.get(actor, id).name) {
          throw new AppError("invalid_field", "The name that was typed is not this host's", {
            field: "confirm",
            hint: "Nothing was removed",
          });
        }
        hosts.remove(actor, id);
        return done(paths.hosts(), "Removed", "Nothing was deleted in its repository.");
      default:
        throw new AppError("bad_request", "Say what to change", { field: "action" });
    }
  },
});

/** What saving means for the next backup, where that is not plain. */
function savedText({ obstacle }: Host): string | undefined {
  if (obstacle === "no_paths") return "Without paths the host cannot be backed up.";
  if (obstacle === "set_changed") return "What was added is not backed up before the next run.";
  return undefined;
}

function typedOf(form: FormData): Record<string, string> {
  const typed: Record<string, string> = {};
  for (const [name, value] of form) {
    if (typeof value === "string" && name !== "_csrf") typed[name] = value;
  }
  return typed;
}

export default define.page<typeof handler>(function SettingsPage({ data, state, url }) {
  const { host, repository, rights, now_ms, form, errors } = data;
  return (
    <HostFrame
      host={host}
      tab="Settings"
      actor={state.actor!}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      url={url}
    >
      <SettingsForm
        host={host}
        rights={rights}
        csrf_token={state.csrf_token}
        now_ms={now_ms}
        server_key={data.server_key}
        typed={data.typed}
        errors={form === "save" ? errors : {}}
      />
      <SettingsSecrets
        host={host}
        repository={repository}
        may_edit={rights.credentials}
        csrf_token={state.csrf_token}
        errors={form === "credentials" ? errors : {}}
      />
      {rights.remove && (
        <section class="card danger-zone max-w-[1000px]" aria-label="Danger zone">
          <Section title="Remove" text="Forget that it was ever here." digest={host.name}>
            <div class="row row-top wrap gap-3">
              <p class="dim grow min-w-[220px]">
                The agent is signed off at once. Its jobs, logs and stored passwords go.{" "}
                <b class="strong">Nothing is deleted in the repository</b>, but without the
                encryption password nobody can open it. The audit log keeps its entries.
              </p>
              <ConfirmDialog
                label={`Remove ${host.name}…`}
                title={`Remove ${host.name}?`}
                text="The agent is signed off at once and the stored passwords are dropped."
                stays="The repository and its snapshots stay where they are, but without the encryption password nobody can open them: keep it elsewhere first."
                fields={{ action: "remove" }}
                csrf={state.csrf_token}
                confirm_label="Remove host"
                keep_label="Keep host"
                typed={{ word: host.name, name: "confirm" }}
              />
            </div>
          </Section>
        </section>
      )}
    </HostFrame>
  );
});
