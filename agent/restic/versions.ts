/** Compares restic versions by their numbers: -1, 0 or 1. A suffix such as "-dev" is ignored. */
export function compareVersions(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The version in what `restic version` printed, JSON (0.17 and newer) or text; undefined if none. */
export function parseVersion(output: string): string | undefined {
  return /"version":"(\d+\.\d+\.\d+[^"]{0,32})"/.exec(output)?.[1] ??
    /^restic (\d+\.\d+\.\d+\S{0,32})/m.exec(output)?.[1];
}

function numbers(version: string): number[] {
  return version.split(/[^0-9]+/, 3).map(Number);
}
