/** @module The filters above a table of jobs. A plain GET form: they live in the address. */
import type { JobStatus } from "../../server/protocol/entities.ts";
import { count } from "../format.ts";
import { withQuery } from "../Pager.tsx";
import { filledQuery } from "../query.ts";
import { Count } from "../Status.tsx";
import { JOB_KINDS } from "../vocabulary.ts";

export interface JobFiltersProps {
  url: URL;
  /** Hosts to choose from; undefined on a host's own page. */
  hosts?: { id: string; name: string }[];
  /** Jobs that the other filters leave, by status. */
  counts: Map<JobStatus, number>;
}

interface StateTab {
  label: string;
  status?: string;
  counted: readonly JobStatus[];
}

const STATES: StateTab[] = [
  { label: "All", counted: [] },
  { label: "Active", status: "active", counted: ["queued", "dispatched", "running"] },
  { label: "Failed", status: "failed", counted: ["failed"] },
  { label: "Warnings", status: "warning", counted: ["warning"] },
];

/** State as links; kind, host and days as fields. */
export function JobFilters({ url, hosts, counts }: JobFiltersProps) {
  const query = filledQuery(url);
  return (
    <form class="toolbar filterbar" method="get" action={url.pathname}>
      <div class="seg" role="group" aria-label="State" data-live="job-states">
        {STATES.map(({ label, status, counted }) => {
          const n = counted.reduce((sum, each) => sum + (counts.get(each) ?? 0), 0);
          return (
            <a
              key={label}
              href={withQuery(url, { status })}
              aria-current={query["status"] === status ? "true" : undefined}
            >
              {label}
              {n > 0 && <Count value={count(n)} />}
            </a>
          );
        })}
      </div>
      {query["status"] && <input type="hidden" name="status" value={query["status"]} />}
      {hosts && (
        <Choice
          name="host_id"
          label="Host"
          any="Any host"
          value={query["host_id"]}
          options={hosts.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      <Choice
        name="kind"
        label="Kind"
        any="Any kind"
        value={query["kind"]}
        options={Object.entries(JOB_KINDS).map(([value, label]) => ({ value, label }))}
      />
      <DateField name="since" label="From" value={query["since"]} />
      <DateField name="until" label="To" value={query["until"]} />
      <button type="submit" class="btn btn-sm filter-go">Filter</button>
    </form>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  any: string;
  value: string | undefined;
  options: { value: string; label: string }[];
}

function Choice({ name, label, any, value, options }: ChoiceProps) {
  return (
    <label class="filter">
      <span class="vh">{label}</span>
      <select class="select input-sm" name={name}>
        <option value="">{any}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A day of a filter, with its name before it. */
export function DateField(
  { name, label, value }: { name: string; label: string; value: string | undefined },
) {
  return (
    <label class="filter row row-sm meta">
      {label}
      <input class="input input-sm" type="date" name={name} value={value?.slice(0, 10)} />
    </label>
  );
}
