/** Close codes of the agents' socket and of the job stream. Below 4000 they are WebSocket's own. */
export const CLOSE = {
  shutting_down: 1001,
  too_big: 1009,
  bad_message: 4400,
  bad_credential: 4401,
  protocol_too_old: 4406,
  protocol_too_new: 4407,
  hello_timeout: 4408,
  replaced: 4409,
  host_removed: 4410,
  duplicate_identity: 4411,
  silent: 4412,
  bad_signature: 4413,
  too_slow: 4414,
  too_many_messages: 4429,
  server_error: 4500,
} as const;

/** The name of a close code, for logs and messages. */
export function closeName(code: number): string {
  for (const [name, value] of Object.entries(CLOSE)) if (value === code) return name;
  return String(code);
}
