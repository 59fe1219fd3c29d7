/** @module One run of restic from operation to ending: files, environment, streams, deadlines. */
import { STALLED_AFTER_SECONDS } from "../../server/protocol/limits.ts";
import type { Ending } from "./classify.ts";
import { buildArguments, encodePaths, type Operation } from "./command.ts";
import { childEnvironment, secretFiles } from "./environment.ts";
import { gather, noFindings } from "./findings.ts";
import { decode, joinBytes, LineSplitter } from "./lines.ts";
import { CheckMeter } from "./check_output.ts";
import { type OutputEvent, parseLine } from "./output.ts";
import { type ProcessEnd, runProcess } from "./process.ts";
import { endingProgress, ProgressMeter } from "./progress.ts";
import type { AskRepository } from "./reach.ts";
import { ReachWatch } from "./reach.ts";
import { createRedact } from "./redact.ts";
import { clipLogLine, renderEvent } from "./render.ts";
import type { OperationEvent, ResticOptions } from "./restic.ts";
import { writeRunFiles } from "./run_files.ts";
import { StallWatch } from "./stall.ts";

const KILL_AFTER_SECONDS = 90;
/** The list of 100,000 snapshots is about 70 MB. */
const DOCUMENT_MAX_BYTES = 256 * 1024 * 1024;

/** What these print is followed line by line; the others answer with one document. */
const SPEAKING: ReadonlySet<Operation["name"]> = new Set(["backup", "init", "check"]);

/** An operation as it is asked for; the run itself writes the file of paths. */
export type Request =
  | Exclude<Operation, { name: "backup" }>
  | Omit<Extract<Operation, { name: "backup" }>, "files_from">;

export interface RunOptions {
  signal: AbortSignal;
  onEvent?: (event: OperationEvent) => void;
  /** Stop the run if the repository does not answer this question; else it has the deadline itself. */
  ask?: AskRepository;
  /** Overrides the deadline, in seconds. */
  deadline_seconds?: number;
}

export interface Run extends Ending {
  /** All of stdout for an operation that answers with one document; else empty. */
  document: string;
  was_killed: boolean;
  /** What a check went through. */
  counted: CheckMeter["counted"];
}

/**
 * Runs restic once.
 * @throws {Deno.errors.NotFound | Deno.errors.PermissionDenied} if restic cannot be started
 * @throws {Error} if the files of the run cannot be written
 */
export async function runRestic(
  restic: ResticOptions,
  request: Request,
  options: RunOptions,
): Promise<Run> {
  const { access, program, work_dir, cache_dir } = restic;
  const paths = encodePaths(request.name === "backup" ? request.set.paths : []);
  const files = await writeRunFiles(work_dir, { ...secretFiles(access, program.version), paths });
  const session = new RunSession(restic, request, options);
  try {
    const operation: Operation = request.name === "backup"
      ? { ...request, files_from: files.paths }
      : request;
    const windows = Deno.build.os === "windows";
    const end = await runProcess({
      program: program.path,
      args: buildArguments(operation),
      env: childEnvironment(access, {
        parent: Deno.env.toObject(),
        files,
        cache_dir,
        version: program.version,
        windows,
      }),
      // A relative path then means the same wherever the agent was started.
      cwd: windows ? work_dir : "/",
      signal: session.signal,
      kill_after_seconds: restic.kill_after_seconds ?? KILL_AFTER_SECONDS,
      onStarted: (pid) => files.noteProcess(pid),
      onStdout: (chunk) => session.takeStdout(chunk),
      onStderr: (chunk) => session.takeStderr(chunk),
    });
    return session.finish(end);
  } finally {
    await session.stop();
    await files.remove();
  }
}

/** What one run holds while it goes on. */
class RunSession {
  #request;
  #options;
  #deadline_seconds;
  #controller = new AbortController();
  #deadline_hit = false;
  #reach;
  #stall;
  #findings = noFindings();
  #meter = new ProgressMeter();
  #check = new CheckMeter();
  #redact;
  #document: Uint8Array[] = [];
  #document_bytes = 0;
  #stdout = new LineSplitter((line) => this.#takeLine("stdout", line));
  #stderr = new LineSplitter((line) => this.#takeLine("stderr", line));
  readonly signal: AbortSignal;

