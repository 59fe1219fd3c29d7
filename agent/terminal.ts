/** @module Secrets from outside: typed unseen at a terminal, or read from standard input. */
import { AgentError } from "./errors.ts";

/**
 * Asks on the terminal and shows nothing of what is typed.
 * @throws {AgentError} usage if there is no terminal or it was interrupted
 */
export async function askUnseen(question: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    throw new AgentError(
      "usage",
      "there is no terminal to ask for the enrolment token",
      "use --token-stdin or --token-file FILE",
    );
  }
  write(question);
  Deno.stdin.setRaw(true);
  try {
    return await readTyped();
  } finally {
    Deno.stdin.setRaw(false);
    write("\n");
  }
}

/** All of standard input, at most 4 KiB, without the end of the line. */
export async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > 4096) throw new AgentError("usage", "standard input is no enrolment token");
  }
  return text.trim();
}

async function readTyped(): Promise<string> {
  const buffer = new Uint8Array(256);
  let typed = "";
  while (true) {
    const count = await Deno.stdin.read(buffer);
    if (count === null) return typed.trim();
    for (const char of new TextDecoder().decode(buffer.subarray(0, count))) {
      if (char === "\r" || char === "\n") return typed.trim();
      if (char === "\x03") throw new AgentError("usage", "interrupted");
      if (char === "\x7f" || char === "\b") typed = typed.slice(0, -1);
      else if (char >= " ") typed += char;
    }
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
