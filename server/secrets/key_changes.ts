/**
 * @module Changes of the server's identity: a new key that the old one signed. The signed changes lie
 * beside the key and are sent to every agent, so that one that was away for years follows all the same.
 */
import { join } from "node:path";
import {
  fromBase64,
  importPublicKey,
  keyChangeStatement,
  verifyText,
} from "../protocol/signing.ts";
import { KEY_CHANGES_MAX, KeyChange } from "../protocol/server_messages.ts";
import { StartError } from "../start_error.ts";

const FILE = "identity.changes.json";

/** Where the changes lie. */
export function keyChangesPath(data_dir: string): string {
  return join(data_dir, FILE);
}

/**
 * All changes, oldest first; none if there is no file.
 * @throws {StartError} if the file is damaged, or they do not lead from one key to the next
 */
export async function readKeyChanges(data_dir: string): Promise<KeyChange[]> {
  const path = keyChangesPath(data_dir);
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new StartError(`Cannot read ${path}: give it to the user that the server runs as`, {
      cause: error,
    });
  }
  if (await isChain(parse(text))) return parse(text) as KeyChange[];
  throw new StartError(
    `${path} is damaged, and agents that were away need it to know this server: ` +
      "put back the copy that was kept with the backup of this server",
  );
}

async function isChain(value: unknown): Promise<boolean> {
  const changes = KeyChange.array().max(KEY_CHANGES_MAX).safeParse(value);
  if (!changes.success) return false;
  for (const [at, change] of changes.data.entries()) {
    const next = changes.data[at + 1];
    if (next !== undefined && next.from !== change.to) return false;
    try {
      const key = await importPublicKey(fromBase64(change.from));
      if (!await verifyText(key, keyChangeStatement(change), change.signature)) return false;
    } catch {
      return false; // Not a key.
    }
  }
  return true;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
