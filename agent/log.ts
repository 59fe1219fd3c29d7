/** @module The agent's own log: one line each to stderr, as text for a journal or as JSON. */

export type LogFormat = "text" | "json";
export type LogLevel = "info" | "warn" | "error";
export type LogFields = Record<string, string | number | boolean | null>;

/** Fields are plain values only: an object that might hold a secret does not type-check. */
export interface AgentLog {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log in one of the two formats, to stderr unless told. */
export function createAgentLog(
  format: LogFormat,
  write: (line: string) => void = writeToStderr,
): AgentLog {
  function at(level: LogLevel) {
    return (message: string, fields: LogFields = {}): void => {
      if (format === "json") {
        write(JSON.stringify({ ts: new Date().toISOString(), level, message, ...fields }));
      } else {
        const rest = Object.entries(fields).map(([k, v]) => ` ${k}=${JSON.stringify(v)}`).join("");
        write(`${level}: ${oneTextLine(message)}${rest}`);
      }
    };
  }
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function oneTextLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function writeToStderr(line: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
  } catch {
    // A closed terminal must not end a backup.
  }
}
