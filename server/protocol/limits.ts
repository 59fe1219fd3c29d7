/** Largest frame either side accepts on the agents' socket, in bytes. A larger one closes with 1009. */
export const FRAME_MAX_BYTES = 1024 * 1024;
/** Most reports an agent keeps in flight without an acknowledgement. */
export const REPORTS_IN_FLIGHT_MAX = 32;
/** A log line longer than this, in UTF-16 units, is cut by the agent with a marker. */
export const LOG_LINE_MAX_CHARS = 16_384;
/** Most log lines in one `log.stream` message. */
export const LOG_BATCH_MAX_LINES = 500;
/** What a log line costs beside its text: empty lines are not free either. */
export const LOG_LINE_OVERHEAD_BYTES = 64;
/** The log of one job is cut at this size, in bytes; what is dropped is marked. */
export const JOB_LOG_QUOTA_BYTES = 20 * 1024 * 1024;
/** Rows in one page of `snapshots.report`. */
export const SNAPSHOT_PAGE_ROWS = 500;
/** An agent sends a heartbeat this often, in seconds. */
export const HEARTBEAT_SECONDS = 30;
/** A peer that sent nothing for this long is dead, in seconds. */
export const PEER_SILENCE_SECONDS = 45;
/** A host without any sign of life for this long is shown as offline, in seconds. */
export const OFFLINE_AFTER_SECONDS = 90;
/** An enrolment token works for this long, in seconds. */
export const ENROLLMENT_TOKEN_TTL_SECONDS = 3600;
/** A command that was not delivered expires after this long, in seconds, unless it says otherwise. */
export const COMMAND_TTL_SECONDS = 24 * 3600;
/** An agent that does not answer a ping for this long is not there, in seconds. */
export const PING_ANSWER_SECONDS = 5;
/** No epoch is higher: each restore of the server from a copy takes one. */
export const EPOCH_MAX = 1_000_000_000;
/** A running job without news for this long is shown as stalled, in seconds. */
export const STALLED_AFTER_SECONDS = 15 * 60;

/** Schedules of one host. All of them go into one frame (with {@link SCHEDULES_MAX_CHARS}). */
export const SCHEDULES_MAX = 50;
/** JSON text of all schedules of one host: quoted twice they have to fit into a frame. */
export const SCHEDULES_MAX_CHARS = 200_000;

/** Locks of a repository that an agent tells of, oldest first. */
export const LOCKS_TOLD_MAX = 8;
