/** @module The mark for those who may look at everything and change nothing. */

/** Stands where others have their buttons. */
export function ReadOnly() {
  return (
    <span class="pill" title="You may look at everything and change nothing">
      Read only
    </span>
  );
}
