/**
 * @module The places of the product, in the order of the navigation. The side bar, the bottom bar,
 * the keys and the command palette all read this one list.
 */
import { paths } from "../server/protocol/paths.ts";
import type { IconName } from "./Icon.tsx";

export interface Place {
  href: string;
  label: string;
  icon: IconName;
  /** The letter after `g` (ui/DESIGN.md §6). */
  key?: string;
}

export const PLACES: readonly Place[] = [
  { href: paths.overview(), label: "Overview", icon: "overview", key: "o" },
  { href: paths.hosts(), label: "Hosts", icon: "host", key: "h" },
  { href: paths.jobs(), label: "Jobs", icon: "job", key: "j" },
  { href: paths.audit(), label: "Audit log", icon: "audit", key: "l" },
];

/** Stands at the foot of the side bar under the user's name. */
export const ACCOUNT: Place = { href: paths.account(), label: "Account", icon: "user" };
