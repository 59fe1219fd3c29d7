/** @module Mutated frames of an agent through the real session, the nouns and the database. */
import assert from "node:assert/strict";
import { LIGHT_CHARS } from "../../server/agents/turns.ts";
import type { AgentMessage } from "../../server/protocol/agent_messages.ts";
import { CLOSE } from "../../server/protocol/close_codes.ts";
import type { Chance } from "../long/chance.ts";
import { HostileWorld } from "./hostile_world.ts";
import { mutate, pick } from "./mutate.ts";

export interface FrameFigures {
  frames: number;
  sockets: number;
  slowest_ms: number;
  /** Sockets by the close that the server chose. */
  closes: Record<string, number>;
}

/** What was taken must also be shown: the pages are asked after so many frames. */
const PAGES_EVERY = 500;

/** Sends so many mutated frames. Throws on whatever must not happen. */
export async function fuzzFrames(chance: Chance, count: number): Promise<FrameFigures> {
  const world = await HostileWorld.create();
  const figures: FrameFigures = { frames: 0, sockets: 0, slowest_ms: 0, closes: {} };
  try {
    const ids = Object.values(world.foreignIds());
    const types = Object.keys(world.frames()) as AgentMessage["type"][];
    let agent = world.open();
    let greeted = false;
    while (figures.frames < count) {
      if (agent.socket.closed_with !== undefined) {
        const code = String(agent.socket.closed_with);
        figures.closes[code] = (figures.closes[code] ?? 0) + 1;
        world.app.clock.advance(61);
        greeted = chance.next() < 0.9;
        agent = greeted ? world.connect() : world.open();
        figures.sockets++;
      }
      const type = greeted ? pick(chance, types) : "hello";
      const valid = world.frames({ job_id: world.job() })[type];
      const text = chance.next() < 0.2 ? JSON.stringify(valid) : mutate(chance, valid, ids);
      const before_ms = performance.now();
      agent.text(text);
      figures.slowest_ms = Math.max(figures.slowest_ms, performance.now() - before_ms);
      figures.frames++;
      if (text.length > LIGHT_CHARS) await agent.settled();
      assert.notEqual(
        agent.socket.closed_with,
        CLOSE.server_error,
        `seed ${chance.seed}: ${text.slice(0, 2000)}`,
      );
      if (figures.frames % PAGES_EVERY === 0) await world.checkPages();
      if (figures.frames % 50 === 0) {
        world.app.clock.advance(1);
        // Signing is asynchronous: what waits for it goes out.
        await new Promise((resolve) => setTimeout(resolve));
      }
    }
    await world.check();
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    return figures;
  } finally {
    world.close();
  }
}
