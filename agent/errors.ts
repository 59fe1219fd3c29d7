/** What the agent's exit codes mean. Those from 64 up are sysexits.h's. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  server_unreachable: 69,
  exists: 73,
  already_running: 75,
  permission: 77,
  bad_config: 78,
} as const;
export type ExitCode = keyof typeof EXIT;

/** An error that ends a command: one line of what happened, one of what to do, and an exit code. */
export class AgentError extends Error {
  readonly code: ExitCode;
  readonly hint: string | undefined;
  constructor(code: ExitCode, message: string, hint?: string) {
    super(message);
    this.name = "AgentError";
    this.code = code;
    this.hint = hint;
  }
}

/** The message of anything thrown, on one line and without control characters. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

/** A text from elsewhere, made safe for a terminal and a log: one line, at most 500 characters. */
export function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim().slice(0, 500);
}

/** Fails to compile when a case of a union was forgotten. */
export function assertNever(value: never): never {
  throw new TypeError(`Cannot handle ${JSON.stringify(value)}`);
}
