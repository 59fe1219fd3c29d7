import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { visibleText } from "../../components/job/visible_text.ts";
import { mintId } from "../../server/ids.ts";
import type { LogLine, Snapshot } from "../../server/protocol/entities.ts";
import type { AddHostAnswer } from "../../server/protocol/rest.ts";
import { ApiError } from "../../server/tasks/stack/client.ts";
import type { FakeAgent } from "../../server/tasks/stack/fake_agent.ts";
import { ADMIN, poll } from "../stack.ts";
import { assertFits, launch, signIn, watchFaults } from "./browser.ts";
import { CANARY, HOSTILE, PRINTABLE } from "./hostile_strings.ts";
import { Site } from "./seeded_site.ts";

const NOW = new Date().toISOString();

function snapshotOf(text: string, n: number): Snapshot {
  return {
    id: (0x5eed0000 + n).toString(16).padStart(64, "a"),
    time: NOW,
    hostname: text,
    username: text,
    paths: ["/" + text],
    tags: [text],
    parent: null,
    program_version: text.slice(0, 60),
    size_bytes: 1,
    file_count: 1,
    added_bytes: 1,
  };
}

function reportSnapshots(agent: FakeAgent): void {
  agent.report({
    type: "snapshots.report",
    listing_id: mintId(),
    page: 1,
    pages: 1,
    snapshots: HOSTILE.map(snapshotOf),
  });
}

/** Everything that a page shows as text, without what a person types into and scripts. */
async function shownText(page: Page): Promise<{ text: string; attributes: string[] }> {
  return await page.evaluate(() => {
    const copy = document.body.cloneNode(true) as HTMLElement;
    for (const it of copy.querySelectorAll("script, textarea, style")) it.remove();
    const attributes = [...copy.querySelectorAll("[title], [aria-label]")].flatMap((it) => [
      it.getAttribute("title") ?? "",
      it.getAttribute("aria-label") ?? "",
    ]);
    return { text: copy.textContent ?? "", attributes };
  });
}

/** Nothing of what came from outside became an element, ran, or stayed invisible. */
async function assertOnlyText(page: Page, title: string): Promise<string> {
  const grown = await page.evaluate((canary) => ({
    ran: (globalThis as unknown as Record<string, unknown>)[canary] !== undefined,
    elements: document.querySelectorAll(
      "[data-hostile], img, iframe, object, embed, base, meta[http-equiv], math, " +
        "[onerror], [onload], [onfocus], [onmouseover], [ontoggle], a[href^='javascript:' i]",
    ).length,
    styles: [...document.querySelectorAll("style, link[rel=stylesheet]")]
      .filter((it) => it.outerHTML.includes("evil") || it.innerHTML.includes("display:none"))
      .length,
    scripts: [...document.scripts].filter((it) =>
      it.type !== "application/json" && !it.src && it.textContent?.trim().startsWith("globalThis.h")
    ).length,
  }), CANARY);
  assert.deepEqual(grown, { ran: false, elements: 0, styles: 0, scripts: 0 }, title);
  const { text, attributes } = await shownText(page);
  const unseen = /[^\n\t\P{Cc}]|\p{Cf}|[\u2028\u2029]/u;
  for (const shown of [text, ...attributes]) {
    const found = unseen.exec(shown);
    const near = found &&
      JSON.stringify(shown.slice(Math.max(0, found.index - 40), found.index + 40));
    assert.equal(found, null, `${title} shows a character that nobody sees, near ${near}`);
  }
  await assertFits(page, title);
  return text;
}

function assertShows(text: string, expected: string[], title: string): void {
  const missing = expected.map(visibleText).filter((wanted) => !text.includes(wanted));
  assert.deepEqual(missing, [], `${title} shows all of it`);
}

