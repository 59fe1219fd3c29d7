/** @module When a secret was set, and by whom, in words. Pure. */
import type { SecretChange } from "../../server/protocol/entities.ts";
import { date } from "../days.ts";

/** "last changed 2 Sep 2026 by admin". */
export function changeText({ changed_at, changed_by }: SecretChange): string {
  const when = `last changed ${date(Date.parse(changed_at))}`;
  return changed_by === null ? when : `${when} by ${changed_by}`;
}
