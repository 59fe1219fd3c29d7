/** @module The gallery's fields, in every state. */
import KeySwitch from "../../islands/KeySwitch.tsx";
import { Card } from "../Card.tsx";
import { Check, Field, TextArea } from "../Field.tsx";
import { Icon } from "../Icon.tsx";

const PATHS = "/etc\n/srv";

/** Fields empty, filled, wrong and off. */
export function FormGallery() {
  return (
    <Card id="forms" title="Fields">
      <form class="card-body stack gap-4" method="get">
        <Field name="g-name" label="Name" hint="Letters, digits, dot and dash" value="web-01" />
        <Field name="g-url" label="Address" note="optional" type="url" mono />
        <Field name="g-wrong" label="Name" value="not a name!" error="Use letters and digits" />
        <Field name="g-password" label="Password" type="password" autocomplete="new-password" />
        <Field name="g-off" label="Off" value="cannot be changed" input={{ disabled: true }} />
        <TextArea name="g-paths" label="Paths" note="one a line" value={PATHS} />
        <TextArea name="g-paths-wrong" label="Paths" value="etc" error="Begin a path with /" />
        <Check name="g-check" label="Tick me" hint="What happens then" checked />
        <Check name="g-check-off" label="Not ticked" />
        <KeySwitch />
        <div class="field">
          <label class="label" for="g-unit">Upload limit</label>
          <span class="unit">
            <input class="input input-sm" id="g-unit" type="number" min={1} value="512" />
            <span>KiB/s</span>
          </span>
        </div>
        <div class="field">
          <label class="label" for="g-select">Kind</label>
          <select class="select" id="g-select">
            <option>REST server</option>
          </select>
        </div>
        <label class="inset">
          <span class="vh">Filter</span>
          <Icon name="search" />
          <input
            class="input input-sm"
            type="search"
            placeholder="Name or tag, Enter"
            data-filter
          />
          <span class="end">
            <kbd>/</kbd>
          </span>
        </label>
        <span class="seg" role="group" aria-label="Theme">
          <button type="button" aria-current="true">System</button>
          <button type="button">Light</button>
          <button type="button">Dark</button>
        </span>
        <p>
          <button type="submit" class="btn btn-primary">Save</button>
        </p>
      </form>
    </Card>
  );
}
