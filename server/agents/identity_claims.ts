/**
 * @module Which socket is a host's own when a second one comes with its credential. Nearly always it
 * is the same agent after a broken line. If the older one still answers, two machines have one
 * identity (a cloned disk, a copied config): the newer is told so and closed, and tries again once a
 * minute. Closed rather than kept: a socket that gets nothing would be one more state to get wrong,
 * and each attempt asks anew whether the first is still there.
 */
import type { Audit } from "../audit/audit.ts";
import { SYSTEM } from "../auth/permissions.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { Hosts } from "../hosts/hosts.ts";
import type { Log } from "../log.ts";
import type { ChangeFeed } from "../ports.ts";
import { OFFLINE_AFTER_SECONDS } from "../protocol/limits.ts";
import type { AgentConnection, Hub } from "./hub.ts";
import type { Sender } from "./refused_reports.ts";

export interface IdentityClaimsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  audit: Audit;
  hosts: Hosts;
  hub: Hub;
  changes: ChangeFeed;
}

/** A socket that said hello and would be its host's. */
export type Claimant = Pick<AgentConnection, "run_id" | "machine">;

export class IdentityClaims {
  readonly #deps: IdentityClaimsDeps;
  readonly #started_at_ms: number;

  constructor(deps: IdentityClaimsDeps) {
    this.#deps = deps;
    this.#started_at_ms = deps.clock.now_ms();
  }

  /**
   * Calls `then` once with whether the claimant is the host's agent: at once if nobody else is
   * there, else when the older one has answered or five seconds are over.
   */
  decide(sender: Sender, claimant: Claimant, then: (granted: boolean) => void): void {
    const { hub } = this.#deps;
    const older = hub.greeted(sender.host.id);
    if (older === undefined) return then(this.#settle(sender, claimant));
    if (older.run_id === claimant.run_id) return then(true);
    older.ping((alive) => {
      // Meanwhile a third may have taken its place.
      if (hub.greeted(sender.host.id) !== older) return this.decide(sender, claimant, then);
      then(this.#settle(sender, claimant, { older, alive }));
    });
  }

  /** Never throws: the older one's socket and its timers call this, and have no part in it. */
  #settle(
    sender: Sender,
    claimant: Claimant,
    { older, alive = false }: { older?: AgentConnection; alive?: boolean } = {},
  ): boolean {
    const { id: host_id, name: host } = sender.host;
    let granted = false;
    try {
      granted = !alive && !this.#isHeldOff(host_id, claimant);
      if (granted) this.#tellMoved(sender, claimant);
      else this.#note(sender, claimant, older);
    } catch (error) {
      this.#deps.log.error("cannot note which machine has a host's identity", {
        ...{ host_id, host, granted, error },
      });
    }
    return granted;
  }

  /**
   * The place of the first machine is kept while its line is broken, or the server was away, for as
   * long as it counts as online: else the second would take it at the first hiccup.
   */
  #isHeldOff(host_id: string, { run_id }: Claimant): boolean {
    const { hosts, clock } = this.#deps;
    const now_ms = clock.now_ms();
    const notice = hosts.agent_notices.of(host_id).duplicate_identity;
    if (notice?.facts.other_run_id !== run_id) return false;
    const { last_seen_at } = hosts.get(SYSTEM, host_id);
    const heard_ms = last_seen_at === null ? 0 : Date.parse(last_seen_at);
    const since_ms = now_ms - Math.max(heard_ms, this.#started_at_ms);
    return since_ms >= 0 && since_ms < OFFLINE_AFTER_SECONDS * 1000;
  }

  #note(sender: Sender, claimant: Claimant, older?: AgentConnection): void {
    const { db, clock, log, audit, hosts, changes } = this.#deps;
    const { id: host_id, name } = sender.host;
    const notices = hosts.agent_notices;
    const holder = older?.machine ?? notices.of(host_id).duplicate_identity!.facts.holder;
    const facts = { holder, other: claimant.machine, other_run_id: claimant.run_id };
    const is_news = db.part(() => {
      const now_ms = clock.now_ms();
      if (!notices.note(host_id, { kind: "duplicate_identity", facts, now_ms })) return false;
      const { holder, other } = facts;
      audit.record(agentOf(sender), {
        action: "host.identity_conflict",
        target_kind: "host",
        target_id: host_id,
        payload: { name, holder, other },
      });
      return true;
    });
    changes.publish({ host_id });
    if (!is_news) return;
    log.warn("two machines use the identity of one host", { host_id, host: name, ...facts });
  }

  /** The second machine has the place now, since the first is gone: worth a row, once. */
  #tellMoved(sender: Sender, claimant: Claimant): void {
    const { db, audit, hosts, log } = this.#deps;
    const { id: host_id, name } = sender.host;
    const facts = hosts.agent_notices.of(host_id).duplicate_identity?.facts;
    if (facts?.other_run_id !== claimant.run_id) return;
    const { holder: from, other: to } = facts;
    db.part(() => {
      const other_run_id = "";
      hosts.agent_notices.settleConflict(host_id, { holder: to, other: from, other_run_id });
      audit.record(agentOf(sender), {
        action: "host.identity_moved",
        target_kind: "host",
        target_id: host_id,
        payload: { name, from, to },
      });
    });
    log.warn("a host's identity is now another machine's", { host_id, host: name, from, to });
  }
}

function agentOf({ host, ip }: Sender) {
  return { kind: "agent", id: host.id, name: host.name, role: null, ip } as const;
}
