/** A text that must never be printed. Every way of turning it into text gives `***`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The real text. Call it only where the text leaves for its one destination. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "***";
  }
  toJSON(): string {
    return "***";
  }
  [Symbol.toPrimitive](): string {
    return "***";
  }
  [Symbol.for("Deno.customInspect")](): string {
    return "***";
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "***";
  }
}
