/** @module One agent's socket. The host's id comes from its credential, never from a message. */
import { iso } from "../clock.ts";
import { AgentMessage, type Hello } from "../protocol/agent_messages.ts";
import { CLOSE, closeName } from "../protocol/close_codes.ts";
import { FRAME_MAX_BYTES, PEER_SILENCE_SECONDS } from "../protocol/limits.ts";
import type { Machine } from "../hosts/agent_notices.ts";
import type { ScheduleSet, SignedMessage } from "../protocol/server_messages.ts";
import { SOFTWARE_VERSION } from "../protocol/version.ts";
import type { AgentRunsStore } from "./agent_runs_store.ts";
import type { AgentSessionsDeps, Socket, SocketEvents } from "./agent_sessions.ts";
import { fit } from "./fit.ts";
import { readGreeting } from "./greeting.ts";
import type { AgentConnection } from "./hub.ts";
import type { IdentityClaims } from "./identity_claims.ts";
import { applyMessage } from "./inbox.ts";
import { Outgoing } from "./outgoing.ts";
import { Pings } from "./pings.ts";
import type { RefusedReports } from "./refused_reports.ts";
import type { Violation, Violations } from "./violations.ts";
import type { Scheduler } from "./scheduler.ts";
import { TokenBucket } from "./token_bucket.ts";
import type { Turns } from "./turns.ts";

const HELLO_DEADLINE_MS = 5000;
const MESSAGES_PER_SECOND = 200;
const MESSAGES_BURST = 2000;
/** Smaller changes of the difference of clocks are the network's. */
const SKEW_NEWS_MS = 10_000;
const COMMANDS_PER_FLUSH = 100;

export interface SessionOptions extends AgentSessionsDeps {
  scheduler: Scheduler;
  runs: AgentRunsStore;
  refused: RefusedReports;
  violations: Violations;
  claims: IdentityClaims;
  turns: Turns;
  host: { id: string; name: string };
  socket: Socket;
  ip: string;
}

