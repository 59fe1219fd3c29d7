/** @module Who is in the story. Pure and the same each time. */
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
  /** What the agent says of itself, where that is not as it should be. */
  agent?: { version?: string; restic?: string | null; clock_seconds?: number };
  /** How far it got: its agent never came, nobody initialised its repository. */
  stage?: "pending" | "enrolled";
  /** What was found at the repository after the last backup. */
  found?: "another" | "gone";
  /** Jobs that wait for it, the first one sent first. */
  waiting?: number;
  /** Its schedules: one a night, or several with a pause and changes that it refused. */
  plan?: "nightly" | "several";
}

/** Which story: the usual one, the day on which all is well, every odd state, nothing yet. */
export type World = "usual" | "good" | "states" | "empty";
export const WORLDS: readonly World[] = ["usual", "good", "states", "empty"];

const GIB = 1024 ** 3;
const WELL = { trouble: null, seen_hours: 0, nights: "ooooooooooooooooooooooooooooo" };
const NIGHTLY = { plan: "nightly" } as const;

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
  {
    ...linux("pi-garage", ["lab"], 10, 20),
    nights: "oooooooooooo-oooooooooooooooo",
    plan: "several",
  },
];

/** One host for each state that the usual story does not have, the healthy ones last. */
const STATES: Character[] = [
  { ...linux("never-01", ["lab"], 20, 1), nights: "" },
  { ...linux("new-01", ["lab"], 20, 1), stage: "pending" },
  { ...linux("bare-01", ["lab"], 20, 1), stage: "enrolled", nights: "" },
  { ...linux("overdue-01", ["prod"], 44, 51) },
  { ...linux("replaced-01", ["prod"], 90, 6), found: "another" },
  { ...linux("gone-01", ["prod"], 31, 6), found: "gone" },
  { ...linux("laptop-01", ["laptops"], 186, 20), seen_hours: 15, waiting: 2 },
  { ...linux("old-agent-01", ["prod"], 18, 3), agent: { version: "0.0.9" } },
  { ...linux("old-restic-01", ["prod"], 77, 4), agent: { restic: "0.14.0" } },
  { ...linux("no-restic-01", ["lab"], 12, 5), agent: { restic: null } },
  { ...linux("clock-01", ["lab"], 9, 2), agent: { clock_seconds: 412 } },
  linux("good-01", ["prod"], 100, 2),
];

const SITES = [["prod", "eu"], ["prod", "us"], ["branch"], ["laptops"], ["branch"], ["lab"]];

/** The n-th host of a large fleet. Most are well; what ails the others has few causes. */
function oneOfMany(n: number): Character {
  const tags = SITES[(n * 7) % 11 % SITES.length]!;
  const os: HostOs = n % 5 === 2 ? "windows" : "linux";
  const name = `node-${String(n + 1).padStart(4, "0")}`;
  const paths = os === "windows" ? ["C:\\Users"] : ["/etc", "/srv"];
  const well: Character = {
    ...linux(name, tags, 5 + (n * 37) % 400, 1 + n % 22),
    ...{ os, paths },
  };
  if (n % 83 === 5) {
    const error = "The storage server did not answer: connection refused";
    return {
      ...well,
      nights: "oof",
      trouble: { error_class: "network", exit_code: 1, error },
    };
  }
  if (n % 211 === 9) {
    const error = "The repository did not accept the password. Nothing was backed up";
    return {
      ...well,
      nights: "oof",
      trouble: { error_class: "wrong_password", exit_code: 12, error },
    };
  }
  if (n % 97 === 6) return { ...well, last_run_hours: 190 + n % 90, seen_hours: 180 + n % 90 };
  if (n % 223 === 11) return { ...well, nights: "" };
  if (n % 71 === 8) {
    const error = "14 files could not be read. The snapshot is there without them";
    const error_class = "files_unreadable";
    return { ...well, nights: "oow", trouble: { error_class, exit_code: 3, error } };
  }
  return well;
}

/** The first `count` hosts of that story. */
export function castOf(count: number, world: World = "usual"): Character[] {
  if (world === "empty") return [];
  if (world === "states") return STATES;
  const cast = (world === "good" ? NAMED.map(wellAgain) : NAMED).slice(0, count);
  for (let n = cast.length; n < count; n++) {
    cast.push(world === "good" ? wellAgain(oneOfMany(n)) : oneOfMany(n));
  }
  return cast.map((character) => ({ ...NIGHTLY, ...character }));
}

/** The same host on a better day. */
function wellAgain(character: Character): Character {
  return {
    ...{ ...character, ...WELL, ...NIGHTLY },
    last_run_hours: Math.min(22, character.last_run_hours),
  };
}
