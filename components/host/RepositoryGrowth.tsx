/** @module How a repository grew: what is stored, and how well it is packed, over 90 days. */
import type { RepositoryDay } from "../../server/protocol/entities.ts";
import { Card } from "../Card.tsx";
import { LEAST_DAYS, noonOf, spanOf, StoredTrend } from "../StoredTrend.tsx";
import { TrendChart } from "../TrendChart.tsx";
import { trendAxis } from "../trend_axis.ts";

/** Two charts side by side, or one sentence as long as there is no line to draw. */
export function RepositoryGrowth({ days }: { days: RepositoryDay[] }) {
  const dedup = days.flatMap(({ day, dedup_ratio: value }) =>
    value === null ? [] : [{ at_ms: noonOf(day), value }]
  );
  if (days.length < LEAST_DAYS) {
    return (
      <Card id="growth" title="Stored, 90 days" live>
        <p class="card-body faint">
          {days.length === 0
            ? "The agent tells the size after each backup. There is none yet."
            : "The size is noted once a day: from tomorrow on its growth is drawn here."}
        </p>
      </Card>
    );
  }
  return (
    <div class="cols [--min:18rem] gap-5" data-live="growth">
      <StoredTrend days={days} tone="run" />
      {dedup.length >= LEAST_DAYS && (
        <Card id="dedup-trend" title={`Dedup ratio, ${spanOf(dedup)}`}>
          <div class="card-body">
            <p class="meta mb-3" title="Size of all snapshots unpacked, divided by bytes stored">
              {`Now ${ratio(dedup.at(-1)!.value)}, ${ratio(dedup[0]!.value)} at first.`}
            </p>
            <TrendChart
              points={dedup}
              axis={trendAxis(dedup.map((point) => point.value), 1)}
              format={ratio}
              label={`Dedup ratio over ${spanOf(dedup)}, now ${ratio(dedup.at(-1)!.value)}`}
              tone="ok"
              column="Dedup"
            />
          </div>
        </Card>
      )}
    </div>
  );
}

function ratio(value: number): string {
  return `${value.toFixed(2)} : 1`;
}
