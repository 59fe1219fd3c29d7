/** @module One child process: both streams read as they come, a polite cancel, a sure end. */

export interface ProcessOptions {
  program: string;
  args: string[];
  /** All of the child's environment. */
  env: Record<string, string>;
  cwd: string;
  /** Aborting it sends SIGINT, and SIGKILL after `kill_after_seconds`. */
  signal: AbortSignal;
  kill_after_seconds: number;
  onStdout(chunk: Uint8Array): void;
  onStderr(chunk: Uint8Array): void;
  /** The process runs. */
  onStarted?(pid: number): void;
}

export interface ProcessEnd {
  /** null if a signal ended it. */
  exit_code: number | null;
  signal: string | null;
  /** It did not end on SIGINT in time. */
  was_killed: boolean;
}

/**
 * Runs a program to its end, its stdin empty. Reads no faster than the callbacks return.
 * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} if it cannot be started
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const child = new Deno.Command(options.program, {
    args: options.args,
    env: options.env,
    clearEnv: true,
    cwd: options.cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const canceller = new Canceller(child, options.kill_after_seconds);
  const onAbort = () => canceller.cancel();
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  try {
    options.onStarted?.(child.pid);
    const [status] = await Promise.all([
      child.status,
      pump(child.stdout, options.onStdout),
      pump(child.stderr, options.onStderr),
    ]);
    return {
      exit_code: status.signal === null ? status.code : null,
      signal: status.signal,
      was_killed: canceller.was_killed,
    };
  } catch (error) {
    // Nobody reads any more: a child that was left alone would block for ever.
    canceller.kill();
    await child.status;
    throw error;
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    canceller.clear();
  }
}

async function pump(
  stream: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  for await (const chunk of stream) onChunk(chunk);
}

class Canceller {
  #child;
  #kill_after_seconds;
  #timer: ReturnType<typeof setTimeout> | undefined;
  was_killed = false;

  constructor(child: Deno.ChildProcess, kill_after_seconds: number) {
    this.#child = child;
    this.#kill_after_seconds = kill_after_seconds;
  }

  cancel(): void {
    // Windows knows no SIGINT for another process: there it is ended at once.
    if (Deno.build.os === "windows") return this.kill();
    this.#send("SIGINT");
    this.#timer = setTimeout(() => this.kill(), this.#kill_after_seconds * 1000);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  kill(): void {
    this.was_killed = true;
    this.#send("SIGKILL");
  }

  #send(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended in the meantime, which is what was wanted.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
