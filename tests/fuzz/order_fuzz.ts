/** @module Mutated frames of a server through the agent's own checks and its orders. */
import assert from "node:assert/strict";
import { checkServerMessage } from "../../agent/check.ts";
import type { AgentLog } from "../../agent/log.ts";
import { type OrderActions, Orders } from "../../agent/orders.ts";
import { AgentState } from "../../agent/state.ts";
import { FakeTiming } from "../../agent/timing.ts";
import { mintId } from "../../server/ids.ts";
import { importPublicKey, signText, verifyText } from "../../server/protocol/signing.ts";
import { SignedMessage } from "../../server/protocol/server_messages.ts";
import type { Chance } from "../long/chance.ts";
import { mutate, pick } from "./mutate.ts";

export interface OrderFigures {
  frames: number;
  /** Frames whose signature held, and orders in them that passed every check. */
  verified: number;
  orders: number;
}

const NOW = "2026-11-12T08:42:05.000Z";
const HOST_ID = mintId();
/** A wrong but signed counter or epoch makes an agent deaf for what follows: then another one. */
const FRAMES_PER_AGENT = 25;
const SILENT: AgentLog = { info() {}, warn() {}, error() {} };

/** What a server sends, by type: plain frames and those that travel in a signed payload. */
function validMessages() {
  const ids = { id: mintId(), counter: 7, expires_at: NOW, job_id: mintId() };
  const backup_set = { paths: ["/etc"], excludes: ["*.tmp"], tags: ["nightly"] };
  const repository = {
    ...{ id: mintId(), url: "https://storage.example/web-01/", password: "a password" },
    ...{ rest_username: "web-01", rest_password: "another" },
  };
  const plain = [
    {
      type: "welcome",
      ...{ protocol_version: 1, server_version: "0.1.0", epoch: 1, host_id: mintId() },
      ...{ host_name: "web-01", time: NOW },
    },
    { type: "heartbeat.reply", time: NOW },
    { type: "error", code: "bad_message", message: "no", upgrade_url: null },
  ];
  const signed: SignedMessage[] = [
    { type: "command.run", ...ids, kind: "backup", args: { backup_set, bandwidth: {} } },
    { type: "command.cancel", ...ids },
    {
      type: "config.update",
      ...{ config_version: 3, repository, reach_deadline_seconds: 60, stalled_after_seconds: 900 },
    },
    {
      type: "schedule.set",
      schedule_version: 2,
      schedules: [{
        ...{ id: mintId(), kind: "backup", cron: "30 2 * * *", timezone: "Europe/Berlin" },
        ...{ jitter_seconds: 60, catch_up: true, enabled: true, since: NOW },
        args: { backup_set, bandwidth: {} },
      }],
      paused_until: NOW,
    },
    { type: "ack", reports: [{ run_id: mintId(), seq: 1 }] },
  ];
  return { plain, signed };
}

/** The agent's own orders over a real state; `taken` gets what would be carried out. */
function anAgent(key: CryptoKey, taken: SignedMessage[]) {
  const state = new AgentState(":memory:", "an enrolment");
  const actions: OrderActions = {
    accept: (command) => void taken.push(command),
    repeat() {},
    enterEpoch() {},
    refuseExpired() {},
    cancel: (command) => void taken.push(command),
    schedule: (set) => Promise.resolve(void taken.push(set)),
    configure: (update) => Promise.resolve(taken.push(update) > 0),
    acknowledge: (reports) => void taken.push({ type: "ack", reports }),
  };
  const timing = new FakeTiming();
  const server_key = {
    verify: (text: string, signature: string) => verifyText(key, text, signature),
  };
  const orders = new Orders({ host_id: HOST_ID, server_key, state, timing, log: SILENT, actions });
  return { orders, state };
}

/**
 * Runs so many mutated frames through what the agent does with them. Nothing throws, nothing that
 * the key did not sign is obeyed, and what is obeyed has the form that its code counts on.
 */
export async function fuzzOrders(chance: Chance, count: number): Promise<OrderFigures> {
  const generate = () => crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const [server, stranger] = [await generate(), await generate()] as CryptoKeyPair[];
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", server!.publicKey));
  const key = await importPublicKey(raw);
  const figures: OrderFigures = { frames: 0, verified: 0, orders: 0 };
  const taken: SignedMessage[] = [];
  let agent = anAgent(key, taken);
  for (; figures.frames < count; figures.frames++) {
    if (figures.frames % FRAMES_PER_AGENT === 0) {
      agent.state[Symbol.dispose]();
      agent = anAgent(key, taken);
    }
    const { plain, signed } = validMessages();
    const body = { host_id: HOST_ID, epoch: 1, sent_at: NOW, messages: [pick(chance, signed)] };
    // Either what is signed is wrong, and signed rightly, or the frame is, or its signer.
    const rightly = chance.next() < 0.5;
    const payload = rightly ? mutate(chance, body, [HOST_ID]) : JSON.stringify(body);
    const signer = rightly || chance.next() < 0.5 ? server! : stranger!;
    const envelope = {
      ...{ type: "signed", payload, signature: await signText(signer.privateKey, payload) },
    };
    const text = rightly
      ? JSON.stringify(envelope)
      : mutate(chance, chance.next() < 0.5 ? envelope : pick(chance, plain), [HOST_ID]);
    const checked = checkServerMessage(text);
    if (!("message" in checked) || checked.message.type !== "signed") continue;
    const { message } = checked;
    taken.length = 0;
    const obeyed = await agent.orders.receive(message);
    const is_ours = await verifyText(key, message.payload, message.signature);
    assert.equal(obeyed === "forged", !is_ours, `seed ${chance.seed}: ${text}`);
    const untouched = message.payload === payload && signer === server;
    assert.ok(!is_ours || untouched, `seed ${chance.seed}: a forged frame passed: ${text}`);
    if (!is_ours) assert.deepEqual(taken, []);
    else figures.verified++;
    for (const order of taken) {
      figures.orders++;
      assertOrder(order, chance.seed);
    }
  }
  agent.state[Symbol.dispose]();
  return figures;
}

/** What the agent would take must at least be what its code counts on. */
function assertOrder(order: SignedMessage, seed: number): void {
  const what = `seed ${seed}: ${JSON.stringify(order).slice(0, 500)}`;
  switch (order.type) {
    case "command.run":
    case "command.cancel":
      assert.ok(Number.isSafeInteger(order.counter) && order.counter >= 1, what);
      assert.ok(!Number.isNaN(Date.parse(order.expires_at)), what);
      assert.equal(typeof order.job_id, "string", what);
      break;
    case "config.update":
      assert.ok(Number.isSafeInteger(order.config_version), what);
      assert.ok(order.repository === null || typeof order.repository.password === "string", what);
      break;
    case "schedule.set":
      assert.ok(Number.isSafeInteger(order.schedule_version), what);
      for (const { cron, timezone, since } of order.schedules) {
        assert.ok(typeof cron === "string" && typeof timezone === "string", what);
        assert.ok(!Number.isNaN(Date.parse(since)), what);
      }
      break;
    case "ack":
      for (const report of order.reports) assert.ok(Number.isSafeInteger(report.seq), what);
  }
}
