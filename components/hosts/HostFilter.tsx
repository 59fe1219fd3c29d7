/** @module The filter over a list of hosts: a plain GET form, so that it lives in the address. */
import { Icon } from "../Icon.tsx";

/** One field for name or tag; other filters of the address stay. */
export function HostFilter({ url, label = "Filter hosts" }: { url: URL; label?: string }) {
  const kept = ["state", "tag"].flatMap((name) => {
    const value = url.searchParams.get(name);
    return value ? [{ name, value }] : [];
  });
  return (
    <form method="get" action={url.pathname} role="search">
      {kept.map((field) => <input key={field.name} type="hidden" {...field} />)}
      <label class="inset host-filter">
        <span class="vh">{label}</span>
        <Icon name="search" />
        <input
          class="input input-sm"
          type="search"
          name="q"
          maxLength={200}
          value={url.searchParams.get("q") ?? ""}
          placeholder="Name or tag, Enter"
          data-filter
        />
        <span class="end hide-sm" aria-hidden="true">
          <kbd>/</kbd>
        </span>
      </label>
    </form>
  );
}
