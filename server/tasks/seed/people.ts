/** @module Who acts in the story. */
import type { Actor } from "../../auth/permissions.ts";

/** Whoever pressed Run now each time, and made the schedules. */
export const OPERATOR: Actor = {
  ...{ kind: "user", id: "01900000-0000-7000-8000-000000000001", name: "operator" },
  ...{ role: "admin", ip: null },
};
