/** @module The filters above a host's snapshots. A plain GET form: they live in the address. */
import { Icon } from "../Icon.tsx";
import { DateField } from "../job/JobFilters.tsx";
import { filledQuery } from "../query.ts";

/** Tag, path and days. */
export function SnapshotFilters({ url }: { url: URL }) {
  const query = filledQuery(url);
  return (
    <form class="toolbar filterbar" method="get" action={url.pathname} role="search">
      <label class="inset filter-text">
        <span class="vh">Tag</span>
        <Icon name="tag" />
        <input class="input input-sm" name="tag" placeholder="Tag" value={query["tag"]} />
      </label>
      <label class="inset filter-text">
        <span class="vh">Path</span>
        <Icon name="folder" />
        <input class="input input-sm" name="path" placeholder="Path" value={query["path"]} />
      </label>
      <DateField name="since" label="From" value={query["since"]} />
      <DateField name="until" label="To" value={query["until"]} />
      <button type="submit" class="btn btn-sm filter-go">Filter</button>
      {Object.keys(query).length > 0 && (
        <a class="btn btn-sm btn-quiet" href={url.pathname}>Clear</a>
      )}
    </form>
  );
}