Deno.test("hostile paths, tags, snapshots, log lines, errors and agent facts are text on every page", async () => {
  assert.ok(HOSTILE.length >= 50);
  const site = await Site.start();
  const browser = await launch();
  try {
    const api = await site.server.firstAdmin(ADMIN.username, ADMIN.password);
    const tags = PRINTABLE.map((text) => text.slice(0, 64).trim());
    const sets = Math.ceil(PRINTABLE.length / 5);
    const hosts: { id: string; agent: FakeAgent; facts: string[] }[] = [];
    for (let n = 0; n < 5; n++) {
      const { host } = await api.call<AddHostAnswer>("POST", "/api/hosts", {
        name: `web-0${n}`,
        os: "linux",
        tags: tags.slice(n * sets, (n + 1) * sets),
        backup_set: {
          paths: HOSTILE.map((text) => "/" + text),
          excludes: HOSTILE.filter((text) => !/[\0\n\r]/.test(text)),
          tags: tags.slice(0, 50),
        },
        repository: { url: `https://backup.example:8000/web-0${n}/` },
      });
      const facts = [0, 1, 2, 3, 4].map((k) => HOSTILE[(n * 5 + k) * 7 % HOSTILE.length]!);
      const [hostname, os_version, arch, agent_version, restic_version] = facts.map((text, k) =>
        text.slice(0, [256, 256, 32, 64, 64][k])
      ) as [string, string, string, string, string];
      const agent = await site.connectAgent(api, host.id, {
        hostname,
        facts: { os_version, arch, agent_version, restic_version },
      });
      reportSnapshots(agent);
      hosts.push({
        id: host.id,
        agent,
        facts: [hostname, os_version, arch, agent_version, restic_version],
      });
    }
    for (const { id } of hosts) {
      await poll(
        "the snapshots",
        () => api.call<{ total: number }>("GET", `/api/hosts/${id}/snapshots`),
        ({ total }) => total === HOSTILE.length,
      );
    }

    const jobs: string[] = [];
    for (const { id, agent } of hosts) {
      const job = await api.call<{ id: string }>("POST", `/api/hosts/${id}/jobs`, {
        kind: "backup",
      });
      jobs.push(job.id);
      agent.report({ type: "job.started", job_id: job.id, kind: "backup", started_at: NOW });
      const lines: LogLine[] = HOSTILE.map((payload, i) => ({
        seq: i + 1,
        ts: NOW,
        stream: i % 2 === 0 ? "stdout" : "stderr",
        payload,
      }));
      agent.report({ type: "log.stream", job_id: job.id, lines });
    }
    const [running, ...ended] = jobs as [string, ...string[]];
    const part = Math.ceil(HOSTILE.length / ended.length);
    const errors = ended.map((_, n) => HOSTILE.slice(n * part, (n + 1) * part));
    for (const [n, job_id] of ended.entries()) {
      hosts[n + 1]!.agent.report({
        type: "job.finished",
        job_id,
        kind: "backup",
        status: "failed",
        exit_code: 1,
        error_class: n % 2 === 0 ? "unknown" : "network",
        error: errors[n]!.join(" | "),
        stats: null,
        log_lines: HOSTILE.length,
        started_at: NOW,
        finished_at: NOW,
      });
      await poll(
        "the job to fail",
        () => api.call<{ status: string }>("GET", `/api/jobs/${job_id}`),
        ({ status }) => status === "failed",
      );
    }

    const context = await browser.newContext({ viewport: { width: 1440, height: 3000 } });
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, site.url, ADMIN);
    const look = async (path: string) => {
      await page.goto(site.url + path);
      return await assertOnlyText(page, path);
    };
    for (const path of ["/", "/hosts", "/jobs", "/audit", "/hosts/new"]) await look(path);
    for (const [n, { id, facts }] of hosts.entries()) {
      const overview = await look(`/hosts/${id}`);
      assertShows(overview, facts, `the host page of ${facts[0]}`);
      assertShows(overview, tags.slice(n * sets, (n + 1) * sets), "the host page's tags");
      for (const tab of ["/jobs", "/install"]) await look(`/hosts/${id}${tab}`);
    }
    const snapshots = await look(`/hosts/${hosts[0]!.id}/snapshots?limit=100`);
    assertShows(snapshots, HOSTILE.map((text) => "/" + text), "the snapshots' paths");
    assertShows(snapshots, HOSTILE, "the snapshots' tags");
    await look(`/hosts/${hosts[0]!.id}/settings`);
    const pathsField = await page.getByLabel("Paths").inputValue();
    for (const text of PRINTABLE) assert.ok(pathsField.includes(text), `settings keep ${text}`);

    for (const [n, job_id] of ended.entries()) {
      await page.goto(`${site.url}/jobs/${job_id}`);
      await page.locator(".log-rows > li").first().waitFor();
      // Until then the viewer may still go to the newest lines by itself.
      await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
      const text = await assertOnlyText(page, `failed job ${n}`);
      // Only the rows in sight are drawn: the last ones at first, then the first ones.
      await page.locator(".log-rows").evaluate((it) => it.parentElement!.scrollTo(0, 0));
      await page.locator(".log-rows > li", { hasText: HOSTILE[0]! }).first().waitFor();
      const first = await assertOnlyText(page, `failed job ${n}, first lines`);
      assertShows(text + first, HOSTILE, "the log");
      assertShows(text, [errors[n]!.join(" | ")], "the error");
    }
    await page.goto(`${site.url}/jobs/${running}`);
    for (let n = 0; n < HOSTILE.length; n += 8) {
      const current_files = HOSTILE.slice(n, n + 8).map((text) => "/srv/" + text);
      hosts[0]!.agent.send({
        type: "job.progress",
        job_id: running,
        phase: "uploading",
        percent_done: 0.5,
        files_done: 1,
        total_files: 2,
        bytes_done: n + 1,
        total_bytes: 1000,
        error_count: 0,
        eta_seconds: null,
        throughput_bytes_per_second: null,
        current_files,
      });
      const files = page.locator(".current-files");
      await files.filter({ hasText: visibleText(current_files[0]!) }).waitFor();
      const text = await assertOnlyText(page, "running job");
      assertShows(text, current_files, "the files being read");
    }
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    await site.stop();
  }
});

