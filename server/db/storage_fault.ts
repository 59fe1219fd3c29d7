/** @module Telling faults of the disk from faults of what was to be written. Pure. */

/** `full`: there is no space. `broken`: the disk or the file does not take writes for another reason. */
export type StorageFault = "full" | "broken";

/** SQLite's primary result code of an error (https://sqlite.org/rescode.html), if it has one. */
export function resultCodeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** The fault of the disk that an error tells of; undefined for every other error. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  switch (resultCodeOf(error)) {
    case 13: // SQLITE_FULL
      return "full";
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
      return "broken";
    default:
      return undefined;
  }
}
