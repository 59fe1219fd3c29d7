/** @module Files that are either the old or the new one after a power cut, and private throughout. */
import { dirname } from "node:path";

/** Writes a file of mode 0600: beside it, fsync, rename, fsync of the folder. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    using file = await Deno.open(temporary, { createNew: true, write: true, mode: 0o600 });
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // It may never have been made.
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes a folder that only its owner can enter, if it is not there. */
export async function makePrivateFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
}

async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return; // A folder cannot be opened there; NTFS journals renames.
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}
