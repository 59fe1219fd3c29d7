/** @module What comes next in a fleet of 1,000 hosts with five schedules each. */
import { SYSTEM } from "../server/auth/permissions.ts";
import { AddScheduleRequest } from "../server/protocol/schedule_rest.ts";
import { Schedules } from "../server/schedules/schedules.ts";
import { seedServices } from "../server/tasks/seed/services.ts";
import { seedStory } from "../server/tasks/seed/story.ts";
import { testApp } from "../server/testing.ts";
import { countStatements } from "./statements.ts";
import { type Figure, median, p95 } from "./table.ts";

const HOSTS = 1000;
/** A day, minute by minute. */
const TICKS = 1440;
const SHOWN = 8;
const ZONES = ["Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];

const TICK = { name: "schedules: what comes next, p95", unit: "ms", budget: 5 };
const WORST = { name: "schedules: what comes next, worst", unit: "ms", budget: null };
const FIRST = { name: "schedules: longest step after a start", unit: "ms", budget: null };
const STATEMENTS = { name: "schedules: statements of a look", unit: "", budget: 1 };

/** Five schedules of a host, at minutes of its own: few hosts share a time. */
function fiveOf(n: number): { name: string; cron: string; timezone: string }[] {
  const [minute, hour] = [n % 60, Math.floor(n / 60) % 24];
  const crons = [
    ["Nightly", `${minute} ${hour} * * *`],
    ["Hourly", `${minute} * * * *`],
    ["Weekly", `${minute} ${hour} * * ${n % 7}`],
    ["Monthly", `${minute} ${hour} ${1 + n % 28} * *`],
    ["Often", "*/15 * * * *"],
  ] as const;
  return crons.map(([name, cron], at) => ({ name, cron, timezone: ZONES[(n + at) % 5]! }));
}

/** Asks for the next runs once a minute for a day. */
export async function measureSchedules(): Promise<Figure[]> {
  const app = await testApp();
  const { clock } = app;
  const { db, sealer, audit, hosts } = app.services;
  try {
    const services = await seedServices(db, clock.now_ms(), sealer);
    await seedStory(services, { host_count: HOSTS, snapshot_count: 1, now_ms: clock.now_ms() });
    db.transaction(() => {
      for (const [n, { id }] of hosts.survey(SYSTEM).all.entries()) {
        for (const times of fiveOf(n)) {
          services.schedules.add(SYSTEM, id, AddScheduleRequest.parse(times));
        }
      }
    });
    const schedules = new Schedules({ db, clock, audit, hosts }); // As after a start.
    const preparing = schedules.prepare();
    const look = () => {
      const began = performance.now();
      const shown = schedules.upNext(SYSTEM, SHOWN).length;
      if (shown !== SHOWN) throw new Error(`${shown} runs come next`);
      return performance.now() - began;
    };
    let longest = 0;
    for (let is_over = false; !is_over;) {
      const began = performance.now();
      is_over = preparing.next().done === true;
      longest = Math.max(longest, performance.now() - began);
    }
    const times: number[] = [];
    for (let n = 0; n < TICKS; n++) {
      clock.advance(60);
      times.push(look());
    }
    const note = `${HOSTS} hosts × 5, once a minute for a day; median ${
      median(times).toFixed(2)
    } ms`;
    const statements = await countStatements(db, () => Promise.resolve(void look()));
    return [
      { ...TICK, measured: p95(times), note },
      { ...WORST, measured: Math.max(...times), note: "of those" },
      { ...FIRST, measured: longest, note: "of those that evaluate each time once" },
      { ...STATEMENTS, measured: statements, note: "names of schedules and hosts" },
    ];
  } finally {
    db.close();
  }
}
