/** @module What a repository holds, in five figures. */
import type { Snapshot } from "../../server/protocol/entities.ts";
import type { RepositoryDetail } from "../../server/protocol/rest.ts";
import { ago, bytes, count } from "../format.ts";
import { weekGrowth } from "../StoredTrend.tsx";

export interface RepositoryFiguresProps {
  repository: RepositoryDetail;
  latest: Snapshot | undefined;
  now_ms: number;
}

/** Stored, what that protects, snapshots, and how well it is packed. */
export function RepositoryFigures({ repository, latest, now_ms }: RepositoryFiguresProps) {
  const { size_bytes, snapshot_count, dedup_ratio, compression_ratio, stats_at } = repository;
  const told = stats_at === null
    ? "after the first backup"
    : `told ${ago(Date.parse(stats_at), now_ms)}`;
  return (
    <section class="card clipcard" aria-label="Figures" data-live="repository-figures">
      <dl class="stats">
        <Figure
          label="Stored"
          value={size_bytes === null ? "not known" : bytes(size_bytes)}
          sub={weekGrowth(repository.days) ?? told}
        />
        <Figure
          label="Protects"
          value={latest?.size_bytes == null ? "not known" : bytes(latest.size_bytes)}
          sub="in the latest snapshot"
        />
        <Figure
          label="Snapshots"
          value={snapshot_count === 0 ? "none" : count(snapshot_count)}
          sub={latest === undefined
            ? "none listed yet"
            : `newest ${ago(Date.parse(latest.time), now_ms)}`}
        />
        <Figure
          label="Dedup"
          value={dedup_ratio !== null && dedup_ratio < 1.05 ? "nothing yet" : ratio(dedup_ratio)}
          sub="logical to stored"
        />
        <Figure label="Compression" value={ratio(compression_ratio)} sub="before to after" />
      </dl>
    </section>
  );
}

function Figure({ label, value, sub }: { label: string; value: string; sub: string }) {
  return (
    <div class="stat">
      <dt>{label}</dt>
      <dd>{value}</dd>
      <dd title={sub}>{sub}</dd>
    </div>
  );
}

function ratio(value: number | null): string {
  return value === null ? "not known" : `${value.toFixed(value < 1.1 ? 2 : 1)} : 1`;
}
