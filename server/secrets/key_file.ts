/** @module The master key: 32 bytes in a file of its own, outside the database. */
import { StartError } from "../start_error.ts";
import { createPrivateFile, readPrivateFile } from "./private_file.ts";

const KEY_BYTES = 32;

/**
 * Reads the master key. Makes it only if `may_create` (there is no database yet): a new key over an
 * old database could open none of its secrets.
 * @throws {StartError} if it is missing, of the wrong size, or readable by others
 */
export function loadMasterKey(path: string, may_create: boolean): Uint8Array<ArrayBuffer> {
  const found = readPrivateFile(path, "key file");
  if (found === undefined) {
    if (!may_create) {
      throw new StartError(
        `The key file ${path} is missing, and the database needs it: ` +
          "put back the copy that was kept with the backup of this server",
      );
    }
    const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    createPrivateFile(path, key, "key file");
    return key;
  }
  if (found.length !== KEY_BYTES) {
    throw new StartError(
      `The key file ${path} has ${found.length} bytes instead of ${KEY_BYTES}: ` +
        `put back the right one, or before the first start make one with head -c 32 /dev/urandom`,
    );
  }
  return found;
}
