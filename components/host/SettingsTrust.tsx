/** @module How a host's agent knows the server: its key, and certificates if some are pinned. */
import type { Host } from "../../server/protocol/entities.ts";
import { Field } from "../Field.tsx";
import { counted } from "../format.ts";
import { Section } from "../Section.tsx";

export interface SettingsTrustProps {
  host: Host;
  server_key: string;
  may_edit: boolean;
  /** The current and the next one, as typed. */
  pins: [string, string];
  errors: [string | undefined, string | undefined];
}

/** The server's key, which every host checks, and the optional pins. */
export function SettingsTrust({ host, server_key, may_edit, pins, errors }: SettingsTrustProps) {
  const count = host.cert_pins.length;
  return (
    <Section
      title="Trust"
      text="How this agent knows the server."
      digest={`server key${host.enrolled_at ? " stored" : ""}, ${
        count === 0 ? "no pins" : counted(count, "pin")
      }`}
      open={errors.some((error) => error !== undefined)}
    >
      <div class="stack stack-lg">
        <div>
          <span class="dim">Server key</span>
          <b class="mono medium break block">{server_key}</b>
          <span class="meta block">Checked at enrolment and on every command.</span>
        </div>
        {may_edit
          ? (
            <>
              <Field
                name="cert_pins.0"
                label="Certificate pin, current"
                note="optional"
                mono
                value={pins[0]}
                error={errors[0]}
                hint="SHA-256 of the certificate that the proxy shows, 64 hex digits."
              />
              <Field
                name="cert_pins.1"
                label="Certificate pin, next"
                note="optional"
                mono
                value={pins[1]}
                error={errors[1]}
                hint="Enter the next one before the proxy gets it. A pin takes force once the server shows that certificate; until then the host is degraded and says why. Leave both empty if the proxy renews its certificate by itself, as Caddy does."
              />
            </>
          )
          : (
            <div>
              <span class="dim">Certificate pins</span>
              {count === 0
                ? <b class="medium block">none</b>
                : host.cert_pins.map((pin) => <b key={pin} class="mono medium break block">{pin}
                </b>)}
            </div>
          )}
      </div>
    </Section>
  );
}
