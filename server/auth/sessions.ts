/** @module Browser sessions. The cookie's token is random; only its SHA-256 is stored. */
import type { Audit } from "../audit/audit.ts";
import type { Clock } from "../clock.ts";
import type { Database } from "../db/database.ts";
import type { User } from "../protocol/entities.ts";

export interface Session {
  id: string;
  user: User;
  created_at_ms: number;
  expires_at_ms: number;
}

export interface SessionsDeps {
  db: Database;
  clock: Clock;
  audit: Audit;
  /** From Sealer.derive("csrf"). */
  csrf_key: Uint8Array<ArrayBuffer>;
}

export class Sessions {
  constructor(_deps: SessionsDeps) {}
  start(
    _user: User,
    _from: { ip: string; user_agent: string },
  ): { token: string; session: Session } {
    throw new Error("not written yet");
  }
  /** The live session of a cookie's token, or undefined. Slides its idle limit. */
  find(_token: string): Session | undefined {
    throw new Error("not written yet");
  }
  end(_token: string, _ip: string): void {
    throw new Error("not written yet");
  }
  /** A token bound to this session, for forms (`_csrf`) and the `x-csrf-token` header. */
  csrfToken(_session: Session): string {
    throw new Error("not written yet");
  }
  csrfMatches(_session: Session, _token: string): boolean {
    throw new Error("not written yet");
  }
}
