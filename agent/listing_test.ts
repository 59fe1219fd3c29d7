import assert from "node:assert/strict";
import type { Snapshot } from "../server/protocol/entities.ts";
import { SUCCESS, TestAgent } from "./test_agent.ts";
import { TestServer, until } from "./test_server.ts";

const SNAPSHOT: Snapshot = {
  id: "c0ffee00".repeat(8),
  time: "2026-11-12T08:42:05.000Z",
  hostname: "web-01",
  username: "root",
  paths: ["/data"],
  tags: [],
  parent: null,
  program_version: "restic 0.19.1",
  size_bytes: 1,
  file_count: 1,
  added_bytes: 1,
};

Deno.test("the list that proved a backup is the one that is told: it is read once", async () => {
  const server = await TestServer.start();
  const agent = await TestAgent.enrolled(server);
  try {
    agent.restic.backup = ({ onListing }) => {
      onListing?.([SNAPSHOT]);
      return Promise.resolve(SUCCESS);
    };
    agent.start();
    await until("a hello", () => server.of("hello").length === 1);
    await server.order([server.config()]);
    await until("the probe's list", () => server.of("snapshots.report").length === 1);
    const listings = agent.restic.listings;
    await server.order([server.run()]);
    await until("the statistics after the job", () => server.of("repo.stats").length === 1);
    assert.equal(agent.restic.listings, listings, "not listed again");
    const told = server.of("snapshots.report").at(-1)!.snapshots;
    assert.deepEqual(told.map(({ id }) => id), [SNAPSHOT.id]);
  } finally {
    await agent.remove();
    await server.stop();
  }
});