export class Session implements AgentConnection, SocketEvents {
  run_id = "";
  machine: Machine;
  #options: SessionOptions;
  #outgoing: Outgoing;
  #pings: Pings;
  #bucket: TokenBucket;
  #cancelTimer: () => void;
  #closed = false;
  #greeted = false;
  /** As the host's row has it: the agent's clock minus ours. */
  #skew_ms = 0;
  /** Its hello is read, and another socket of its host is being asked whether it is still there. */
  #claiming = false;
  /** The agent is in the epoch that is spoken now: commands may go out. */
  #in_epoch = false;
  #sent_config_version = 0;
  #sent_counter = 0;
  /** What the agent has in force, or was sent last on this socket; undefined: it keeps none. */
  #schedule_version: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { socket, host, identity, clock, epochs, scheduler, hub, ip } = options;
    this.machine = { hostname: "", address: ip };
    const epoch = () => epochs.of(host.id);
    const onFailure = (error: unknown) => this.#fail(error);
    const onSlow = () => this.#refuse("too_slow", CLOSE.too_slow);
    this.#outgoing = new Outgoing({
      ...{ socket, host_id: host.id, identity, clock, epoch, onFailure, onSlow },
    });
    this.#pings = new Pings(scheduler, (ping) => this.#outgoing.plain(ping));
    this.#bucket = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_BURST, clock.now_ms());
    this.#cancelTimer = scheduler.after(
      HELLO_DEADLINE_MS,
      () => this.close(CLOSE.hello_timeout),
    );
    hub.add(host.id, this);
  }

  /** A frame from the agent. Never throws: a fault here must not end the server. */
  message(text: string): void {
    if (this.#closed) return;
    const { turns } = this.#options;
    if (turns.take(this, text.length, () => this.#take(text))) return;
    this.#refuse("too_much", CLOSE.too_many_messages);
  }

  #take(text: string): void {
    if (this.#closed) return;
    try {
      this.#receive(text);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The socket is gone, by whichever side. Repeats do nothing. */
  closed(code: number): void {
    this.#end();
    const { hub, hosts, host, clock, log, changes, ip } = this.#options;
    if (!hub.remove(host.id, this)) return;
    log.info("agent disconnected", { host_id: host.id, host: host.name, code, ip });
    try {
      hosts.recordSeen(host.id, hub.lastSeen(host.id) ?? clock.now_ms());
    } catch (error) {
      log.error("cannot record when an agent was last seen", { host_id: host.id, error });
    }
    changes.publish({ host_id: host.id });
  }

  /** Closes the socket with one of CLOSE; nothing is sent or read after that. */
  close(code: number): void {
    if (this.#closed) return;
    this.#end();
    try {
      this.#options.socket.close(code, closeName(code));
    } catch (error) {
      this.#options.log.warn("cannot close an agent's socket", { error });
    }
    this.closed(code);
  }

  /** Sends a newer config than sent before, then the commands that this socket has not carried. */
  flush(): void {
    if (this.#greeted) this.#outgoing.signed(() => this.#waiting());
  }

  ping(answer: (alive: boolean) => void): void {
    this.#pings.ask(answer);
  }

  /** Resolves when everything asked for until now is sent. */
  settled(): Promise<void> {
    return this.#outgoing.settled();
  }

  #receive(text: string): void {
    const { clock, hub, host } = this.#options;
    if (isTooBig(text)) return this.#refuse("too_big", CLOSE.too_big);
    if (!this.#bucket.take(clock.now_ms())) {
      return this.#refuse("too_much", CLOSE.too_many_messages);
    }
    if (this.#claiming) return this.#violated("hello_again");
    if (!this.#greeted) return this.#readHello(text);
    hub.heard(host.id, clock.now_ms());
    this.#expectMore();
    const json = fromJson(text);
    const { data: message } = fit(AgentMessage, json);
    if (message === undefined) return this.#unreadable(json, text);
    if (message.type === "hello") return this.#violated("hello_again");
    if (message.type === "heartbeat") {
      this.#noteClock(message.time);
      return this.#outgoing.plain({ type: "heartbeat.reply", time: iso(clock.now_ms()) });
    }
    if (message.type === "pong") return this.#pings.pong(message.nonce);
    const taken = applyMessage(this.#options, this.#options, { message, text });
    if (taken.report !== undefined) this.#outgoing.acknowledge(taken.report);
    if (taken.violation !== undefined) this.#violated(taken.violation);
    if (taken.set_aside) this.#askAnew();
  }

  /** Either side's clock may be set at any time: the hello's measurement does not hold for ever. */
  #noteClock(time: string): void {
    const { clock, hosts, host } = this.#options;
    const skew_ms = Date.parse(time) - clock.now_ms();
    if (Math.abs(skew_ms - this.#skew_ms) < SKEW_NEWS_MS) return;
    this.#skew_ms = skew_ms;
    hosts.recordClock(host.id, skew_ms);
  }

  #readHello(text: string): void {
    const greeting = readGreeting(fromJson(text), this.#options.base_url);
    if ("hello" in greeting) return this.#claim(greeting.hello);
    const { protocol_version } = greeting;
    if (protocol_version !== undefined) this.#noteProtocol(protocol_version);
    this.#outgoing.plain(greeting.refusal);
    if (greeting.close_code === CLOSE.bad_message) this.#violated("no_hello");
    this.close(greeting.close_code);
  }

  /** Greets, once it is decided that this socket is the host's own. Nothing is applied before. */
  #claim(hello: Hello): void {
    const { claims, ip } = this.#options;
    this.run_id = hello.run_id;
    this.#skew_ms = Date.parse(hello.time) - this.#options.clock.now_ms();
    this.machine = { hostname: hello.hostname, address: ip };
    this.#claiming = true;
    this.#expectMore();
    claims.decide(this.#options, this, (granted) => {
      if (this.#closed) return;
      this.#claiming = false;
      try {
        if (granted) this.#greet(hello);
        else this.#turnAway();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #turnAway(): void {
    const message = "Another machine uses the identity of this host and is connected. If this " +
      "machine is a copy of it, add it as a host of its own and enrol this agent anew, or remove it";
    this.#outgoing.plain({
      type: "error",
      code: "duplicate_identity",
      message,
      upgrade_url: null,
    });
    this.close(CLOSE.duplicate_identity);
  }

  /** An agent that cannot be talked to is told on its host's page, unless another one is there. */
  #noteProtocol(protocol_version: number): void {
    const { hub, hosts, host, clock, log, changes, ip } = this.#options;
    if (hub.connected(host.id)) return;
    const notice = { kind: "protocol_refused", facts: { protocol_version } } as const;
    const is_news = hosts.agent_notices.note(host.id, { ...notice, now_ms: clock.now_ms() });
    changes.publish({ host_id: host.id });
    if (!is_news) return;
    log.warn("an agent speaks a protocol that is not spoken here", {
      host_id: host.id,
      host: host.name,
      protocol_version,
      ip,
    });
  }

  #greet(hello: Hello): void {
    const { host, clock, hub, hosts, jobs, runs, epochs, log, ip, identity } = this.#options;
    if (!hosts.recordHello(host.id, hello)) return this.close(CLOSE.host_removed);
    runs.prune(host.id);
    this.#greeted = true;
    this.#in_epoch = epochs.greet(this.#options, hello);
    this.#schedule_version = hello.schedule_version;
    // The same number may stand for other schedules now.
    const is_doubtful = !this.#in_epoch || hosts.schedules.version(host.id) === 0;
    if (is_doubtful) hosts.schedules.outnumber(host.id, hello.schedule_version ?? 0);
    this.#expectMore();
    hub.heard(host.id, clock.now_ms());
    hub.greet(host.id, this);
    const { agent_version } = hello;
    log.info("agent connected", { host_id: host.id, host: host.name, agent_version, ip });
    this.#outgoing.plain({
      type: "welcome",
      protocol_version: hello.protocol_version,
      server_version: SOFTWARE_VERSION,
      epoch: epochs.of(host.id),
      host_id: host.id,
      host_name: host.name,
      time: iso(clock.now_ms()),
      ...(identity.key_changes.length === 0 ? {} : { key_changes: identity.key_changes }),
    });
    if (this.#in_epoch) jobs.reconcile(host.id, hello.running_jobs);
    this.flush();
    if (this.#in_epoch) jobs.dispatch(host.id);
  }

  async #waiting(): Promise<SignedMessage[]> {
    const { host, repositories, commands } = this.#options;
    const messages: SignedMessage[] = [];
    const version = repositories.configVersion(host.id);
    if (version === undefined) return messages; // Removed meanwhile: its close is on the way.
    if (version > this.#sent_config_version) {
      const config = await repositories.configFor(host.id);
      this.#sent_config_version = config.config_version;
      messages.push(config);
    }
    if (!this.#in_epoch) return messages;
    const set = this.#newSchedules();
    if (set !== undefined) messages.push(set);
    const waiting = commands.waiting(host.id, COMMANDS_PER_FLUSH, this.#sent_counter);
    this.#sent_counter = waiting.at(-1)?.counter ?? this.#sent_counter;
    if (waiting.length === COMMANDS_PER_FLUSH) this.flush();
    messages.push(...waiting);
    return messages;
  }

  #newSchedules(): ScheduleSet | undefined {
    const { host, schedules } = this.#options;
    if (this.#schedule_version === undefined) return undefined;
    if (schedules.version(host.id) === this.#schedule_version) return undefined;
    const set = schedules.setFor(host.id);
    this.#schedule_version = set.schedule_version;
    return set;
  }

  /** Starts the silence anew; the timer is the hello's until then. */
  #expectMore(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.scheduler.after(
      PEER_SILENCE_SECONDS * 1000,
      () => this.close(CLOSE.silent),
    );
  }

  /** A report was set aside: the agent's next hello tells what is so without it. */
  #askAnew(): void {
    void this.#outgoing.settled().then(() => this.close(CLOSE.bad_message));
  }

  /** Set aside it is audited already, and its agent hears that it is. */
  #unreadable(json: unknown, text: string): void {
    const report = this.#options.refused.unreadable(this.#options, json, text);
    if (report === undefined) return this.#violated("unreadable");
    this.#outgoing.acknowledge(report);
    this.#askAnew();
  }

  /** Counts it; the tenth within a minute closes. */
  #violated(violation: Violation): void {
    if (this.#options.violations.record(this.#options, violation)) this.close(CLOSE.bad_message);
  }

  /** Counts it and closes at once. */
  #refuse(violation: Violation, close_code: number): void {
    this.#options.violations.record(this.#options, violation);
    this.close(close_code);
  }

  /** Stops at once: what follows must not be applied after something that was not. */
  #fail(error: unknown): void {
    const { log, host } = this.#options;
    log.error("agent session failed", { host_id: host.id, host: host.name, error });
    this.close(CLOSE.server_error);
  }

  #end(): void {
    this.#closed = true;
    this.#options.turns.drop(this);
    this.#outgoing.stop();
    this.#cancelTimer();
    this.#pings.end();
  }
}

function isTooBig(text: string): boolean {
  if (text.length > FRAME_MAX_BYTES) return true;
  // A UTF-16 unit is at most three bytes of UTF-8: only near the limit do they need counting.
  return text.length * 3 > FRAME_MAX_BYTES &&
    new TextEncoder().encode(text).length > FRAME_MAX_BYTES;
}

/** The JSON value, or undefined: no schema takes that. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Counted as a bad message by the caller.
  }
}
