/** @module The one-time code of the first run: on the console and in `<data dir>/setup-code` (0600). */

export class SetupCode {
  /** Compares in constant time. @throws {AppError} bad_setup_code */
  check(_code: string): void {
    throw new Error("not written yet");
  }
  /** Removes the file and refuses every code from now on. */
  spend(): void {
    throw new Error("not written yet");
  }
}
