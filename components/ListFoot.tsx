/** @module The foot of a card with a list: how much there is, and the way to the rest. */
import { counted } from "./format.ts";
import { Pager, type PagerProps } from "./Pager.tsx";

/** Pages where there are several, else only the count; nothing under an empty list. */
export function ListFoot({ noun, ...pager }: PagerProps & { noun: string }) {
  const several = pager.total > pager.limit || pager.offset > 0;
  if (pager.total === 0 && !several) return null;
  return (
    <footer class="card-foot">
      {several ? <Pager {...pager} /> : <span>{counted(pager.total, noun)}</span>}
    </footer>
  );
}
