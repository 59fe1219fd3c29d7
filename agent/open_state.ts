/**
 * @module Opening state.db. A damaged one must not end the agent for ever: it is set aside beside the
 * new one, and the agent says so until somebody has removed it.
 */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { AgentConfig } from "./config.ts";
import { AgentError, messageOf } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import { AgentState } from "./state.ts";

const STATE_FILE = "state.db";
const SET_ASIDE = /^state\.db\.damaged-[0-9TZ-]+$/;

/** Opens state.db as this enrolment's. @throws {AgentError} failed if it is damaged */
export function openState(state_dir: string, config: AgentConfig): AgentState {
  const identity = `${config.host_id} ${config.server_public_key}`;
  const path = join(state_dir, STATE_FILE);
  try {
    demandSound(path);
    const state = new AgentState(path, identity);
    if (config.epoch > state.seen.epoch) state.seen.enterEpoch(config.epoch);
    return state;
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new AgentError(
      "failed",
      `${path} is damaged: ${messageOf(error)}`,
      "the agent sets it aside when it starts, and tells the server",
    );
  }
}

/** As {@link openState}; a damaged file is set aside first. For the one agent that holds the lock. */
export function openOrReplaceState(
  state_dir: string,
  config: AgentConfig,
  log: AgentLog,
): AgentState {
  try {
    return openState(state_dir, config);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    log.error(error.message);
    setAside(state_dir);
    return openState(state_dir, config);
  }
}

/** What to tell of files that were set aside and are still there, in sentences. */
export function damagedStates(state_dir: string): string[] {
  const names = [...Deno.readDirSync(state_dir)].map(({ name }) => name)
    .filter((name) => SET_ASIDE.test(name)).sort();
  if (names.length === 0) return [];
  return [
    `The agent's state.db was damaged and is set aside: results and log lines that it had not yet ` +
    `sent are in it and not here. Jobs of that time are shown as interrupted, though their backup ` +
    `may have been made: compare the snapshots. Then remove ${join(state_dir, names.at(-1)!)}` +
    (names.length > 1 ? ` and ${names.length - 1} more` : ""),
  ];
}

/** Damage in a page that nothing has read yet would end the agent later. */
function demandSound(path: string): void {
  try {
    if (Deno.statSync(path).size === 0) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const db = new DatabaseSync(path);
  try {
    const [row] = db.prepare("PRAGMA quick_check(1)").all();
    const result = String(row?.["quick_check"]);
    if (result !== "ok") throw new Error(`database disk image is malformed: ${result}`);
  } finally {
    db.close();
  }
}

/** Deno gives SQLite's errors no number of their own. */
function isDamage(error: unknown): boolean {
  return error instanceof Error && /not a database|is malformed/.test(error.message);
}

function setAside(state_dir: string): void {
  const name = `${STATE_FILE}.damaged-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  for (const suffix of ["-wal", "-shm", ""]) {
    try {
      Deno.renameSync(join(state_dir, STATE_FILE + suffix), join(state_dir, name + suffix));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
