/**
 * @module Large messages of agents take turns: one of each agent that has some, never more than two
 * thirds of the server's time together. So a flood of log lines leaves pages, heartbeats and other agents
 * served, and the one who floods waits for its acknowledgements.
 */
import type { Scheduler } from "./scheduler.ts";

/** A message up to this size is no work worth waiting for. */
export const LIGHT_CHARS = 8 * 1024;
/** More than an agent may have in flight, so an honest one never meets it. */
const WAITING_MAX = 64;
const WAITING_MAX_CHARS = 16 * 1024 * 1024;
/** Of all agents together. */
const TOTAL_MAX_CHARS = 128 * 1024 * 1024;

/** A disk that stood still for a moment is no reason to rest as long. */
const PAUSE_MAX_MS = 25;

interface Turn {
  chars: number;
  work: () => void;
}

interface Queue {
  turns: Turn[];
  chars: number;
}

export class Turns {
  readonly #scheduler: Scheduler;
  readonly #time_ms: () => number;
  /** In the order of whose turn it is. */
  readonly #queues = new Map<object, Queue>();
  #chars = 0;
  #free_at_ms = 0;
  #armed = false;

  /** `time_ms` measures how long work takes. */
  constructor(scheduler: Scheduler, time_ms: () => number = () => performance.now()) {
    this.#scheduler = scheduler;
    this.#time_ms = time_ms;
  }

  /**
   * Does this work when its time comes: at once if it is little, or if nobody waits. What one owner
   * asks for is done in its order. False, and not done, if too much of the owner waits already.
   */
  take(owner: object, chars: number, work: () => void): boolean {
    const queue = this.#queues.get(owner);
    if (queue === undefined && chars <= LIGHT_CHARS) {
      work();
      return true;
    }
    if (this.#queues.size === 0 && this.#time_ms() >= this.#free_at_ms) {
      this.#do(work);
      return true;
    }
    if (queue !== undefined) {
      if (queue.turns.length >= WAITING_MAX || queue.chars + chars > WAITING_MAX_CHARS) {
        return false;
      }
    }
    if (this.#chars + chars > TOTAL_MAX_CHARS) return false;
    this.#add(owner, { chars, work });
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
    this.#scheduler.after(wait_ms, () => {
      this.#armed = false;
      this.#next();
      this.#arm();
    });
  }

  #next(): void {
    const first = this.#queues.entries().next().value;
    if (first === undefined) return;
    const [owner, queue] = first;
    const turn = queue.turns.shift()!;
    queue.chars -= turn.chars;
    this.#chars -= turn.chars;
    this.#queues.delete(owner);
    if (queue.turns.length > 0) this.#queues.set(owner, queue);
    this.#do(turn.work);
  }

  /** Afterwards others have half as long as this took. */
  #do(work: () => void): void {
    const began_ms = this.#time_ms();
    try {
      work();
    } finally {
      const ended_ms = this.#time_ms();
      this.#free_at_ms = ended_ms + Math.min(PAUSE_MAX_MS, (ended_ms - began_ms) / 2);
    }
  }
}
