/** @module What can be changed about a host: name, tags, default backup set, goal. */
import type { Host } from "../../server/protocol/entities.ts";
import SaveBar from "../../islands/SaveBar.tsx";
import { Note } from "../Card.tsx";
import { CsrfField, Field, TextArea } from "../Field.tsx";
import { ago, counted } from "../format.ts";
import { Section } from "../Section.tsx";
import { SettingsTrust } from "./SettingsTrust.tsx";
import type { SettingsField, SettingsValues } from "./settings_changes.ts";
import { visibleText } from "../job/visible_text.ts";

export interface SettingsFormProps {
  host: Host;
  rights: { edit: boolean; edit_backup_set: boolean };
  csrf_token: string;
  now_ms: number;
  /** The fingerprint that agents know this server by. */
  server_key: string;
  /** What was typed, when the form comes back with errors. */
  typed: Record<string, string>;
  errors: Record<string, string>;
}

/** One form; each role gets the fields that it may change and reads the others. */
export function SettingsForm(props: SettingsFormProps) {
  const { host, rights, csrf_token, typed, errors } = props;
  const general = errors[""];
  const saved = savedOf(host, rights);
  const value = (name: SettingsField) => typed[name] ?? saved[name];
  const may_save = rights.edit || rights.edit_backup_set;
  const parts = (
    <>
      {general && <Note tone="fail" class="m-4" title="Not saved.">{general}</Note>}
      <Section
        title="Name and tags"
        digest={host.tags.join(", ") || "no tags"}
        open
        text="The name is shown everywhere. The repository does not move."
      >
        {rights.edit
          ? (
            <div class="cols [--min:13rem]">
              <Field
                name="name"
                label="Name"
                required
                value={value("name")}
                error={errors["name"]}
              />
              <Field
                name="tags"
                label="Tags"
                note="separated by commas"
                value={value("tags")}
                error={errors["tags"]}
              />
            </div>
          )
          : (
            <dl class="kv">
              <dt>Name</dt>
              <dd>{host.name}</dd>
              <dt>Tags</dt>
              <dd>{host.tags.length === 0 ? "none" : visibleText(host.tags.join(", "))}</dd>
            </dl>
          )}
      </Section>
      <Section
        title="Default backup set"
        text={host.schedule_count === 0
          ? "Run now uses it."
          : "Run now uses it, and so do schedules without paths of their own."}
        digest={counted(host.backup_set.paths.length, "path")}
        open={hasError(errors, "backup_set")}
      >
        {rights.edit_backup_set
          ? (
            <div class="stack stack-lg">
              <TextArea
                name="backup_set.paths"
                label="Paths"
                note="one absolute path a line"
                rows={Math.max(3, host.backup_set.paths.length + 1)}
                value={value("backup_set.paths")}
                error={errors["backup_set.paths"]}
              />
              <TextArea
                name="backup_set.excludes"
                label="Excludes"
                note="one restic pattern a line"
                rows={Math.max(3, host.backup_set.excludes.length + 1)}
                value={value("backup_set.excludes")}
                error={errors["backup_set.excludes"]}
              />
              <Field
                name="backup_set.tags"
                label="Snapshot tags"
                note="separated by commas"
                value={value("backup_set.tags")}
                error={errors["backup_set.tags"]}
              />
            </div>
          )
          : <BackupSetList host={host} />}
      </Section>
      <Section
        title="Goal"
        text="Without a good backup for longer than this, the host is overdue."
        digest={`${hoursOf(host)} h`}
        open={hasError(errors, "goal")}
      >
        {rights.edit ? <GoalField {...props} /> : <p>{counted(hoursOf(host), "hour")}</p>}
      </Section>
      <SettingsTrust
        host={host}
        server_key={props.server_key}
        may_edit={rights.edit}
        pins={[value("cert_pins.0") ?? "", value("cert_pins.1") ?? ""]}
        errors={[errors["cert_pins.0"], errors["cert_pins.1"] ?? errors["cert_pins"]]}
      />
      {may_save && <SaveBar saved={saved} />}
    </>
  );
  if (!may_save) {
    return <section class="card max-w-[1000px]" aria-label="Settings">{parts}</section>;
  }
  return (
    <form class="card max-w-[1000px]" method="post" id="settings">
      <CsrfField token={csrf_token} />
      <input type="hidden" name="action" value="save" />
      {parts}
    </form>
  );
}

function hasError(errors: Record<string, string>, prefix: string): boolean {
  return Object.keys(errors).some((name) => name.startsWith(prefix));
}

function savedOf(host: Host, rights: SettingsFormProps["rights"]): SettingsValues {
  const { paths, excludes, tags } = host.backup_set;
  return {
    ...(rights.edit
      ? {
        name: host.name,
        tags: host.tags.join(", "),
        goal_hours: String(hoursOf(host)),
        "cert_pins.0": host.cert_pins[0] ?? "",
        "cert_pins.1": host.cert_pins[1] ?? "",
      }
      : {}),
    ...(rights.edit_backup_set
      ? {
        "backup_set.paths": paths.join("\n"),
        "backup_set.excludes": excludes.join("\n"),
        "backup_set.tags": tags.join(", "),
      }
      : {}),
  };
}

function hoursOf(host: Host): number {
  return Math.round(host.goal_seconds / 36) / 100;
}

function GoalField({ host, typed, errors, now_ms }: SettingsFormProps) {
  const error = errors["goal_seconds"];
  const good_at = host.last_good_backup_at;
  return (
    <div class="field">
      <label class="row wrap gap-x-2.5 gap-y-2">
        A good backup at least every
        <span class="unit w-[120px]">
          <input
            class="input input-sm"
            name="goal_hours"
            inputMode="decimal"
            value={typed["goal_hours"] ?? String(hoursOf(host))}
            aria-invalid={error === undefined ? undefined : "true"}
            aria-describedby="goal-hint"
          />
          <span>h</span>
        </span>
      </label>
      {error && <p class="err">Give a number of hours from 1 to 8,784</p>}
      <p class="hint" id="goal-hint">
        {good_at === null
          ? "There is no good backup yet."
          : `The last good one was ${ago(Date.parse(good_at), now_ms)}.`}{" "}
        {host.schedule_count === 0 ? "Nothing runs by itself yet. " : ""}
        If it is backed up daily, 25 h leaves an hour of slack.
      </p>
    </div>
  );
}

function BackupSetList({ host }: { host: Host }) {
  const { paths, excludes, tags } = host.backup_set;
  return (
    <dl class="kv">
      <dt>Paths</dt>
      <dd class="mono text-xs">
        {paths.length === 0
          ? "none"
          : paths.map((path) => <div key={path}>{visibleText(path)}</div>)}
      </dd>
      <dt>Excludes</dt>
      <dd class="mono text-xs">
        {excludes.length === 0
          ? "none"
          : excludes.map((text) => <div key={text}>{visibleText(text)}</div>)}
      </dd>
      <dt>Snapshot tags</dt>
      <dd>{tags.length === 0 ? "none" : visibleText(tags.join(", "))}</dd>
    </dl>
  );
}
