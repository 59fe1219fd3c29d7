/** @module Who is in the story. Pure and the same each time; hosts beyond the named twelve are healthy. */
import type { ErrorClass, HostOs } from "../../protocol/entities.ts";

/** How the last nights went, oldest first: `o` good, `w` gaps, `f` failed, `-` no run. */
export interface Character {
  name: string;
  os: HostOs;
  tags: string[];
  paths: string[];
  size_bytes: number;
  /** Hours before now at which the last run ended; runs before it came daily. */
  last_run_hours: number;
  nights: string;
  trouble:
    | { error_class: ErrorClass; exit_code: number; error: string; error_count?: number }
    | null;
  /** Hours since the agent was last heard from. */
  seen_hours: number;
}

const GIB = 1024 ** 3;
const WELL = { trouble: null, seen_hours: 0, nights: "ooooooooooooooooooooooooooooo" };

const linux = (name: string, tags: string[], gib: number, last_run_hours: number): Character => ({
  ...WELL,
  ...{ name, os: "linux", tags, paths: ["/etc", "/srv"], size_bytes: gib * GIB, last_run_hours },
});

const NAMED: Character[] = [
  {
    ...linux("db-primary", ["prod", "db"], 412, 7),
    nights: "oooooooooooooooooooooooooooof",
    trouble: {
      error_class: "wrong_password",
      exit_code: 12,
      error: "The repository did not accept the password. Nothing was backed up",
    },
  },
  {
    ...linux("nas-media", ["lab"], 3256, 5),
    nights: "ooooooooooowoooooooooooooooof",
    trouble: {
      error_class: "repository_locked",
      exit_code: 11,
      error: "Another restic holds a lock on the repository. Nothing was backed up",
    },
  },
  {
    ...linux("laptop-07", ["laptops"], 186, 79),
    nights: "ooo--oooo--ooooo--ooooo--oooo",
    seen_hours: 79,
  },
  {
    ...linux("win-file01", ["prod"], 944, 8),
    ...{ os: "windows", paths: ["D:\\Shares", "C:\\Users"] },
    nights: "oooooooooooooooowwooooooooooow",
    trouble: {
      error_class: "files_unreadable",
      exit_code: 3,
      error: "14 files could not be read. The snapshot is there without them",
      error_count: 14,
    },
  },
  linux("web-01", ["prod", "web"], 58, 1),
  linux("mail-01", ["prod"], 231, 23),
  { ...linux("git-01", ["prod"], 77, 4), nights: "oooooooofoooooooooooooooooooo" },
  linux("db-replica", ["prod", "db"], 409, 6),
  linux("pve-node1", ["lab"], 122, 7),
  linux("web-02", ["prod", "web"], 58, 1),
  linux("ws-04", ["lab"], 264, 1),
  { ...linux("pi-garage", ["lab"], 10, 20), nights: "oooooooooooo-oooooooooooooooo" },
];

/** The first `count` hosts of the story. */
export function castOf(count: number): Character[] {
  const cast = NAMED.slice(0, count);
  for (let n = cast.length; n < count; n++) {
    const name = `node-${String(n + 1).padStart(4, "0")}`;
    cast.push(linux(name, [n % 3 === 0 ? "prod" : "lab"], 5 + (n * 37) % 400, 1 + n % 22));
  }
  return cast;
}
