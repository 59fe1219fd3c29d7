/** @module How the pages look and listen in this browser. */
import KeySwitch from "../../islands/KeySwitch.tsx";
import { paths } from "../../server/protocol/paths.ts";
import { CsrfField } from "../Field.tsx";
import { AccountPart } from "./AccountPart.tsx";

const THEMES = [
  { label: "System", value: "system", theme: undefined },
  { label: "Light", value: "light", theme: "light" },
  { label: "Dark", value: "dark", theme: "dark" },
] as const;

export interface InterfaceSectionProps {
  /** What this browser chose; undefined follows the system. */
  theme: "light" | "dark" | undefined;
  csrf_token: string;
}

/** Theme and keys. */
export function InterfaceSection({ theme, csrf_token }: InterfaceSectionProps) {
  return (
    <AccountPart title="This interface" text="Kept in this browser.">
      <div class="stack gap-3">
        <form method="post" action={paths.theme()} class="row wrap setting">
          <CsrfField token={csrf_token} />
          <input type="hidden" name="next" value={paths.account()} />
          <span class="setting-name" id="theme-name">Theme</span>
          <span class="seg" role="group" aria-labelledby="theme-name">
            {THEMES.map((choice) => (
              <button
                key={choice.value}
                type="submit"
                name="theme"
                value={choice.value}
                aria-pressed={theme === choice.theme ? "true" : "false"}
              >
                {choice.label}
              </button>
            ))}
          </span>
        </form>
        <KeySwitch />
      </div>
    </AccountPart>
  );
}
