/** @module The fields that say when a schedule fires. Without script the chosen kind alone decides. */
import { Check, Field, UnitField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import type { ScheduleErrors, ScheduleValues } from "./schedule_values.ts";
import { FREQUENCIES, type Frequency, STEPS, stepWords, WEEKDAYS } from "./when.ts";

export interface WhenFieldsProps {
  values: ScheduleValues;
  errors: ScheduleErrors;
  /** The id of the list of time zones on the page. */
  zones: string;
}

/** How often, at what time, in which zone; the stylesheet shows the part of the chosen kind. */
export function WhenFields({ values, errors, zones }: WhenFieldsProps) {
  return (
    <div class="stack gap-3 when">
      <fieldset class="plain-fieldset">
        <legend class="vh">How often</legend>
        <div class="seg">
          {FREQUENCIES.map((frequency) => (
            <FrequencyTab
              key={frequency}
              frequency={frequency}
              checked={frequency === values.frequency}
            />
          ))}
        </div>
      </fieldset>
      <Hourly values={values} errors={errors} />
      <Weekdays values={values} error={errors.weekdays} />
      <div class="cols [--min:13rem]">
        <div class="when-part on-monthly">
          <Field
            name="day"
            label="Day of the month"
            value={values.day}
            error={errors.day}
            hint="A month without that day is left out."
            input={{ inputMode: "numeric" }}
          />
        </div>
        <div class="when-part on-time">
          <Field
            name="time"
            label="Time"
            value={values.time}
            error={errors.time}
            input={{ type: "time" }}
          />
        </div>
        <div class="when-part on-cron">
          <Field
            name="cron"
            label="Cron"
            mono
            value={values.cron}
            error={errors.cron}
            hint="minute, hour, day, month, weekday"
          />
        </div>
        <Field
          name="timezone"
          label="Time zone"
          value={values.timezone}
          error={errors.timezone}
          hint="As Europe/Berlin or UTC."
          input={{ list: zones }}
        />
        <UnitField
          name="jitter_minutes"
          label="Random delay"
          note="optional"
          unit="min, up to"
          value={values.jitter_minutes}
          error={errors.jitter_minutes}
          hint="Keeps hosts from starting together."
        />
      </div>
      <Check
        name="catch_up"
        label="Catch up"
        hint="One run makes up for those missed while the host slept or was off."
        checked={values.catch_up !== ""}
      />
    </div>
  );
}

const FREQUENCY_WORDS: Record<Frequency, string> = {
  hourly: "Hourly",
  daily: "Daily",
  weekly: "Weekly",
  monthly: "Monthly",
  cron: "Cron",
};

function FrequencyTab({ frequency, checked }: { frequency: Frequency; checked: boolean }) {
  return (
    <label>
      <input class="vh" type="radio" name="frequency" value={frequency} checked={checked} />
      {FREQUENCY_WORDS[frequency]}
    </label>
  );
}

function Hourly({ values, errors }: Pick<WhenFieldsProps, "values" | "errors">) {
  return (
    <div class="cols [--min:13rem] when-part on-hourly">
      <div class="field">
        <label class="label" for="every">Every</label>
        <select class="select" id="every" name="every" value={values.every}>
          {STEPS.map((step) => (
            <option key={step} value={step} selected={step === values.every}>
              {stepWords(step)}
            </option>
          ))}
        </select>
      </div>
      <Field
        name="minute"
        label="At minute"
        note="of the hour"
        value={values.minute}
        error={errors.minute}
        hint="Only where runs are whole hours apart."
        input={{ inputMode: "numeric" }}
      />
    </div>
  );
}

function Weekdays({ values, error }: { values: ScheduleValues; error: string | undefined }) {
  const chosen = values.weekdays.split(",");
  return (
    <fieldset class="plain-fieldset when-part on-weekly">
      <legend class="label mb-1">Days</legend>
      <div class="seg seg-days" data-invalid={error === undefined ? undefined : ""}>
        {WEEKDAYS.map(({ value, short }) => (
          <label key={value}>
            <input
              class="vh"
              type="checkbox"
              name="weekdays"
              value={value}
              checked={chosen.includes(value)}
              aria-describedby={error === undefined ? undefined : "weekdays-error"}
            />
            {short}
          </label>
        ))}
      </div>
      {error && (
        <p class="err mt-1" id="weekdays-error">
          <Icon name="s-fail" size={14} />
          <span>{error}</span>
        </p>
      )}
    </fieldset>
  );
}
