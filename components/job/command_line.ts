/**
 * @module The restic command that does what a job did, for a person to type. Pure, from the job's
 * typed fields; what is secret is `***`. The agent itself gives passwords and paths by files.
 */
import type {
  BackupSet,
  HostOs,
  Job,
  ReadData,
  Repository,
} from "../../server/protocol/entities.ts";

type Asked = Pick<Job, "kind" | "backup_set" | "bandwidth" | "read_data">;

export interface CommandPlace {
  repository: Pick<Repository, "url" | "rest_username">;
  os: HostOs;
}

/** The command as one line of the host's shell; undefined where the job's set is not known. */
export function commandLine(job: Asked, { repository, os }: CommandPlace): string | undefined {
  const args = argumentsOf(job);
  if (args === undefined) return undefined;
  const words = ["restic", "-r", addressOf(repository), ...args];
  return os === "windows"
    ? `$env:RESTIC_PASSWORD = '***'; ${words.map(quotePowerShell).join(" ")}`
    : `RESTIC_PASSWORD='***' ${words.map(quoteShell).join(" ")}`;
}

function argumentsOf({ kind, backup_set, bandwidth, read_data }: Asked): string[] | undefined {
  const limits = limitsOf(bandwidth);
  switch (kind) {
    case "init":
    case "unlock":
      return [kind];
    case "check":
      return [...limits, kind, ...(read_data === null ? [] : [readDataFlag(read_data)])];
    case "backup":
      return backup_set === null ? undefined : [...limits, kind, ...setOf(backup_set)];
  }
}

function limitsOf(bandwidth: Job["bandwidth"]): string[] {
  const { limit_upload_kib_per_second: up, limit_download_kib_per_second: down } = bandwidth;
  return [
    ...(up === undefined ? [] : [`--limit-upload=${up}`]),
    ...(down === undefined ? [] : [`--limit-download=${down}`]),
  ];
}

function readDataFlag(read_data: ReadData): string {
  switch (read_data.how) {
    case "all":
      return "--read-data";
    case "percent":
      return `--read-data-subset=${read_data.percent}%`;
    case "part":
      return `--read-data-subset=${read_data.part}/${read_data.of}`;
    case "size":
      return `--read-data-subset=${read_data.mib}M`;
  }
}

function setOf(set: BackupSet): string[] {
  return [
    ...set.excludes.map((pattern) => `--exclude=${pattern}`),
    ...(set.exclude_caches ? ["--exclude-caches"] : []),
    ...(set.one_file_system ? ["--one-file-system"] : []),
    ...(set.exclude_if_present ?? []).map((name) => `--exclude-if-present=${name}`),
    ...set.tags.map((tag) => `--tag=${tag}`),
    "--",
    ...set.paths,
  ];
}

function addressOf({ url, rest_username }: CommandPlace["repository"]): string {
  if (rest_username === null) return `rest:${url}`;
  const user = encodeURIComponent(rest_username);
  return `rest:${url.replace(/^(https?:\/\/)/, (scheme) => `${scheme}${user}:***@`)}`;
}

const PLAIN = /^[\w/.:=@%+,-]+$/;
/** Control, format and other characters that nobody sees. */
const UNSEEN = /[\p{C}\u2028\u2029]/u;

function quoteShell(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!UNSEEN.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = [...word].map((char) =>
    UNSEEN.test(char)
      ? `\\U${char.codePointAt(0)!.toString(16).padStart(8, "0")}`
      : char.replace(/['\\]/, "\\$&")
  );
  return `$'${escaped.join("")}'`;
}

function quotePowerShell(word: string): string {
  return PLAIN.test(word) && !/[,%@]/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}
