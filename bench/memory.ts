/** @module What a process holds in memory, as Linux counts it. */

export interface Memory {
  resident_mb: number;
  /** Without the pages of files that are mapped, which others share and the kernel may drop. */
  own_mb: number;
}

/** What a process has used of the processors since its start, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // After the name, which may hold spaces: utime and stime are the 12th and 13th, in 1/100 s.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Of the process now, in megabytes of 10^6 bytes. @throws {Deno.errors.NotFound} without Linux's /proc */
export function memoryOf(pid: number): Memory {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) * 1024 / 1_000_000;
  return { resident_mb: megabytes("VmRSS"), own_mb: megabytes("RssAnon") };
}
