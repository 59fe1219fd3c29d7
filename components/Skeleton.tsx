/** @module The shape of content that is on its way. Invisible for 300 ms: what is fast never flickers. */

/** Grey lines in place of rows. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div class="skel-rows" role="status">
      <span class="vh">{label}</span>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} class="skel-row" aria-hidden="true">
          <span class="skel skel-icon" />
          <span class={`skel skel-${["long", "short", "mid"][at % 3]}`} />
        </div>
      ))}
    </div>
  );
}
