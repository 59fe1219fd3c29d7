/** @module The form that describes a new host. Works without script; passwords are never filled again. */
import type { ComponentChildren } from "preact";
import { paths } from "../../server/protocol/paths.ts";
import { Note } from "../Card.tsx";
import { Check, CsrfField, Field, TextArea } from "../Field.tsx";
import { Icon } from "../Icon.tsx";

/** What was typed, by field name; never holds a password. */
export type AddHostValues = Record<string, string | undefined>;

export interface AddHostFormProps {
  values: AddHostValues;
  /** By field name; "" is about the whole form. */
  errors: Record<string, string>;
  csrf_token: string;
}

/** Machine, repository and default backup set of a new host. */
export function AddHostForm({ values, errors, csrf_token }: AddHostFormProps) {
  const of = (name: string) => ({ name, value: values[name], error: errors[name] });
  return (
    <form class="card" method="post" action={paths.addHost()} aria-label="New host">
      <CsrfField token={csrf_token} />
      {errors[""] === undefined ? null : (
        <div class="card-body">
          <Note tone="fail">{errors[""]}</Note>
        </div>
      )}
      <div class="section">
        <header>
          <h2 class="h3">Machine</h2>
          <p>The agent reports its own version and system.</p>
        </header>
        <div class="stack stack-lg">
          <SystemChoice value={values.os} error={errors.os} />
          <div class="cols cols-13">
            <Field
              {...of("name")}
              label="Name"
              required
              autofocus={errors.name !== undefined || Object.keys(errors).length === 0}
              hint="As you call the machine. Letters, digits, dot, dash, underscore."
            />
            <Field
              {...of("tags")}
              label="Tags"
              note="optional"
              hint="Separated by commas. For filters."
            />
          </div>
        </div>
      </div>
      <div class="section">
        <header>
          <h2 class="h3">Repository</h2>
          <p>One per host. A broken machine cannot reach the backups of another.</p>
        </header>
        <div class="stack stack-lg">
          <Field
            {...of("repository.url")}
            label="Address on a REST server"
            required
            mono
            hint="As https://backup.example:8000/web-01/. You initialise it after the agent is there."
          />
          <div class="cols cols-13">
            <Field
              {...of("repository.rest_username")}
              label="User name on that server"
              note="optional"
              hint="Empty: the host's name."
            />
            <Field
              {...of("repository.rest_password")}
              label="Server password"
              note="optional"
              type="password"
              autocomplete="new-password"
              hint="Empty: a strong one is made and shown once."
            />
          </div>
          <Field
            {...of("repository.password")}
            label="Repository password"
            note="optional"
            type="password"
            autocomplete="new-password"
            hint="Encrypts the backups. Empty: a strong one is made and shown once. Enter yours where the repository exists already."
          />
          <Check
            name="repository.append_only"
            checked={values["repository.append_only"] !== "off"}
            label="The server is append-only"
            hint={
              <>
                This host can add backups there and delete none, as rest-server does with{" "}
                <span class="mono nowrap">--append-only</span>.
              </>
            }
          />
        </div>
      </div>
      <div class="section">
        <header>
          <h2 class="h3">Default backup set</h2>
          <p>Run now uses it. Change it any time under Settings of the host.</p>
        </header>
        <div class="stack stack-lg">
          <div class="cols cols-13">
            <TextArea
              {...of("backup_set.paths")}
              label="Paths"
              note="one a line"
              hint="Absolute, as /home or C:\Users."
            />
            <TextArea {...of("backup_set.excludes")} label="Excludes" note="one a line, optional" />
          </div>
          <Field
            {...of("backup_set.tags")}
            label="Snapshot tags"
            note="optional"
            hint="Separated by commas."
          />
        </div>
      </div>
      <footer class="card-foot add-foot">
        <span class="hide-sm">Nothing changes on the machine yet.</span>
        <a class="btn push" href={paths.hosts()}>Cancel</a>
        <button type="submit" class="btn btn-primary">Create install command</button>
      </footer>
    </form>
  );
}

function SystemChoice({ value, error }: { value: string | undefined; error: string | undefined }) {
  return (
    <fieldset class="plain-fieldset">
      <legend class="vh">Operating system</legend>
      <div class="cols cols-12">
        <label class="choice">
          <Icon name="linux" />
          <b class="strong">Linux</b>
          <span class="meta">x86-64 or arm64, with systemd</span>
          <input class="vh" type="radio" name="os" value="linux" checked={value !== "windows"} />
        </label>
        <label class="choice">
          <Icon name="windows" />
          <b class="strong">Windows</b>
          <span class="meta">Experimental: started by hand, not tried yet</span>
          <input class="vh" type="radio" name="os" value="windows" checked={value === "windows"} />
        </label>
      </div>
      {error === undefined ? null : <p class="err">{error}</p>}
    </fieldset>
  );
}

/** What happens on the machine, and what comes after the form. */
export function AddHostRail({ server_host }: { server_host: string }) {
  return (
    <aside class="rail stack stack-lg" aria-label="Good to know">
      <section class="card" aria-labelledby="installed-title">
        <header class="card-head">
          <h2 id="installed-title">What gets installed</h2>
        </header>
        <ul class="list">
          <li class="items-start">
            <span class="faint flex mt-0.5">
              <Icon name="chip" />
            </span>
            <Said title="The agent">
              A service that runs as root, so that it can read every file.
            </Said>
          </li>
          <li class="items-start">
            <span class="faint flex mt-0.5">
              <Icon name="globe" />
            </span>
            <Said title="One outbound connection">To {server_host}. Works behind NAT.</Said>
          </li>
          <li class="items-start">
            <span class="faint flex mt-0.5">
              <Icon name="repo" />
            </span>
            <Said title="restic stays yours">The one on the host is used, from 0.17.1 on.</Said>
          </li>
        </ul>
      </section>
      <section class="card" aria-labelledby="next-title">
        <header class="card-head">
          <h2 id="next-title">What comes next</h2>
        </header>
        <ol class="list">
          <Next n={1} title="You copy one line">
            It carries the fingerprint of this server, and no secret.
          </Next>
          <Next n={2} title="You type the token">
            Shown beside the line, works once, for an hour.
          </Next>
          <Next n={3} title="You press two buttons">
            Initialise repo, then Run now or add a schedule. Nothing starts by itself.
          </Next>
        </ol>
      </section>
    </aside>
  );
}

function Said({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <span>
      <b class="strong">{title}</b>
      <span class="meta block break">{children}</span>
    </span>
  );
}

function Next(
  { n, title, children }: { n: number; title: string; children: ComponentChildren },
) {
  return (
    <li class="items-start">
      <span class="avatar size-5" aria-hidden="true">{n}</span>
      <Said title={title}>{children}</Said>
    </li>
  );
}
