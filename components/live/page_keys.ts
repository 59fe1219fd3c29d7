/** @module What keys find on the page: rows, tabs, the host, its next step. Browser only. */
import { paths } from "../../server/protocol/paths.ts";
import { toast } from "./toast.ts";
import type { Question } from "./AskDialog.tsx";

/** Rows are moved through by focus, so that Enter opens what has it. */
export function moveFocus(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>("main .tbl .rowlink")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + by));
  links[next]!.focus();
}

/** Opens the tab beside the current one. */
export function goToTab(by: 1 | -1): void {
  const tabs = [...document.querySelectorAll<HTMLAnchorElement>("main .tabs > a")];
  const at = tabs.findIndex((tab) => tab.getAttribute("aria-current") === "page");
  const next = at < 0 ? undefined : tabs[at + by];
  if (next !== undefined) location.href = next.href;
}

/** Puts the focus into the page's filter with its text marked. */
export function focusFilter(): void {
  document.querySelector<HTMLInputElement>("main [data-filter]")?.select();
}

/** Esc: empties the filter that has the focus, then leaves it; leaves a row. False for all else. */
export function leave(): boolean {
  const at = document.activeElement;
  if (!(at instanceof HTMLElement) || !at.matches("main [data-filter], main .rowlink")) {
    return false;
  }
  if (at instanceof HTMLInputElement && at.value !== "") {
    at.value = "";
    at.dispatchEvent(new InputEvent("input", { bubbles: true }));
  } else at.blur();
  return true;
}

/** Ctrl-Enter: presses the main button of the form that has the focus. Never one that destroys. */
export function submitForm(): boolean {
  const form = document.activeElement?.closest("form") ??
    (document.activeElement as HTMLInputElement | null)?.form ?? null;
  const button = [...form?.elements ?? []].find((one) =>
    one.matches("button.btn-primary[type=submit]:not(:disabled)")
  );
  if (form === null || button === undefined) return false;
  form.requestSubmit(button as HTMLButtonElement);
  return true;
}

/** The settings of the host of the page, or of the row that has the focus. */
export function settingsHref(): string | undefined {
  const row_href = rowOf()?.querySelector(".rowlink")?.getAttribute("href") ?? undefined;
  const id = /^\/hosts\/([0-9a-f-]{36})/.exec(row_href ?? location.pathname)?.[1];
  return id === undefined ? undefined : paths.hostSettings(id);
}

/** The question before "Run now" of that host; undefined where there is nothing to run. */
export function runQuestion(): Question | undefined {
  const row = rowOf();
  const button = row === undefined
    ? document.querySelector<HTMLButtonElement>("main .page-head [form=host-action]")
    : row.querySelector<HTMLButtonElement>("form button[name=action]");
  if (button === null) return undefined;
  const name = (row?.querySelector(".rowlink") ?? document.querySelector("main h1"))?.textContent;
  const label = button.textContent!.trim();
  if (button.disabled) {
    toast({ tone: "warn", title: `${label} is off`, text: `${button.title}.` });
    return undefined;
  }
  // A schedule with a backup set of its own says which.
  const takes = button.dataset["takes"] ?? "the default backup set of the host";
  const title = button.matches(".btn-danger")
    ? `Initialise the repository of ${name}?`
    : `${label} on ${name}?`;
  const text = button.matches(".btn-danger")
    ? "This makes an empty repository at its address. What lies there stays."
    : `It takes ${takes}.${button.title && ` ${button.title}.`}`;
  return {
    title,
    text,
    label,
    onYes() {
      // The page may have been drawn anew meanwhile: a button that is gone or off is not pressed.
      if (button.isConnected && !button.disabled) button.form?.requestSubmit(button);
      else toast({ tone: "warn", title: `${label} was not sent`, text: "The page has changed." });
    },
  };
}

/** The row that has the focus, if it is one of a host. */
function rowOf(): Element | undefined {
  const row = document.activeElement?.closest("main tr, main li");
  const link = row?.querySelector(".rowlink");
  return link?.getAttribute("href")?.startsWith("/hosts/") ? row! : undefined;
}
