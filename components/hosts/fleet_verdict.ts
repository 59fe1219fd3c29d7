/** @module The sentence of the overview. Pure: numbers in, words out. */
import type { BackupState } from "../../server/protocol/entities.ts";
import { count } from "../format.ts";

/** Worst first (ui/DESIGN.md §1.2). */
export const STATES_WORST_FIRST: BackupState[] = [
  "failed",
  "never",
  "stale",
  "gaps",
  "good",
  "paused",
];

export interface FleetNumbers {
  total_hosts: number;
  pending_hosts: number;
  by_state: Record<BackupState, number>;
}

/** One piece of bad news and the state whose hosts it is about. */
export interface News {
  text: string;
  state: BackupState;
}

/** "7 of 12 hosts are backed up", never counting gaps as good. */
export function fleetTitle({ total_hosts, by_state }: FleetNumbers): string {
  const verb = total_hosts === 1 ? "host is" : "hosts are";
  return `${count(by_state.good)} of ${count(total_hosts)} ${verb} backed up`;
}

/** What is wrong, worst first. Hosts that wait for their agent are told apart from the never. */
export function fleetNews({ pending_hosts, by_state }: FleetNumbers): News[] {
  const never = Math.max(0, by_state.never - pending_hosts);
  const news: News[] = [];
  const say = (n: number, state: BackupState, one: string, many = one) => {
    if (n > 0) news.push({ state, text: `${count(n)} ${n === 1 ? one : many}` });
  };
  say(by_state.failed, "failed", "failed");
  say(by_state.stale, "stale", "is overdue", "are overdue");
  say(never, "never", "was never backed up", "were never backed up");
  say(pending_hosts, "never", "waits for its agent", "wait for their agents");
  return news;
}

/** True if no host has a line under "Needs you": gaps stand in the title and need somebody too. */
export function nothingNeedsYou(numbers: FleetNumbers): boolean {
  return fleetNews(numbers).length === 0 && numbers.by_state.gaps === 0;
}
