/**
 * @module A clock that a test sets from outside: the seconds in a file are added to the machine's own.
 * Only the programs under tests/ know of it: no setting of a shipped program moves its clock.
 */
import assert from "node:assert/strict";

/** Milliseconds to add now, from the file that RM_TEST_CLOCK_FILE names. */
export function steeredOffsetMs(): number {
  const file = Deno.env.get("RM_TEST_CLOCK_FILE");
  if (file === undefined) throw new Error("RM_TEST_CLOCK_FILE names the file of the clock");
  return Number(Deno.readTextFileSync(file)) * 1000;
}

/** The clock of one program, which stands beside it in a file. */
export async function steeredClock(): Promise<
  { file: string; set(seconds: number): Promise<void> }
> {
  const file = await Deno.makeTempFile({ prefix: "rm-test-clock-" });
  const set = async (seconds: number) => {
    // Renamed, so that nobody reads half of it.
    await Deno.writeTextFile(`${file}.next`, String(seconds));
    await Deno.rename(`${file}.next`, file);
  };
  await set(0);
  return { file, set };
}

/** The time is the machine's own, moved by so many seconds, give or take two minutes. */
export function assertNear(at: string | null, seconds_from_now: number): void {
  const off_seconds = (Date.parse(at ?? "") - Date.now()) / 1000 - seconds_from_now;
  assert.ok(Math.abs(off_seconds) < 120, `${at} is ${off_seconds} s off`);
}
