/**
 * The version of the wire format between agent and server. It rises only when an older peer could
 * not follow; software releases have their own numbers.
 *
 * History
 * - 1 (2026-11-22): first version.
 */
export const PROTOCOL_VERSION = 1;

/** Agents below this are refused by name (`protocol_too_old`) and told where to upgrade. */
export const MIN_AGENT_PROTOCOL_VERSION = 1;

/** Version of this software, of the server and of the agent built with it. */
export const SOFTWARE_VERSION = "0.1.0";

/** The oldest restic whose exit codes and restore can be relied on (restic 0.17.1 changelog). */
export const RESTIC_FLOOR = "0.17.1";

/** The restic we recommend. */
export const RESTIC_RECOMMENDED = "0.19.1";