Deno.test("a hostile host name is refused at its field, by the form and by REST", async () => {
  const site = await Site.start();
  const browser = await launch();
  try {
    const api = await site.server.firstAdmin(ADMIN.username, ADMIN.password);
    const harmless = new Set(["__proto__", "constructor", "null"]);
    const names = HOSTILE.filter((text) => !harmless.has(text) && !/^W+-end$/.test(text));
    const body = {
      os: "linux",
      backup_set: { paths: ["/etc"], excludes: [], tags: [] },
      repository: { url: "https://backup.example:8000/web-01/" },
    };
    assert.ok(names.length >= 50);
    for (const name of names) {
      await assert.rejects(
        api.call("POST", "/api/hosts", { ...body, name }),
        (error: ApiError) => error.status === 400 || error.status === 422,
        name,
      );
    }
    const context = await browser.newContext();
    const faults = watchFaults(context);
    const page = await context.newPage();
    await signIn(page, site.url, ADMIN);
    await page.goto(site.url + "/hosts/new");
    for (const name of names.filter((_, n) => n % 6 === 0)) {
      const field = page.getByLabel("Name", { exact: true });
      await field.fill(name);
      await page.getByLabel("Address on a REST server").fill(body.repository.url);
      await page.getByLabel("Paths").fill("/etc");
      await page.getByRole("button", { name: "Create install command" }).click();
      await page.locator("[id='name-error']").waitFor();
      assert.match(await page.locator("[id='name-error']").innerText(), /letters, digits|64/i);
      assert.equal(await page.evaluate((c) => c in globalThis, CANARY), false);
    }
    assert.deepEqual(faults.filter((fault) => !/status of 4\d\d/.test(fault)), []);
  } finally {
    await browser.close();
    await site.stop();
  }
});
