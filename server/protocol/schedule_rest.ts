/** @module Requests and answers of REST about schedules. */
import * as z from "zod";
import { Bandwidth, Id, Schedule, ScheduleKind, ScheduleTimes, Timestamp } from "./entities.ts";
import { BackupSetInput, one_line } from "./rest.ts";

const JITTER_SECONDS = ScheduleTimes.shape.jitter_seconds;

const fields = {
  name: one_line(64).trim().min(1, "Give the schedule a name"),
  cron: one_line(200).trim().min(1, "Give a time as five fields, as 30 2 * * *"),
  timezone: one_line(64).trim().min(1, "Give a time zone as Europe/Berlin or UTC"),
  jitter_seconds: JITTER_SECONDS,
  catch_up: z.boolean(),
  backup_set: BackupSetInput.nullable(),
  bandwidth: Bandwidth.strict(),
  enabled: z.boolean(),
};

export const AddScheduleRequest = z.object({
  ...fields,
  kind: ScheduleKind.default("backup"),
  jitter_seconds: JITTER_SECONDS.default(0),
  catch_up: z.boolean().default(true),
  backup_set: fields.backup_set.default(null).meta({
    description: "Default: null, the host's default backup set",
  }),
  bandwidth: fields.bandwidth.default({}),
  enabled: z.boolean().default(true),
}).strict();
export type AddScheduleRequest = z.infer<typeof AddScheduleRequest>;

export const EditScheduleRequest = z.object(fields).partial().strict();
export type EditScheduleRequest = z.infer<typeof EditScheduleRequest>;

export const CloneScheduleRequest = z.object({
  host_ids: z.array(Id).min(1, "Choose at least one host").max(1000),
}).strict();
export type CloneScheduleRequest = z.infer<typeof CloneScheduleRequest>;

export const PauseRequest = z.object({
  until: Timestamp,
  reason: one_line(200).trim().default(""),
}).strict();
export type PauseRequest = z.infer<typeof PauseRequest>;

/** A schedule with what is worked out when it is shown. */
export const ShownSchedule = Schedule.extend({
  text: z.string().meta({ description: "When it fires, in words" }),
  next_run_at: Timestamp.nullable().meta({
    description: "By the calendar, without the random delay and after a pause; null: none",
  }),
});
export type ShownSchedule = z.infer<typeof ShownSchedule>;

export const ScheduleList = z.object({ items: z.array(ShownSchedule), total: z.int() });

export const SchedulePreviewQuery = z.object({
  cron: z.string().max(200),
  timezone: z.string().max(64),
  jitter_seconds: z.coerce.number().pipe(JITTER_SECONDS).default(0),
});
export type SchedulePreviewQuery = z.infer<typeof SchedulePreviewQuery>;

/** A run as the calendar has it. */
export const PreviewedRun = z.object({
  at: Timestamp,
  offset: z.string().meta({ description: "Of the zone from UTC at that time, as +02:00" }),
  local: z.string().meta({ description: "On the zone's clock, as 2026-11-23T02:30" }),
});
export type PreviewedRun = z.infer<typeof PreviewedRun>;

export const SchedulePreview = z.object({
  text: z.string(),
  next_runs: z.array(PreviewedRun).max(5),
});
export type SchedulePreview = z.infer<typeof SchedulePreview>;
