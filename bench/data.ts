/** @module The data that the backups of the bench share. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";

const BIG_FILE_BYTES = 64 * 1024 * 1024;
const SMALL_FILES = 2000;
const SMALL_FILE_BYTES = 8 * 1024;

/** Fills a folder with files that do not compress: large ones of `bytes` in all, and 2,000 small. */
export async function writeData(folder: string, bytes: number): Promise<void> {
  await Deno.mkdir(join(folder, "small"), { recursive: true });
  for (let index = 0; index * BIG_FILE_BYTES < bytes; index++) {
    const size = Math.min(BIG_FILE_BYTES, bytes - index * BIG_FILE_BYTES);
    await Deno.writeFile(join(folder, `big-${index}`), randomBytes(size));
  }
  for (let index = 0; index < SMALL_FILES; index++) {
    const content = randomBytes(SMALL_FILE_BYTES);
    await Deno.writeFile(join(folder, "small", `file-${index}`), content);
  }
}
