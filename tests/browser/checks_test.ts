import assert from "node:assert/strict";
import type { Job } from "../../server/protocol/entities.ts";
import { ADMIN, poll } from "../stack.ts";
import { launch, signIn, watchFaults } from "./browser.ts";
import { assertScenes, newContext, withoutAnswers } from "./scenes.ts";
import { Site, tellStory, VIEWER } from "./seeded_site.ts";

Deno.test("an operator checks and unlocks from the host's pages, and a failed check is loud", async () => {
  const site = await Site.start({ hosts: 12 });
  const browser = await launch();
  try {
    const { api, hosts } = await tellStory(site);
    const id = hosts.get("git-01")!;
    const agent = await site.connectAgent(api, id, { hostname: "git-01.lab.example" });
    const context = await newContext(browser);
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, site.url, ADMIN);
    const end = (job: Job, more: Record<string, unknown>) => {
      const at = new Date().toISOString();
      agent.report({ type: "job.started", job_id: job.id, kind: job.kind, started_at: at });
      agent.report({
        ...{ type: "job.finished", job_id: job.id, kind: job.kind, status: "succeeded" },
        ...{ exit_code: 0, error_class: null, error: null, stats: null, log_lines: 0 },
        ...{ started_at: at, finished_at: at },
        ...more,
      });
    };
    const newest = (kind: string) =>
      poll(
        `a ${kind} job`,
        async () =>
          (await api.call<{ items: Job[] }>("GET", `/api/hosts/${id}/jobs?kind=${kind}&limit=1`))
            .items[0],
        (job) => job?.status === "dispatched",
      );

    await page.goto(`${site.url}/hosts/${id}`);
    await page.getByLabel("Other jobs").click();
    await page.getByRole("link", { name: "Check…" }).click();
    await page.getByText("Never checked.").waitFor();
    await page.getByRole("radio", { name: "and read back part" }).check();
    await page.getByLabel("Part", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByRole("heading", { name: "Check of git-01" }).waitFor();
    const check = (await newest("check"))!;
    assert.deepEqual(check.read_data, { how: "part", part: 2, of: 7 });
    const at = new Date().toISOString();
    agent.report({ type: "job.started", job_id: check.id, kind: "check", started_at: at });
    agent.send({
      ...{ type: "job.progress", job_id: check.id, phase: "reading_data", percent_done: 0.4 },
      ...{ files_done: 12, total_files: 30, bytes_done: 0, total_bytes: 0, error_count: 0 },
      ...{ eta_seconds: 90, throughput_bytes_per_second: null, current_files: [] },
    });
    await page.getByText("Reading data back").waitFor();
    await assertScenes(page, site.url, [
      { title: "a check that runs", path: `/jobs/${check.id}`, ready: "of 30" },
    ]);
    end(check, {
      ...{ status: "failed", exit_code: 1, error_class: "repository_damaged" },
      error: "The check found errors in the repository: pack 999f6314 contains 2 errors. restic " +
        'says: "restic repair packs 999f6314" "restic repair snapshots --forget"',
      stats: { snapshots_checked: 30, packs_read: 30 },
    });
    await page.getByText("The check found errors in the repository").first().waitFor();
    await page.getByText("Remove nothing from it").first().waitFor();

    const config_version = (await api.call<{ id: string }>("GET", `/api/hosts/${id}`)) && 1000;
    agent.report({
      ...{ type: "repository.probed", config_version, state: "ready", error: null },
      ...{ restic_repository_id: null, took_seconds: 0.2, probed_at: at },
      locks: [
        {
          ...{ hostname: "git-01.lab.example", username: "root", pid: 4121, exclusive: true },
          ...{ renewed_at: at, holder: "dead" },
        },
        {
          ...{ hostname: `${"a-very-long-machine-name-".repeat(6)}.example`, username: "operator" },
          ...{ pid: 7, exclusive: false, renewed_at: at, holder: "foreign" },
        },
      ],
    });
    await poll(
      "the locks",
      () => api.call<{ locks: unknown[] | null }>("GET", `/api/hosts/${id}/repo`),
      ({ locks }) => locks?.length === 2,
    );
    await assertScenes(page, site.url, [
      { title: "overview", path: "/", ready: "The last check found errors in its repository" },
      { title: "host", path: `/hosts/${id}`, ready: "Check failed: errors were found" },
      {
        title: "menu beside Run now",
        path: `/hosts/${id}`,
        prepare: (page) => page.getByLabel("Other jobs").click(),
        ready: "Unlock removes locks",
      },
      {
        title: "repository with a failed check and locks",
        path: `/hosts/${id}/repository`,
        ready: "Held alone by process 4121",
        async prepare(page) {
          const fold = page.locator("#checks details");
          if (await fold.getAttribute("open") === null) await fold.locator("summary").click();
        },
      },
      { title: "a failed check", path: `/jobs/${check.id}`, ready: "restic repair packs" },
      { title: "jobs of one kind", path: "/jobs?kind=check" },
    ]);

    await page.goto(`${site.url}/hosts/${id}/repository`);
    await page.getByRole("button", { name: "Unlock" }).last().click();
    await page.getByRole("heading", { name: "Unlock of git-01" }).waitFor();
    end((await newest("unlock"))!, { stats: { locks_removed: 1, locks_kept: 0 } });
    await page.getByText("1 lock removed").waitFor();

    const viewer = await (await newContext(browser)).newPage();
    await signIn(viewer, site.url, VIEWER);
    await viewer.goto(`${site.url}/hosts/${id}/repository`);
    await viewer.getByText("Check failed: errors were found.").waitFor();
    assert.equal(await viewer.getByRole("button", { name: /Check now|Unlock/ }).count(), 0);
    assert.deepEqual(withoutAnswers(faults), []);
  } finally {
    await browser.close();
    await site.stop();
  }
});