  constructor(restic: ResticOptions, request: Request, options: RunOptions) {
    this.#request = request;
    this.#options = options;
    this.#redact = createRedact(restic.access);
    this.#deadline_seconds = options.deadline_seconds ?? restic.reach_deadline_seconds;
    this.signal = AbortSignal.any([options.signal, this.#controller.signal]);
    const stopAtDeadline = () => this.#stopAtDeadline();
    this.#reach = options.ask === undefined
      ? new HardDeadline(this.#deadline_seconds, stopAtDeadline)
      : new ReachWatch({
        deadline_seconds: this.#deadline_seconds,
        ask: options.ask,
        onDeadline: stopAtDeadline,
      });
    const stall_seconds = restic.stall_after_seconds ?? STALLED_AFTER_SECONDS;
    this.#stall = new StallWatch(stall_seconds, () => {
      this.#note(`restic has said nothing for ${stall_seconds} s; it is left to go on`);
    });
    options.signal.addEventListener("abort", this.#noteCancel, { once: true });
  }

  takeStdout(chunk: Uint8Array): void {
    this.#stall.heard();
    if (SPEAKING.has(this.#request.name)) {
      return this.#stdout.push(chunk);
    }
    this.#document_bytes += chunk.length;
    if (this.#document_bytes <= DOCUMENT_MAX_BYTES) this.#document.push(chunk);
    else this.#document = [];
  }

  takeStderr(chunk: Uint8Array): void {
    this.#stall.heard();
    this.#stderr.push(chunk);
  }

  finish(end: ProcessEnd): Run {
    this.#stdout.end();
    this.#stderr.end();
    const is_whole = this.#document_bytes <= DOCUMENT_MAX_BYTES;
    return {
      operation: this.#request.name,
      exit_code: end.exit_code,
      signal: end.signal,
      was_killed: end.was_killed,
      cancel_requested: this.#options.signal.aborted,
      deadline_seconds: this.#deadline_hit ? this.#deadline_seconds : null,
      findings: this.#findings,
      counted: this.#check.counted,
      document: is_whole ? decode(joinBytes(this.#document, this.#document_bytes)) : "",
    };
  }

  async stop(): Promise<void> {
    this.#stall.stop();
    this.#options.signal.removeEventListener("abort", this.#noteCancel);
    await this.#reach.stop();
  }

  #takeLine(stream: "stdout" | "stderr", line: string): void {
    if (stream === "stdout" && this.#request.name === "check" && this.#takeCheckLine(line)) return;
    const event = parseLine(line);
    // Only a repository that was opened makes restic speak JSON on stdout.
    if (stream === "stdout" && event.type !== "text" && this.#options.ask) this.#reach.stop();
    gather(this.#findings, stream, event);
    if (event.type === "status") this.#reportProgress(event);
    else this.#log(stream, event);
    if (event.type === "summary") {
      const progress = endingProgress("finishing", event.stats);
      this.#options.onEvent?.({ type: "progress", progress });
    }
  }

  /** True for a counter, which is progress and nothing for the log. */
  #takeCheckLine(line: string): boolean {
    const progress = this.#check.read(line);
    if (progress === undefined) return false;
    // Only a repository that was opened and locked has indexes to load.
    this.#reach.stop();
    this.#options.onEvent?.({ type: "progress", progress });
    return progress.total_files > 0;
  }

  #reportProgress({ status }: Extract<OutputEvent, { type: "status" }>): void {
    const current_files = status.current_files.map(this.#redact);
    const progress = this.#meter.read({ ...status, current_files }, performance.now() / 1000);
    this.#options.onEvent?.({ type: "progress", progress });
  }

  #log(stream: "stdout" | "stderr", event: OutputEvent): void {
    for (const line of renderEvent(event)) {
      const text = clipLogLine(this.#redact(line));
      this.#options.onEvent?.({ type: "log", stream, text });
    }
  }

  #note(text: string): void {
    this.#options.onEvent?.({ type: "log", stream: "event", text });
  }

  #noteCancel = (): void => {
    this.#note("cancel: restic was asked to stop");
  };

  #stopAtDeadline(): void {
    if (this.signal.aborted) return;
    this.#deadline_hit = true;
    this.#note(
      `the repository did not answer within ${this.#deadline_seconds} s: restic is stopped`,
    );
    this.#controller.abort();
  }
}

/** For a run that is short by nature: the whole of it has the deadline. */
class HardDeadline {
  #timer;
  constructor(seconds: number, onDeadline: () => void) {
    this.#timer = setTimeout(onDeadline, seconds * 1000);
  }
  stop(): Promise<void> {
    clearTimeout(this.#timer);
    return Promise.resolve();
  }
}
