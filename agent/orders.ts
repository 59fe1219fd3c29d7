/**
 * @module What the server orders: obeyed only when signed by the server's key, for this host, in this
 * epoch or a later one, unexpired, and never twice.
 */
import type {
  CommandCancel,
  CommandRun,
  ConfigUpdate,
  ReportAck,
  ScheduleSet,
  Signed,
  SignedMessage,
} from "../server/protocol/server_messages.ts";
import type { ScheduleAck } from "../server/protocol/agent_messages.ts";
import { checkPayload, checkSignedMessage } from "./check.ts";
import { assertNever } from "./errors.ts";
import type { AgentLog } from "./log.ts";
import type { ServerKey } from "./server_key.ts";
import type { AgentState } from "./state.ts";
import type { Timing } from "./timing.ts";

/** What obeying means. All up to `cancel` are called in the transaction that records the command. */
export interface OrderActions {
  accept(command: CommandRun): void;
  /** It is known already, by its id. */
  repeat(command: CommandRun): void;
  /** The first message of a higher epoch has come. Called in the transaction that enters it. */
  enterEpoch(): void;
  /** It came too late to be run. */
  refuseExpired(command: CommandRun): void;
  cancel(command: CommandCancel): void;
  /** Returns false if the update is older than what is kept. */
  configure(update: ConfigUpdate, epoch: number): Promise<boolean>;
  /** Returns undefined if the set is older than the one in force. */
  schedule(set: ScheduleSet, epoch: number): Promise<ScheduleFate | undefined>;
  acknowledge(reports: ReportAck["reports"]): void;
}

/** The schedules in force after a push, and why that is not the one pushed. */
export type ScheduleFate = Omit<ScheduleAck, "type">;

/** What to tell the server: commands that are safely kept, and the config now in force. */
export interface Obeyed {
  command_ids: string[];
  config_version: number | undefined;
  schedules: ScheduleFate | undefined;
  /** The server was put back to an earlier copy: it is to be told anew what is so here. */
  entered_epoch: boolean;
}

export interface OrdersOptions {
  host_id: string;
  server_key: Pick<ServerKey, "verify">;
  state: AgentState;
  timing: Timing;
  log: AgentLog;
  actions: OrderActions;
}

export class Orders {
  readonly #o: OrdersOptions;
  constructor(options: OrdersOptions) {
    this.#o = options;
  }

  /** Verifies and obeys one frame. `forged` means that the connection is not to be trusted. */
  async receive(signed: Signed): Promise<Obeyed | "forged" | "refused"> {
    const { server_key, host_id, state } = this.#o;
    if (!await server_key.verify(signed.payload, signed.signature)) {
      this.#o.log.error("refused a message that the server's key did not sign");
      return "forged";
    }
    const payload = checkPayload(signed.payload);
    if (payload === undefined) return this.#refuse("a signed message of an unknown form");
    if (payload.host_id !== host_id) return this.#refuse("a message signed for another host");
    const { epoch } = payload;
    if (epoch < state.seen.epoch) return this.#refuse(`a message of the past epoch ${epoch}`);
    const entered_epoch = epoch > state.seen.epoch;
    if (entered_epoch) this.#enterEpoch(epoch);

    const obeyed: Obeyed = {
      command_ids: [],
      config_version: undefined,
      schedules: undefined,
      entered_epoch,
    };
    for (const value of payload.messages) {
      const checked = checkSignedMessage(value);
      if ("message" in checked) await this.#obey(checked.message, epoch, obeyed);
      else this.#refuse(`a signed message that is ${checked.problem}`);
    }
    return obeyed;
  }

  async #obey(message: SignedMessage, epoch: number, obeyed: Obeyed): Promise<void> {
    switch (message.type) {
      case "command.run":
      case "command.cancel":
        if (this.#command(message)) obeyed.command_ids.push(message.id);
        return;
      case "config.update":
        if (await this.#o.actions.configure(message, epoch)) {
          obeyed.config_version = message.config_version;
        } else this.#refuse(`the outdated config version ${message.config_version}`);
        return;
      case "schedule.set":
        obeyed.schedules = await this.#o.actions.schedule(message, epoch);
        if (obeyed.schedules === undefined) {
          this.#refuse(`the outdated schedules version ${message.schedule_version}`);
        }
        return;
      case "ack":
        this.#o.actions.acknowledge(message.reports);
        return;
      default:
        assertNever(message);
    }
  }

  /** Returns true if the command may be acknowledged: it is kept now or was before. */
  #command(command: CommandRun | CommandCancel): boolean {
    const { state, actions, timing } = this.#o;
    if (state.seen.has(command.id)) {
      if (command.type === "command.run") state.transaction(() => actions.repeat(command));
      return true;
    }
    if (command.counter <= state.seen.command_counter) {
      this.#refuse(`a replayed command (counter ${command.counter})`);
      return false;
    }
    const now_ms = timing.now_ms();
    const expired = Date.parse(command.expires_at) <= now_ms;
    state.transaction(() => {
      state.seen.add(command.id, command.counter, now_ms);
      if (command.type === "command.run") {
        if (expired) actions.refuseExpired(command);
        else actions.accept(command);
      } else actions.cancel(command); // A late cancel of a job still running is still wanted.
    });
    return true;
  }

  #enterEpoch(epoch: number): void {
    const { state, actions, log } = this.#o;
    log.warn("the server was put back to an earlier copy: telling it anew what was done", {
      epoch,
    });
    state.transaction(() => {
      actions.enterEpoch();
      state.seen.enterEpoch(epoch);
    });
  }

  #refuse(what: string): "refused" {
    this.#o.log.error(`refused ${what}`);
    return "refused";
  }
}
