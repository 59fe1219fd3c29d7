/**
 * @module Messages of agents take turns: one of each agent that has some, large ones after the others,
 * never more than two thirds of the server's time together. So a flood of log lines leaves pages and
 * other agents served, and the one who floods waits for its acknowledgements. Those that come within a
 * moment are one transaction, which the disk writes once.
 */
import type { Scheduler } from "./scheduler.ts";

/** A message up to this size is little work, and goes before larger ones of others. */
export const LIGHT_CHARS = 8 * 1024;
/** More than an agent may have in flight, so an honest one never meets it. */
const WAITING_MAX = 256;
const WAITING_MAX_CHARS = 16 * 1024 * 1024;
/** Of all agents together. */
const TOTAL_MAX_CHARS = 128 * 1024 * 1024;

/** Nothing is added to a transaction that has taken this long: pages wait for it. */
const TOGETHER_MS = 10;
/** A disk that stood still for a moment is no reason to rest as long. */
const PAUSE_MAX_MS = 25;

/** One message of one owner. */
export interface Turn {
  chars: number;
  /** What it throws is told to `failed`; what it wrote it has undone itself (`db.part`). */
  work(): void;
  /** Neither this nor a later message of the owner was kept. Called once, after the transaction. */
  failed(error: unknown): void;
}

interface Queue {
  turns: Turn[];
  chars: number;
}

export interface TurnsDeps {
  scheduler: Scheduler;
  /** Runs the work of several owners as one transaction. Throws if it is not committed. */
  together(work: () => void): void;
  /** Measures how long work takes. */
  time_ms?: (() => number) | undefined;
}

export class Turns {
  readonly #deps: TurnsDeps;
  readonly #time_ms: () => number;
  /** In the order of whose turn it is. */
  readonly #queues = new Map<object, Queue>();
  #chars = 0;
  #free_at_ms = 0;
  #armed = false;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
    this.#time_ms = deps.time_ms ?? (() => performance.now());
  }

  /**
   * Does this work when its time comes: at once if nobody waits. What one owner asks for is done in
   * its order. False, and not done, if too much of the owner waits already.
   */
  take(owner: object, turn: Turn): boolean {
    const queue = this.#queues.get(owner);
    const chars = (queue?.chars ?? 0) + turn.chars;
    if (queue !== undefined && (queue.turns.length >= WAITING_MAX || chars > WAITING_MAX_CHARS)) {
      return false;
    }
    if (this.#chars + turn.chars > TOTAL_MAX_CHARS) return false;
    const is_alone = this.#queues.size === 0;
    this.#add(owner, turn);
    if (is_alone && this.#time_ms() >= this.#free_at_ms) this.#serve();
    this.#arm();
    return true;
  }

  /** Forgets what an owner waits for. */
  drop(owner: object): void {
    this.#chars -= this.#queues.get(owner)?.chars ?? 0;
    this.#queues.delete(owner);
  }

  #add(owner: object, turn: Turn): void {
    const queue = this.#queues.get(owner) ?? { turns: [], chars: 0 };
    queue.turns.push(turn);
    queue.chars += turn.chars;
    this.#chars += turn.chars;
    this.#queues.set(owner, queue);
  }

  #arm(): void {
    if (this.#armed || this.#queues.size === 0) return;
    this.#armed = true;
    const wait_ms = Math.max(0, this.#free_at_ms - this.#time_ms());
    this.#deps.scheduler.after(wait_ms, () => {
      this.#armed = false;
      this.#serve();
      this.#arm();
    });
  }

  /** Does what waits, as far as the time goes. Afterwards others have half as long as this took. */
  #serve(): void {
    const began_ms = this.#time_ms();
    const served = new Map<object, Turn>();
    const failed = new Map<object, unknown>();
    // The first is whoever waits longest, so that light ones do not keep a large one out for ever.
    let next = this.#next(this.#queues.entries().next().value);
    try {
      this.#deps.together(() => {
        for (; next !== undefined; next = this.#next(this.#lightFirst())) {
          const { owner, turn } = next;
          served.set(owner, turn);
          try {
            if (!failed.has(owner)) turn.work();
          } catch (error) {
            failed.set(owner, error);
          }
          if (this.#time_ms() - began_ms >= TOGETHER_MS) break;
        }
      });
    } catch (error) {
      if (next !== undefined) served.set(next.owner, next.turn);
      for (const owner of served.keys()) failed.set(owner, error);
    }
    const ended_ms = this.#time_ms();
    this.#free_at_ms = ended_ms + Math.min(PAUSE_MAX_MS, (ended_ms - began_ms) / 2);
    for (const [owner, error] of failed) served.get(owner)!.failed(error);
  }

  /** Takes an owner's turn out of its queue, and puts the owner behind the others. */
  #next(entry: [object, Queue] | undefined): { owner: object; turn: Turn } | undefined {
    if (entry === undefined) return undefined;
    const [owner, queue] = entry;
    const turn = queue.turns.shift()!;
    queue.chars -= turn.chars;
    this.#chars -= turn.chars;
    this.#queues.delete(owner);
    if (queue.turns.length > 0) this.#queues.set(owner, queue);
    return { owner, turn };
  }

  #lightFirst(): [object, Queue] | undefined {
    for (const entry of this.#queues) {
      if (entry[1].turns[0]!.chars <= LIGHT_CHARS) return entry;
    }
    return this.#queues.entries().next().value;
  }
}
