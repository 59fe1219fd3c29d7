/** @module Notices at start that the master key is not the one this database was sealed with. */
import type { Meta } from "../db/meta.ts";
import { StartError } from "../start_error.ts";
import type { Sealer } from "./seal.ts";
import { Secret } from "./secret.ts";

const PLACE = { table: "meta", row: "key_check", column: "value" };

/**
 * Opens a known value sealed on the first start; seals it if there is none yet.
 * @throws {StartError} if the key is another one
 */
export async function checkMasterKey(meta: Meta, sealer: Sealer): Promise<void> {
  const known = meta.get("key_check");
  if (known === undefined) {
    meta.set("key_check", await sealer.seal(new Secret("restic-manager"), PLACE));
    return;
  }
  try {
    await sealer.open(known, PLACE);
  } catch (error) {
    throw new StartError(
      "The key file is not the one this database was made with: put back the right key file",
      { cause: error },
    );
  }
}
