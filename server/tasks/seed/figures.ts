/** @module The story's figures: they vary as real ones do, and are the same each time. Pure. */
import type { Character } from "./cast.ts";

const MIB = 1024 ** 2;
/** Once in this many nights there is far more to add than usual. */
const BIG_NIGHT_EVERY = 17;

/** Between 0 and 1 for a name and a number: FNV-1a, then its bits spread. */
function dice(name: string, n: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${name}/${n}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function isBig(character: Character, nights_ago: number): boolean {
  return nights_ago % BIG_NIGHT_EVERY === character.name.length;
}

/** How long the backup of that night took; a failed one ends soon. */
export function tookSeconds(code: string, character: Character, nights_ago: number): number {
  const chance = dice(character.name, nights_ago);
  if (code === "f") return 4 + Math.floor(chance * 12);
  const usual = 120 + character.name.length * 40;
  return Math.round(usual * (0.85 + chance * 0.35) * (isBig(character, nights_ago) ? 2.1 : 1));
}

/** What the backup of that night added, in bytes. */
export function addedBytes(character: Character, nights_ago: number): number {
  const chance = dice(character.name, nights_ago + 0.5);
  const usual = 40 * MIB + character.size_bytes / 900;
  return Math.round(usual * (0.6 + chance * 0.8) * (isBig(character, nights_ago) ? 3.2 : 1));
}

/** Size of the snapshot of that night, in bytes: it grows a little each day. */
export function sizeBytes(character: Character, nights_ago: number): number {
  return Math.round(character.size_bytes * (1 - nights_ago * 0.0009));
}

/** What the repository holds after that night: it grows, and a prune 50 nights ago took some away. */
export function storedBytes(character: Character, nights_ago: number): number {
  if (nights_ago === 0) return character.size_bytes;
  const before_prune = nights_ago > 50 ? 1.03 : 1;
  const wobble = 1 + (dice(character.name, nights_ago + 0.25) - 0.5) * 0.002;
  return Math.round(character.size_bytes * (1 - nights_ago * 0.0011) * before_prune * wobble);
}

/** Size of all snapshots unpacked, divided by what is stored. */
export function dedupRatio(character: Character, nights_ago: number): number {
  return 1.6 - nights_ago * 0.002 + dice(character.name, nights_ago + 0.75) * 0.02;
}

/** How many files that snapshot has. */
export function fileCount(character: Character, nights_ago: number): number {
  return 18_445 + character.name.length * 911 - nights_ago * 7;
}

/** The id of that snapshot: 64 hexadecimal digits. */
export function snapshotId(character: Character, nights_ago: number): string {
  return Array.from(
    { length: 8 },
    (_, i) =>
      Math.floor(dice(`${character.name}#${i}`, nights_ago) * 2 ** 32).toString(16).padStart(
        8,
        "0",
      ),
  ).join("");
}

/** The newest nights, counted back from the last, that left a snapshot. */
export function nightsWithSnapshot(character: Character, count: number): number[] {
  const found: number[] = [];
  for (let night = 0; found.length < count; night++) {
    const code = character.nights.at(-1 - night) ?? "o";
    if (code !== "f" && code !== "-") found.push(night);
  }
  return found;
}
