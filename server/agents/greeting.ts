/** @module Reading an agent's first frame. Pure. The version is read loosely, then the rest strictly. */
import { AnyHello, Hello } from "../protocol/agent_messages.ts";
import { CLOSE } from "../protocol/close_codes.ts";
import type { ErrorMessage } from "../protocol/server_messages.ts";
import { fit } from "./fit.ts";
import { MIN_AGENT_PROTOCOL_VERSION, PROTOCOL_VERSION } from "../protocol/version.ts";

/** Either a hello of a version we speak, or why not. */
export type Greeting =
  | { hello: Hello }
  | { refusal: ErrorMessage; close_code: number; protocol_version?: number };

/** Reads the first frame's JSON. A foreign version gets its name and where to go, not a parse error. */
export function readGreeting(json: unknown, base_url: string): Greeting {
  const any = fit(AnyHello, json);
  if (!any.success) return badMessage("The first message must be a hello");
  const version = any.data.protocol_version;
  const upgrade_url = `${base_url}/install/install.sh`;
  if (version < MIN_AGENT_PROTOCOL_VERSION) {
    const message = `This agent speaks protocol ${version}; ` +
      `the server needs at least ${MIN_AGENT_PROTOCOL_VERSION}. Update the agent`;
    const error = { code: "protocol_too_old", message, upgrade_url };
    return { ...refuse(error, CLOSE.protocol_too_old), protocol_version: version };
  }
  if (version > PROTOCOL_VERSION) {
    const message = `This agent speaks protocol ${version}; ` +
      `the server knows up to ${PROTOCOL_VERSION}. Update the server`;
    const error = { code: "protocol_too_new", message, upgrade_url };
    return { ...refuse(error, CLOSE.protocol_too_new), protocol_version: version };
  }
  const hello = fit(Hello, json);
  if (hello.success) return { hello: hello.data };
  const field = hello.error.issues[0]?.path.join(".") ?? "";
  return badMessage(`The hello cannot be read: field "${field}"`);
}

function badMessage(message: string): Greeting {
  return refuse({ code: "bad_message", message, upgrade_url: null }, CLOSE.bad_message);
}

function refuse(error: Omit<ErrorMessage, "type">, close_code: number): Greeting {
  return { refusal: { type: "error", ...error }, close_code };
}
