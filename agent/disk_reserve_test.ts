import assert from "node:assert/strict";
import { join } from "node:path";
import type { LogLine } from "../server/protocol/entities.ts";
import { SmallDisk } from "../tests/small_disk.ts";
import { JobLog } from "./job_log.ts";
import { Outbox } from "./outbox.ts";
import { AgentState } from "./state.ts";
import { describeStatus, type Status } from "./status.ts";
import { FakeTiming } from "./timing.ts";

const RUN = "0193a3c2-0000-7000-8000-000000000002";
const JOB = "0193a3c2-0000-7000-8000-000000000003";
const TS = "2026-11-12T08:42:05Z";

const TEXT = "x".repeat(900);

function result(outbox: Outbox): void {
  outbox.append({
    ...{ type: "job.finished", job_id: JOB, kind: "backup", status: "succeeded", exit_code: 0 },
    ...{ error_class: null, error: "e".repeat(500), stats: { snapshot_id: "ab12cd34" } },
    ...{ log_lines: 1, started_at: TS, finished_at: TS },
  });
}

/** A disk of 40 MB, and state.db on it. */
async function onDisk(work: (disk: SmallDisk, path: string) => void): Promise<void> {
  const disk = await SmallDisk.mount(40);
  try {
    work(disk, join(disk.dir, "state.db"));
  } finally {
    await disk.unmount();
  }
}

Deno.test("on a full disk results and acknowledgements are kept, log lines are lost and marked", async () => {
  await onDisk((disk, path) => {
    const timing = new FakeTiming();
    using state = new AgentState(path, "host");
    const outbox = new Outbox({ state, run_id: RUN, timing });
    const troubles: string[] = [];
    const log = new JobLog({
      timing,
      write: (lines) => state.logTransaction(() => outbox.appendLog(JOB, lines)),
      onTrouble: (error) => void troubles.push(String(error)),
    });
    const add = (count: number) => {
      for (let n = 0; n < count; n++) log.add("stdout", TEXT);
      log.flush();
    };
    add(3000);
    disk.fill();
    add(2000);
    assert.equal(troubles.length, 1);
    assert.match(troubles[0]!, /less than 16 MiB are left/);
    const before = outbox.size;
    for (let n = 0; n < 200; n++) result(outbox);
    assert.equal(outbox.size, before + 200);
    for (let seq = 1; seq <= before; seq++) outbox.acknowledge([{ run_id: RUN, seq }]);
    assert.equal(outbox.size, 200);
    disk.empty();
    add(10);
    log.close();
    const bodies = state.outbox.after(0, 1000).map((row) => JSON.parse(row.body));
    assert.equal(bodies.filter((one) => one.type === "job.finished").length, 200);
    const lines = bodies.flatMap((one) => one.lines ?? []) as LogLine[];
    assert.deepEqual(lines.map((one) => one.seq).slice(0, 2), [5000, 5001]);
    assert.match(lines[0]!.payload, /^\[2000 log lines were lost here/);
    assert.equal(lines.length, 11);
  });
});

Deno.test("describeStatus() says what a full disk means, and nothing of one with room", () => {
  const status: Status = {
    ...{ version: "1", server_url: "https://s.example", host_id: RUN, host_name: "web-01" },
    ...{ running: true, pid: 1, connected: true, connection: "connected", since: TS, jobs: [] },
    schedules: { version: 3, count: 2, next_run_at: TS, paused_until: null },
    ...{ unsent_reports: 0, disk_free_bytes: 3 * 1024 * 1024 },
  };
  assert.match(describeStatus(status), /disk {6}3\.0 MiB left .* results are kept/);
  assert.match(describeStatus(status), new RegExp(`schedules 2 \\(v3\\), next run ${TS}`));
  for (const disk_free_bytes of [null, 1e9]) {
    assert.ok(!describeStatus({ ...status, disk_free_bytes }).includes("disk"));
  }
});
