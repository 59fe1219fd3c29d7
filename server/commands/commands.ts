/**
 * @module Commands to agents: stored before they are sent, in order, until acknowledged. A command
 * never holds a secret; config is rebuilt when sent (repositories.configFor).
 */
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { CommandCancel, CommandRun } from "../protocol/server_messages.ts";

export type Command = CommandRun | CommandCancel;
type Issued = "id" | "counter" | "expires_at";
export type NewCommand = Omit<CommandRun, Issued> | Omit<CommandCancel, Issued>;

export class Commands {
  constructor(_db: Database, _clock: Clock) {}
  /** Stores a command with the host's next counter. Call it in the transaction of its cause. */
  issue(_host_id: string, _command: NewCommand, _expires_at_ms: number): Command {
    throw new Error("not written yet");
  }
  /** Not yet acknowledged and not expired, by counter. */
  waiting(_host_id: string, _limit: number): Command[] {
    throw new Error("not written yet");
  }
  /** Marks commands of this host as delivered. Foreign and unknown ids are ignored. */
  acknowledge(_host_id: string, _command_ids: string[]): void {
    throw new Error("not written yet");
  }
  /** Withdraws the commands of a job that was not delivered yet. Returns false if it was delivered. */
  withdraw(_job_id: string): boolean {
    throw new Error("not written yet");
  }
}
