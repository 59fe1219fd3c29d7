/** @module The notes above a host's facts: each cause with what to do about it. */
import { paths } from "../../server/protocol/paths.ts";
import { Note } from "../Card.tsx";
import { visibleText } from "../job/visible_text.ts";
import type { HostCause } from "./host_causes.ts";

/** The causes as notes. The act itself is the button in the page's head; here are the ways to it. */
export function HostBanner({ causes, host_id }: { causes: HostCause[]; host_id: string }) {
  return (
    <div class="stack empty:hidden" data-live="host-causes">
      {causes.map((cause) => (
        <Note
          key={cause.title}
          tone={cause.tone}
          title={cause.title}
          icon={cause.icon}
          actions={<CauseLinks cause={cause} host_id={host_id} />}
        >
          {visibleText(cause.text)}
          {cause.raw && (
            <p class="outcome-raw break mt-1.5 line-clamp-4">{visibleText(cause.raw)}</p>
          )}
        </Note>
      ))}
    </div>
  );
}

function CauseLinks({ cause, host_id }: { cause: HostCause; host_id: string }) {
  return (
    <>
      {cause.job && (
        <a class="btn btn-sm" href={paths.job(cause.job.id)}>
          {cause.act === "open_job" ? "Open job" : "Open log"}
        </a>
      )}
      {cause.job_id && <a class="btn btn-sm" href={paths.job(cause.job_id)}>Open log</a>}
      {cause.act === "repository" && (
        <a class="btn btn-sm" href={paths.hostRepository(host_id)}>Repository</a>
      )}
      {(cause.act === "settings" || cause.in_settings) && (
        <a class="btn btn-sm" href={paths.hostSettings(host_id)}>Settings</a>
      )}
    </>
  );
}
