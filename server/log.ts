/** @module Log lines: one JSON object each, to stderr. Secrets are masked by their type. */

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines of at least `level` through `write`, to stderr unless told. */
export function createLog(
  level: LogLevel,
  write: (line: string) => void = (line) => writeLine(Deno.stderr, line),
): Log {
  function at(own: LogLevel) {
    return (message: string, fields: Record<string, unknown> = {}): void => {
      if (ORDER[own] < ORDER[level]) return;
      write(
        JSON.stringify({ ts: new Date().toISOString(), level: own, message, ...plain(fields) }),
      );
    };
  }
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A log on a full disk, or a pipe that nobody reads any more, must not end the work itself. */
export function writeLine(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  try {
    to.writeSync(new TextEncoder().encode(line + "\n"));
  } catch {
    // There is no other place to say it.
  }
}

/** Errors as JSON can hold them. Their causes are left out: those may quote what somebody sent. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    out[key] = value instanceof Error
      ? { name: value.name, message: value.message, stack: value.stack }
      : value;
  }
  return out;
}

/** A log that keeps nothing, for tests. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
