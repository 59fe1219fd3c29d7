/** @module The filter over a list of hosts: a plain GET form, so that it lives in the address. */
import { Icon } from "../Icon.tsx";

export interface HostFilterProps {
  url: URL;
  label?: string;
  /** A large fleet is asked in the query language: there is room for it. */
  wide?: boolean;
}

const WORDS = "Words after each other all hold: state:failed,overdue tag:prod os:windows " +
  "agent:offline seen:>7d, or a part of a name";

/** One field for name, tag or a whole query; other filters of the address stay. */
export function HostFilter({ url, label = "Filter hosts", wide }: HostFilterProps) {
  const kept = ["state", "tag"].flatMap((name) => {
    const value = url.searchParams.get(name);
    return value ? [{ name, value }] : [];
  });
  return (
    <form method="get" action={url.pathname} role="search">
      {kept.map((field) => <input key={field.name} type="hidden" {...field} />)}
      <label class={wide ? "inset host-filter wide" : "inset host-filter"} title={WORDS}>
        <span class="vh">{label}</span>
        <Icon name="search" />
        <input
          class="input input-sm"
          type="search"
          name="q"
          maxLength={200}
          spellcheck={false}
          autocomplete="off"
          value={url.searchParams.get("q") ?? ""}
          placeholder={wide ? "state:failed tag:prod seen:>7d" : "Name or tag, Enter"}
          data-filter
        />
        <span class="end hide-sm" aria-hidden="true">
          <kbd>/</kbd>
        </span>
      </label>
    </form>
  );
}
