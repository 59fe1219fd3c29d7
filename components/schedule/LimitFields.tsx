/** @module The fields that slow a schedule's runs down. */
import { UnitField } from "../Field.tsx";
import type { ScheduleErrors, ScheduleValues } from "./schedule_values.ts";

/** Upload and download limits. */
export function LimitFields(
  { values, errors }: { values: ScheduleValues; errors: ScheduleErrors },
) {
  return (
    <div class="stack gap-2">
      <div class="cols [--min:13rem]">
        {(["upload", "download"] as const).map((direction) => {
          const name = `bandwidth.limit_${direction}_kib_per_second` as const;
          return (
            <UnitField
              key={name}
              name={name}
              label={direction === "upload" ? "Upload limit" : "Download limit"}
              note="optional"
              unit="KiB/s"
              value={values[name]}
              error={errors[name]}
            />
          );
        })}
      </div>
      <p class="hint">1,024 KiB/s is 1 MiB/s or 8.4 Mbit/s. Empty means no limit.</p>
    </div>
  );
}

/** What the limits are, while they are folded. */
export function limitDigest(values: ScheduleValues): string {
  const upload = values["bandwidth.limit_upload_kib_per_second"].trim();
  const download = values["bandwidth.limit_download_kib_per_second"].trim();
  const parts = [
    upload === "" ? "" : `up ${upload} KiB/s`,
    download === "" ? "" : `down ${download} KiB/s`,
  ].filter((part) => part !== "");
  return parts.join(", ") || "none";
}
