/**
 * @module Which certificates of the server are good. Without a pin any that the system trusts. A set
 * that the server pushes takes force with the first connection that shows one of it, so that a wrong
 * one cuts nobody off; until then what held before holds, and the pushed ones count besides.
 */
import { AgentError, messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";

/** The server showed a certificate that is not pinned. Nothing was sent to it. */
export class PinMismatch extends AgentError {
  constructor(shown: string, pins: readonly string[]) {
    super(
      "failed",
      `the server shows the certificate ${shown}, but pinned is ${pins.join(" or ")}: ` +
        "nothing was sent to it",
      "if the certificate was renewed, put the new fingerprint into cert_pin_sha256 in agent.yaml " +
        "and restart the agent; if not, someone may be between",
    );
  }
}

/** As agent.yaml keeps them. */
export interface KeptPins {
  /** In force; empty = none. */
  cert_pin_sha256: string[];
  /** Pushed, and not yet shown by the server. */
  cert_pin_sha256_pushed: string[] | null;
}

export interface CertPinsOptions {
  kept: KeptPins;
  /** Writes them down before they count. */
  save(pins: KeptPins): Promise<void>;
  /** The fingerprint that the server shows now. */
  look(): Promise<string>;
  /** What holds has changed: connect anew, so that it is checked and the server hears of it. */
  onChanged(what: string): void;
  log: AgentLog;
}

export class CertPins {
  readonly #o: CertPinsOptions;
  #kept: KeptPins;
  #problem: string | null = null;
  #connected: string | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: CertPinsOptions) {
    this.#o = options;
    this.#kept = options.kept;
  }

  /** Certificates to talk to; empty means that the system decides. */
  get accepted(): readonly string[] {
    const { cert_pin_sha256, cert_pin_sha256_pushed } = this.#kept;
    if (cert_pin_sha256.length === 0) return [];
    return [...new Set([...cert_pin_sha256, ...cert_pin_sha256_pushed ?? []])];
  }

  /** Why what was pushed is not in force; null if it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** A pinned connection stands, to this certificate. */
  connected(fingerprint: string | undefined): void {
    this.#connected = fingerprint;
  }

  /** What a signed push says; undefined: the server is too old to say anything. */
  push(pins: readonly string[] | undefined): Promise<void> {
    if (pins === undefined) return Promise.resolve();
    this.#work = this.#work.then(() => this.#push([...pins])).catch((error) => {
      this.#o.log.error(`cannot keep the certificate pins: ${messageOf(error)}`);
    });
    return this.#work;
  }

  async #push(pins: string[]): Promise<void> {
    const { cert_pin_sha256: now, cert_pin_sha256_pushed: pushed } = this.#kept;
    if (pushed === null && sameSet(now, pins)) return this.#tell(null);
    const problem = pins.length === 0 ? null : await this.#problemOf(pins);
    if (problem === null) {
      await this.#keep({ cert_pin_sha256: pins, cert_pin_sha256_pushed: null });
      this.#problem = null;
      const what = pins.length === 0
        ? "the server's certificate is not pinned any more"
        : `the server's certificate is pinned: ${pins.join(", ")}`;
      this.#o.log.info(what);
      return this.#o.onChanged(what);
    }
    await this.#keep({ cert_pin_sha256: now, cert_pin_sha256_pushed: pins });
    this.#tell(problem);
  }

  async #problemOf(pins: string[]): Promise<string | null> {
    let shown: string;
    try {
      shown = this.#connected ?? await this.#o.look();
    } catch (error) {
      return `the pins are not in force: ${messageOf(error)}`;
    }
    if (pins.includes(shown)) return null;
    return `the pins are not in force: the server shows ${shown}, which is none of them`;
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    if (problem !== null) this.#o.log.error(problem);
    this.#o.onChanged(problem ?? "the certificate pins are in force");
  }

  async #keep(pins: KeptPins): Promise<void> {
    await this.#o.save(pins);
    this.#kept = pins;
  }
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((pin) => b.includes(pin));
}
