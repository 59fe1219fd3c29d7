/** @module A host's repository address and secrets: they can be set, never read. */
import type { ComponentChildren } from "preact";
import type { Host, SecretChange } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import type { RepositoryDetail } from "../../server/protocol/rest.ts";
import { Note } from "../Card.tsx";
import { CsrfField, Field } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import { changeText } from "./secret_change.ts";
import { Section } from "../Section.tsx";

export interface SettingsSecretsProps {
  host: Host;
  repository: RepositoryDetail | undefined;
  may_edit: boolean;
  csrf_token: string;
  errors: Record<string, string>;
}

/** Address, user, both passwords, and the way to a new enrolment token. */
export function SettingsSecrets(props: SettingsSecretsProps) {
  const { host, repository, may_edit, errors } = props;
  return (
    <section class="card max-w-[1000px]" aria-label="Repository and enrolment">
      {errors[""] && <Note tone="fail" class="m-4" title="Not changed.">{errors[""]}</Note>}
      <Section
        title="Repository"
        text="Secrets can be set, never read. Each change is in the audit log."
        digest={repository === undefined ? "not there yet" : "address and passwords"}
        open={Object.keys(errors).length > 0}
      >
        {repository === undefined
          ? <p class="dim">It is there as soon as the host is enrolled.</p>
          : (
            <ul class="secrets">
              <SecretRow
                label="Address"
                value={<span class="mono">{repository.url}</span>}
                note={repository.append_only
                  ? "append-only, as you said"
                  : "full access, as you said"}
              >
                {may_edit && <Replace {...props} name="url" button="Change…" label="New address" />}
              </SecretRow>
              <SecretRow
                label="User name"
                value={repository.rest_username ?? "none"}
                note="of the repository server"
              >
                {may_edit && (
                  <Replace {...props} name="rest_username" button="Change…" label="New user name" />
                )}
              </SecretRow>
              <SecretRow
                label="Server password"
                value={<Hidden set={repository.rest_username !== null} />}
                note={changed(repository.secrets.rest_password)}
              >
                {may_edit && (
                  <Replace
                    {...props}
                    name="rest_password"
                    button="Replace…"
                    label="New server password"
                    hint="Change it on the repository server too, or the host is refused there."
                  />
                )}
              </SecretRow>
              <SecretRow
                label="Encryption password"
                value={<Hidden set={repository.secrets.password !== null} />}
                note={changed(repository.secrets.password)}
              >
                {may_edit && (
                  <Replace
                    {...props}
                    name="password"
                    button="Replace…"
                    label="New encryption password"
                    hint="This tells the host which password to use. It does not change the repository: a password that does not open it stops all backups."
                    warning="I have the present password elsewhere: saving removes it from here for good."
                  />
                )}
              </SecretRow>
            </ul>
          )}
      </Section>
      {may_edit && (
        <Section
          title="Enrolment"
          text="For a machine that was set up again. The old agent is refused from then on."
          digest="a new token"
        >
          <div class="row row-top wrap gap-3">
            <p class="dim grow min-w-[220px]">
              A new one-time token and the line to run on {host.name}.
            </p>
            <a class="btn" href={paths.hostInstall(host.id)}>Enrolment token</a>
          </div>
        </Section>
      )}
    </section>
  );
}

function changed(change: SecretChange | null): string {
  return change === null ? "not set" : changeText(change);
}

function Hidden({ set }: { set: boolean }) {
  return set
    ? (
      <span class="row row-sm">
        <Icon name="lock" size={14} />
        Set, never shown
      </span>
    )
    : <>none</>;
}

interface SecretRowProps {
  label: string;
  value: ComponentChildren;
  note: string;
  children?: ComponentChildren;
}

function SecretRow({ label, value, note, children }: SecretRowProps) {
  return (
    <li class="secret">
      <span class="dim">{label}</span>
      <span>
        <b class="medium break">{value}</b>
        <span class="meta block">{note}</span>
      </span>
      {children || null}
    </li>
  );
}

interface ReplaceProps extends SettingsSecretsProps {
  name: "url" | "rest_username" | "rest_password" | "password";
  button: string;
  label: string;
  hint?: string;
  /** Has to be ticked before it can be saved. */
  warning?: string;
}

function Replace({ name, button, label, hint, warning, host, csrf_token, errors }: ReplaceProps) {
  const error = errors[name];
  return (
    <details class="replace" open={error !== undefined}>
      <summary class="btn btn-sm">{button}</summary>
      <form method="post" class="stack gap-3 pt-3">
        <CsrfField token={csrf_token} />
        <input type="hidden" name="action" value="credentials" />
        <Field
          name={name}
          label={label}
          type={name === "url" || name === "rest_username" ? "text" : "password"}
          mono={name === "url"}
          autocomplete={name.includes("password") ? "new-password" : "off"}
          required
          {...(hint === undefined ? {} : { hint })}
          error={error}
        />
        {warning && (
          <label class="check">
            <input type="checkbox" required />
            <span>{warning}</span>
          </label>
        )}
        <span class="row row-sm">
          <button type="submit" class="btn">Save</button>
          <a class="btn btn-quiet" href={paths.hostSettings(host.id)}>Cancel</a>
        </span>
      </form>
    </details>
  );
}
