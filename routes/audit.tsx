import { page } from "fresh";
import { AuditTable } from "../components/AuditTable.tsx";
import { Empty } from "../components/Card.tsx";
import { counted } from "../components/format.ts";
import { Page, PageHead } from "../components/Page.tsx";
import { withQuery } from "../components/Pager.tsx";
import { filledQuery } from "../components/query.ts";
import { Icon } from "../components/Icon.tsx";
import { paths } from "../server/protocol/paths.ts";
import { ListAuditQuery } from "../server/protocol/rest.ts";
import { define } from "../server/state.ts";

const ACTORS = [
  { label: "Everyone", actor: undefined },
  { label: "Users", actor: "user" },
  { label: "Agents", actor: "agent" },
  { label: "System", actor: "system" },
] as const;

export const handler = define.handlers({
  GET(ctx) {
    const { services } = ctx.state;
    const query = ListAuditQuery.parse(filledQuery(ctx.url));
    const { items, next_before_seq } = services.audit.list(ctx.state.actor!, query);
    const host_ids = items.filter((entry) => entry.target_kind === "host")
      .map((entry) => entry.target_id).filter((id) => id !== null);
    const hosts = services.hosts.byIds(ctx.state.actor!, [...new Set(host_ids)]);
    return page({
      entries: items,
      host_names: new Map(hosts.map(({ id, name }) => [id, name])),
      ...{ query, next_before_seq, now_ms: services.clock.now_ms() },
    });
  },
});

export default define.page<typeof handler>(function AuditPage({ data, state, url }) {
  const { entries, host_names, query, next_before_seq, now_ms } = data;
  const filtered = query.action !== undefined || query.actor !== undefined ||
    query.target_id !== undefined;
  return (
    <Page
      crumbs={[{ label: "Audit log" }]}
      csrf_token={state.csrf_token}
      now_ms={now_ms}
      here={url.pathname + url.search}
      live="off"
    >
      <PageHead
        title="Audit log"
        sub="Every change and every command sent to an agent. Secrets are never written here."
      />
      <section class="card clipcard" aria-label="Audit log">
        <form class="toolbar filterbar" method="get" action={paths.audit()} role="search">
          <div class="seg" role="group" aria-label="Who">
            {ACTORS.map(({ label, actor }) => (
              <a
                key={label}
                href={withQuery(url, { actor, before_seq: undefined })}
                aria-current={query.actor === actor ? "true" : undefined}
              >
                {label}
              </a>
            ))}
          </div>
          {query.actor && <input type="hidden" name="actor" value={query.actor} />}
          <label class="inset filter-text">
            <span class="vh">Action</span>
            <Icon name="search" />
            <input
              class="input input-sm"
              name="action"
              placeholder="Action, as job.start"
              value={query.action}
            />
          </label>
          {query.target_id && <input type="hidden" name="target_id" value={query.target_id} />}
          <button type="submit" class="btn btn-sm filter-go">Filter</button>
          {filtered && <a class="btn btn-sm btn-quiet" href={paths.audit()}>Clear</a>}
        </form>
        {entries.length === 0
          ? (
            <Empty icon="audit" title="Nothing to show here">
              <p>{filtered ? "No entry matches these filters." : "There are no older entries."}</p>
            </Empty>
          )
          : <AuditTable entries={entries} host_names={host_names} now_ms={now_ms} />}
        <footer class="card-foot">
          <span>{counted(entries.length, "entry", "entries")}</span>
          <nav class="pager push" aria-label="Pages">
            {query.before_seq !== undefined && (
              <a class="btn btn-sm" href={withQuery(url, { before_seq: undefined })}>Newest</a>
            )}
            {next_before_seq !== null && (
              <a
                class="btn btn-sm"
                href={withQuery(url, { before_seq: String(next_before_seq) })}
              >
                Older
              </a>
            )}
          </nav>
        </footer>
      </section>
    </Page>
  );
});
