/** @module Which hosts get the same schedules. */
import { Ask } from "../Ask.tsx";
import { Note } from "../Card.tsx";
import { Check } from "../Field.tsx";
import { count, counted } from "../format.ts";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";

export interface CloneTarget {
  id: string;
  name: string;
  tags: string[];
}

export interface CloneDialogProps {
  /** What is cloned: a schedule's id, or `all`. */
  what: string;
  /** The name of the one schedule; undefined: all of the host's. */
  schedule_name: string | undefined;
  /** How many schedules that is. */
  schedules: number;
  host_name: string;
  /** Hosts that match the filter, without the host itself; the first of them are listed. */
  targets: CloneTarget[];
  total: number;
  q: string;
  /** Why the filter cannot be followed. */
  problem: string | undefined;
  chosen: ReadonlySet<string>;
  error: string | undefined;
  csrf: string;
  back: string;
}

/** The list of hosts to choose from, narrowed by a filter as on the page of hosts. */
export function CloneDialog(props: CloneDialogProps) {
  const { what, schedule_name, host_name, targets, total, q, chosen, error } = props;
  const all = schedule_name === undefined;
  return (
    <Ask
      title={all
        ? `Clone ${counted(props.schedules, "schedule")} of ${host_name} to`
        : `Clone ${visibleText(schedule_name)} to`}
      csrf={props.csrf}
      fields={{ action: "clone", schedule_id: what, q }}
      back={props.back}
      label="Clone"
      keep_label="Clone nothing"
      disabled={total === 0}
      before={
        <>
          <p class="dim">
            Each gets a copy of its own. {all ? "Those" : "One"} with the host's default backup set
            {" "}
            {all ? "use" : "uses"} that of the new host; paths of its own are copied as they are.
          </p>
          <form method="get" class="row" action={props.back}>
            <input type="hidden" name="clone" value={what} />
            <label class="inset grow">
              <span class="vh">Filter hosts</span>
              <Icon name="search" />
              <input
                class="input input-sm"
                type="search"
                name="q"
                value={q}
                placeholder="Name or tag:prod, Enter"
              />
            </label>
            <button type="submit" class="btn btn-sm">Filter</button>
          </form>
        </>
      }
    >
      {error !== undefined && <Note tone="fail" title="Nothing was cloned.">{error}</Note>}
      {props.problem !== undefined && <p class="err">{props.problem}</p>}
      {total === 0
        ? <p class="faint">{q === "" ? "There is no other host." : "No other host matches."}</p>
        : (
          <fieldset class="plain-fieldset">
            <legend class="label">Hosts</legend>
            <ul class="clone-list">
              {targets.map((target) => (
                <li key={target.id}>
                  <Check
                    name="host_ids"
                    value={target.id}
                    checked={chosen.has(target.id)}
                    label={target.name}
                    hint={target.tags.length === 0
                      ? undefined
                      : visibleText(target.tags.join(", "))}
                  />
                </li>
              ))}
            </ul>
            {total > 1 && (
              <p class="mt-3">
                <Check
                  name="all"
                  checked={chosen.has("all")}
                  label={q === "" ? `All ${count(total)} hosts` : `All ${count(total)} that match`}
                />
              </p>
            )}
            {total > targets.length && (
              <p class="hint mt-1">
                {counted(targets.length, "host")} of {count(total)} shown. A filter narrows them.
              </p>
            )}
          </fieldset>
        )}
    </Ask>
  );
}
