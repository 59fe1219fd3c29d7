/** @module A child program whose output goes line by line to a file and to whoever waits for a line. */

export interface ProgramOptions {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  log_file: string;
  stdin?: string;
}

export class Program {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #log: Deno.FsFile;
  readonly #pumps: Promise<unknown>;
  readonly #lines: string[] = [];
  #waiters: ((line: string) => void)[] = [];
  #ended = false;

  /** Starts the program with exactly `env`. */
  constructor(options: ProgramOptions) {
    this.#log = Deno.openSync(options.log_file, { create: true, append: true, write: true });
    this.#child = new Deno.Command(options.command, {
      args: options.args,
      env: options.env,
      clearEnv: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    this.#pumps = Promise.all([this.#pump(this.#child.stdout), this.#pump(this.#child.stderr)]);
    this.status = this.#child.status.then(async (status) => {
      await this.#pumps;
      this.#ended = true;
      for (const waiter of this.#waiters) waiter("");
      this.#log.close();
      return status;
    });
    if (options.stdin !== undefined) void this.#type(options.stdin);
  }

  /** The first line, past or coming, for which `pick` gives a value. @throws {Error} if there is none in time */
  async line<T>(what: string, pick: (line: string) => T | undefined, seconds = 30): Promise<T> {
    for (const line of this.#lines) {
      const value = pick(line);
      if (value !== undefined) return value;
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const fail = (why: string) =>
      reject(new Error(`${what}: ${why}. It said:\n${this.#lines.slice(-12).join("\n")}`));
    const waiter = (line: string) => {
      const value = this.#ended ? undefined : pick(line);
      if (value !== undefined) resolve(value);
      else if (this.#ended) fail("it ended");
    };
    const timer = setTimeout(() => fail(`nothing in ${seconds} s`), seconds * 1000);
    this.#waiters.push(waiter);
    if (this.#ended) fail("it ended");
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
    }
  }

  /** Everything it has printed so far. */
  get output(): string {
    return this.#lines.join("\n");
  }

  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error; // It has ended already.
    }
  }

  /** SIGTERM, and SIGKILL if it has not ended in time. Resolves when it is gone. */
  async stop(seconds = 20): Promise<Deno.CommandStatus> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), seconds * 1000);
    const status = await this.status;
    clearTimeout(timer);
    return status;
  }

  async #type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  }

  async #pump(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    }
    if (rest !== "") this.#take(rest);
  }

  #take(line: string): void {
    this.#log.writeSync(new TextEncoder().encode(line + "\n"));
    this.#lines.push(line);
    if (this.#lines.length > 2000) this.#lines.shift();
    for (const waiter of [...this.#waiters]) waiter(line);
  }
}
