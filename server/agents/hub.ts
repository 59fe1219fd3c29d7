/** @module The live sockets of the agents. In memory; everything durable is elsewhere. */
import type { AgentLink } from "../ports.ts";

/** One greeted agent socket, as the hub sees it. Implemented by agents/session.ts. */
export interface AgentConnection {
  run_id: string;
  /** Sends what waits: config if newer than applied, then commands in order. */
  flush(): void;
  close(code: number): void;
}

export class Hub implements AgentLink {
  connected(_host_id: string): boolean {
    throw new Error("not written yet");
  }
  lastSeen(_host_id: string): number | undefined {
    throw new Error("not written yet");
  }
  wake(_host_id: string): void {
    throw new Error("not written yet");
  }
  disconnect(_host_id: string, _close_code: number): void {
    throw new Error("not written yet");
  }
}
