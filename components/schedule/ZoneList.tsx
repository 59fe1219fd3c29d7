/** @module The time zones that a field proposes. */
import { allZones } from "./zone_times.ts";

/** What a field's `list` names. */
export const ZONES_ID = "zones";

/** All of them; drawn once on a page. */
export function ZoneList() {
  return (
    <datalist id={ZONES_ID}>
      {allZones().map((zone) => <option key={zone} value={zone} />)}
    </datalist>
  );
}
