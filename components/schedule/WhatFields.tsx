/** @module The fields that say what a schedule backs up: the host's default set, or one of its own. */
import type { BackupSet } from "../../server/protocol/entities.ts";
import { Check, Field, TextArea } from "../Field.tsx";
import { linesIn } from "../form_lists.ts";
import { counted, shortList } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import type { ScheduleErrors, ScheduleValues } from "./schedule_values.ts";

export interface WhatFieldsProps {
  values: ScheduleValues;
  errors: ScheduleErrors;
  host_set: BackupSet;
}

/** Which set, and the fields of its own one. */
export function WhatFields({ values, errors, host_set }: WhatFieldsProps) {
  return (
    <div class="stack stack-lg what">
      <fieldset class="plain-fieldset">
        <legend class="vh">Backup set</legend>
        <div class="cols cols-12">
          <label class="choice">
            <Icon name="host" />
            <b class="strong">The host's default backup set</b>
            <span class="meta clip" title={host_set.paths.map(visibleText).join("\n")}>
              {host_set.paths.length === 0
                ? "no paths yet"
                : shortList(host_set.paths.map(visibleText))}
            </span>
            <input
              class="vh"
              type="radio"
              name="set"
              value="default"
              checked={values.set === "default"}
            />
          </label>
          <label class="choice">
            <Icon name="folder" />
            <b class="strong">Its own</b>
            <span class="meta">Paths of this schedule alone</span>
            <input class="vh" type="radio" name="set" value="own" checked={values.set === "own"} />
          </label>
        </div>
      </fieldset>
      <div class="stack stack-lg own-set">
        <TextArea
          name="backup_set.paths"
          label="Paths"
          note="one absolute path a line"
          rows={rowsFor(values["backup_set.paths"])}
          value={values["backup_set.paths"]}
          error={errors["backup_set.paths"]}
        />
        <TextArea
          name="backup_set.excludes"
          label="Excludes"
          note="one restic pattern a line"
          rows={rowsFor(values["backup_set.excludes"])}
          value={values["backup_set.excludes"]}
          error={errors["backup_set.excludes"]}
        />
        <div class="row wrap gap-x-4 gap-y-2">
          <Check
            name="backup_set.exclude_caches"
            label="Skip CACHEDIR.TAG folders"
            checked={values["backup_set.exclude_caches"] !== ""}
          />
          <Check
            name="backup_set.one_file_system"
            label="Stay on one file system"
            checked={values["backup_set.one_file_system"] !== ""}
          />
        </div>
        <div class="cols [--min:13rem]">
          <Field
            name="backup_set.exclude_if_present"
            label="Skip folders that hold"
            note="file names, separated by commas"
            mono
            value={values["backup_set.exclude_if_present"]}
            error={errors["backup_set.exclude_if_present"]}
          />
          <Field
            name="backup_set.tags"
            label="Snapshot tags"
            note="separated by commas"
            value={values["backup_set.tags"]}
            error={errors["backup_set.tags"]}
          />
        </div>
      </div>
    </div>
  );
}

/** What it holds, while it is folded. */
export function whatDigest(values: ScheduleValues, host_set: BackupSet): string {
  if (values.set === "default") return `default, ${counted(host_set.paths.length, "path")}`;
  const excludes = linesIn(values["backup_set.excludes"]).length;
  return [
    counted(linesIn(values["backup_set.paths"]).length, "path"),
    excludes === 0 ? "no excludes" : counted(excludes, "exclude"),
  ].join(", ");
}

function rowsFor(text: string): number {
  return Math.min(12, Math.max(3, text.split("\n").length + 1));
}
