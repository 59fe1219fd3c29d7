/** @module What a check is to read, and the button that starts it. Works without script. */
import type { ComponentChildren } from "preact";
import { paths } from "../../server/protocol/paths.ts";
import { CsrfField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";

export interface CheckFormProps {
  host_id: string;
  csrf_token: string;
}

/** Starts a check; its page follows it. */
export function CheckForm({ host_id, csrf_token }: CheckFormProps) {
  return (
    <form class="stack gap-3" method="post" action={paths.host(host_id)} aria-label="New check">
      <CsrfField token={csrf_token} />
      <input type="hidden" name="action" value="check" />
      <fieldset class="plain-fieldset stack gap-2">
        <legend class="label pb-1">What is checked</legend>
        <Way value="structure" checked label="Structure only">
          <span class="hint">finds what is missing, but no flipped bits</span>
        </Way>
        <Way value="percent" label="and read back">
          <Amount
            name="percent"
            label="Percent of the data"
            value="5"
            unit="% of the data"
            step="0.1"
            max={100}
          />
        </Way>
        <Way value="part" label="and read back part">
          <span class="row row-sm">
            <Amount name="part" label="Part" value="1" max={256} />
            <Amount name="of" label="Number of parts" value="7" before="of" max={256} />
          </span>
        </Way>
        <Way value="size" label="and read back">
          <Amount name="mib" label="MiB of the data" value="1024" unit="MiB" max={1_000_000_000} />
        </Way>
        <Way value="all" label="and read back all data">
          <span class="hint">as much as a full restore</span>
        </Way>
      </fieldset>
      <div class="row wrap gap-3">
        <button type="submit" class="btn">
          <Icon name="shield" />
          Check now
        </button>
        <span class="hint grow">
          A check holds the repository alone: backups wait until it has ended.
        </span>
      </div>
    </form>
  );
}

interface WayProps {
  value: string;
  label: string;
  checked?: boolean;
  children: ComponentChildren;
}

function Way({ value, label, checked = false, children }: WayProps) {
  return (
    <div class="row wrap gap-x-2 gap-y-1">
      <label class="check">
        <input type="radio" name="read" value={value} checked={checked} />
        <span>{label}</span>
      </label>
      {children}
    </div>
  );
}

interface AmountProps {
  name: string;
  label: string;
  value: string;
  max: number;
  unit?: string;
  step?: string;
  before?: string;
}

function Amount({ name, label, value, max, unit, step = "1", before }: AmountProps) {
  return (
    <span class="row row-sm">
      {before}
      <input
        class="input input-sm amount"
        type="number"
        name={name}
        aria-label={label}
        defaultValue={value}
        min={step}
        max={max}
        step={step}
      />
      {unit}
    </span>
  );
}
