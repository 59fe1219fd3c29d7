/** @module Asks the server what the times of a form mean, once typing rests. Browser only. */
import { useEffect, useRef, useState } from "preact/hooks";
import { paths } from "../../server/protocol/paths.ts";
import type { SchedulePreview } from "../../server/protocol/schedule_rest.ts";
import type { Previewed } from "./NextRuns.tsx";
import { jitterSeconds, type ScheduleValues } from "./schedule_values.ts";
import { cronOf, whenErrors } from "./when.ts";

const REST_MS = 150;

/** The latest answer. `first` is what the server drew; it is not asked for again. */
export function usePreview(values: ScheduleValues, first: Previewed): Previewed {
  const [previewed, setPreviewed] = useState(first);
  const jitter_seconds = jitterSeconds(values);
  const timezone = values.timezone.trim();
  const fault = Object.values(whenErrors(values))[0];
  const query = { cron: cronOf(values), timezone, jitter_seconds: String(jitter_seconds) };
  const key = JSON.stringify([query, fault]);
  const shown = useRef(key);

  useEffect(() => {
    if (shown.current === key) return;
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const answer = fault !== undefined
        ? { kind: "refused" as const, message: fault, field: null }
        : await ask(query, { timezone, jitter_seconds }, leaving.signal);
      if (answer === undefined) return;
      shown.current = key;
      setPreviewed(answer);
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
      // Whatever is shown is of other fields now.
      shown.current = "";
    };
  }, [key]);

  return previewed;
}

async function ask(
  query: Record<string, string>,
  asked: { timezone: string; jitter_seconds: number },
  signal: AbortSignal,
): Promise<Previewed | undefined> {
  try {
    const response = await fetch(paths.api.schedulePreview(query), { signal });
    const body = await response.json();
    if (response.ok) return { kind: "ok", preview: body as SchedulePreview, ...asked };
    if (response.status !== 400) return { kind: "unknown" };
    return { kind: "refused", message: String(body.message), field: body.field ?? null };
  } catch {
    return signal.aborted ? undefined : { kind: "unknown" };
  }
}
