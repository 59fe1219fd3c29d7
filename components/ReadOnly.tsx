/** @module The mark for those who may look at everything and change nothing. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Icon } from "./Icon.tsx";

/** True on the pages of a viewer; the shell says so. */
export const ReadOnlyPages = createContext(false);

/** In the top bar of a viewer's pages. */
export function ReadOnly() {
  const read_only = useContext(ReadOnlyPages);
  if (!read_only) return null;
  return (
    <span
      class="tag hide-sm"
      title="Your role is viewer. You see everything but secrets, hooks and settings."
    >
      <Icon name="eye" size={14} />
      Read only
    </span>
  );
}
