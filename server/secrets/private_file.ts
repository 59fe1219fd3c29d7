/** @module Files that only the server's own user may read. */
import { StartError } from "../start_error.ts";

const OTHERS = 0o077;

/**
 * The bytes of a private file, or undefined if there is none.
 * @throws {StartError} if others may read or write it, or it cannot be read
 */
export function readPrivateFile(path: string, what: string): Uint8Array<ArrayBuffer> | undefined {
  let bytes: Uint8Array<ArrayBuffer>;
  let mode: number | null;
  try {
    mode = Deno.statSync(path).mode;
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new StartError(
      `Cannot read the ${what} ${path}: give it to the user that the server runs as`,
      { cause: error },
    );
  }
  // Windows has no such mode bits.
  if (mode !== null && Deno.build.os !== "windows" && (mode & OTHERS) !== 0) {
    throw new StartError(
      `The ${what} ${path} can be read or written by other users (mode ${
        (mode & 0o777).toString(8).padStart(4, "0")
      }): run chmod 600 ${path}`,
    );
  }
  return bytes;
}

/**
 * Writes a new private file so that it is either whole or absent, even after a power cut.
 * @throws {StartError} if the folder cannot be written
 */
export function createPrivateFile(path: string, bytes: Uint8Array, what: string): void {
  const half_written = `${path}.new`;
  try {
    const file = Deno.openSync(half_written, {
      write: true,
      create: true,
      truncate: true,
      mode: 0o600,
    });
    try {
      file.writeSync(bytes);
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(half_written, path);
  } catch (error) {
    throw new StartError(
      `Cannot write the ${what} ${path}: give the server's user write access to that folder`,
      { cause: error },
    );
  }
}
