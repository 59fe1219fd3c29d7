/** @module A schedule for those who only look: its fields as facts. */
import type { ComponentChildren } from "preact";
import type { BackupSet } from "../../server/protocol/entities.ts";
import type { ShownSchedule } from "../../server/protocol/schedule_rest.ts";
import { Card } from "../Card.tsx";
import { moment } from "../days.ts";
import { rate } from "../format.ts";
import { visibleText } from "../job/visible_text.ts";

export interface ScheduleFactsProps {
  schedule: ShownSchedule;
  host_set: BackupSet;
  now_ms: number;
}

/** When, what and how fast. */
export function ScheduleFacts({ schedule, host_set, now_ms }: ScheduleFactsProps) {
  const set = schedule.backup_set ?? host_set;
  const { limit_upload_kib_per_second: up, limit_download_kib_per_second: down } =
    schedule.bandwidth;
  return (
    <Card id="schedule-facts" title="Schedule">
      <div class="card-body">
        <dl class="kv">
          <Fact label="When">{visibleText(schedule.text)}</Fact>
          <Fact label="Cron">
            <span class="mono">{visibleText(schedule.cron)}</span>
          </Fact>
          <Fact label="Time zone">{visibleText(schedule.timezone)}</Fact>
          <Fact label="Missed runs">{schedule.catch_up ? "caught up once" : "left out"}</Fact>
          <Fact label="Enabled">{schedule.enabled ? "yes" : "no"}</Fact>
          <Fact label="Backup set">
            {schedule.backup_set === null ? "the host's default" : "its own"}
          </Fact>
          <Fact label="Paths">
            <Lines items={set.paths} />
          </Fact>
          <Fact label="Excludes">
            <Lines items={set.excludes} />
          </Fact>
          {set.exclude_caches === true && <Fact label="CACHEDIR.TAG folders">skipped</Fact>}
          {set.one_file_system === true && <Fact label="Other file systems">left out</Fact>}
          {(set.exclude_if_present ?? []).length > 0 && (
            <Fact label="Skip folders that hold">
              <Lines items={set.exclude_if_present!} />
            </Fact>
          )}
          <Fact label="Snapshot tags">
            {set.tags.length === 0 ? "none" : visibleText(set.tags.join(", "))}
          </Fact>
          <Fact label="Upload limit">{limit(up)}</Fact>
          <Fact label="Download limit">{limit(down)}</Fact>
          <Fact label="Last change">
            {moment(Date.parse(schedule.changed_at), now_ms)} by{" "}
            {visibleText(schedule.changed_by ?? "the server")}
          </Fact>
        </dl>
      </div>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd class="break">{children}</dd>
    </>
  );
}

function Lines({ items }: { items: string[] }) {
  if (items.length === 0) return <>none</>;
  return (
    <span class="mono text-xs">
      {items.map((item) => <span key={item} class="block break">{visibleText(item)}</span>)}
    </span>
  );
}

function limit(kib_per_second: number | undefined): string {
  return kib_per_second === undefined ? "none" : rate(kib_per_second * 1024);
}
