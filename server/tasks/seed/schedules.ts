/** @module The story's schedules: each host's own, and one host that refused the newest and is paused. */
import { SYSTEM } from "../../auth/permissions.ts";
import { iso } from "../../clock.ts";
import { mintId } from "../../ids.ts";
import type { Job, Schedule } from "../../protocol/entities.ts";
import { AddScheduleRequest } from "../../protocol/schedule_rest.ts";
import type { Character } from "./cast.ts";
import { OPERATOR } from "./people.ts";
import type { SeedServices } from "./services.ts";

const ZONE = "Europe/Prague";
const DAY_MS = 86_400_000;

/** What a host with a plan has from the beginning; the first is the one that its nights are runs of. */
export function addSchedules(
  services: SeedServices,
  host_id: string,
  { character, at_ms }: { character: Character; at_ms: number },
): Schedule | undefined {
  if (character.plan === undefined) return undefined;
  const { hour, minute } = Temporal.Instant.fromEpochMilliseconds(at_ms)
    .toZonedDateTimeISO(ZONE);
  const nightly = add(services, host_id, {
    name: character.plan === "several" ? "Nightly system" : "Nightly",
    cron: `${minute} ${hour} * * *`,
    timezone: ZONE,
    ...(character.plan === "several" ? {} : { jitter_seconds: 600 }),
  });
  if (character.plan === "several") {
    add(services, host_id, {
      ...{ name: "Photos", cron: "30 4 * * 0", timezone: ZONE },
      backup_set: { paths: ["/srv/photos"], excludes: [], tags: ["photos"] },
    });
  }
  acknowledge(services, host_id, null);
  return nightly;
}

function add(
  services: SeedServices,
  host_id: string,
  request: Partial<AddScheduleRequest>,
): Schedule {
  return services.schedules.add(OPERATOR, host_id, AddScheduleRequest.parse(request));
}

function acknowledge(services: SeedServices, host_id: string, refused: string | null): void {
  const { hosts } = services;
  const schedule_version = refused === null
    ? hosts.schedules.version(host_id)!
    : hosts.get(SYSTEM, host_id).applied_schedule_version!;
  hosts.schedules.recordAck(host_id, { type: "schedule.ack", schedule_version, refused });
}

/** What happened to the schedules of the last days: paused, then changed in a way that was refused. */
export function changeSchedules(
  services: SeedServices,
  host_id: string,
  { nightly, now_ms }: { nightly: Schedule; now_ms: number },
): void {
  const { schedules, clock } = services;
  const setTo = (at_ms: number) => clock.advance((at_ms - clock.now_ms()) / 1000);
  const seen_ms = clock.now_ms();
  setTo(now_ms - 2 * DAY_MS);
  const until = Temporal.Instant.fromEpochMilliseconds(now_ms + 4 * DAY_MS)
    .toZonedDateTimeISO(Temporal.Now.timeZoneId()).startOfDay().epochMilliseconds;
  schedules.edit(OPERATOR, nightly.id, { catch_up: false });
  schedules.edit(OPERATOR, nightly.id, { catch_up: true });
  schedules.pause(OPERATOR, host_id, { until: iso(until), reason: "moving the shelf" });
  acknowledge(services, host_id, null);
  setTo(now_ms - 47 * 60_000);
  schedules.edit(OPERATOR, nightly.id, { jitter_seconds: 600 });
  add(services, host_id, {
    ...{ name: "Camera clips", cron: "0 */6 * * *", timezone: ZONE },
    backup_set: { paths: ["/srv/clips"], excludes: [], tags: [] },
  });
  acknowledge(services, host_id, "the disk of the host is full, so they could not be kept");
  setTo(seen_ms);
}

/** A run that the host's agent started by itself. */
export function startScheduled(
  services: SeedServices,
  host_id: string,
  schedule: Schedule,
): Pick<Job, "id"> {
  const { clock, jobs, hosts } = services;
  const now_ms = clock.now_ms();
  const id = mintId(now_ms);
  jobs.scheduled(host_id, {
    ...{ type: "job.scheduled", report: { run_id: mintId(), seq: 1 }, job_id: id, kind: "backup" },
    ...{ schedule_id: schedule.id, schedule_version: 1, is_catch_up: false },
    due_at: iso(now_ms - now_ms % 60_000),
    scheduled_at: iso(now_ms),
    expires_at: iso(now_ms + DAY_MS),
    backup_set: hosts.get(SYSTEM, host_id).backup_set,
    bandwidth: {},
  });
  return { id };
}
