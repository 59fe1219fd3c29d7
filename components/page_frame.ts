/** @module What every page hands to its frame. */
import type { State } from "../server/state.ts";

/** The props of Page that come from the request. */
export function frameOf(state: State, url: URL) {
  return {
    csrf_token: state.csrf_token,
    now_ms: state.services.clock.now_ms(),
    here: url.pathname + url.search,
  };
}
