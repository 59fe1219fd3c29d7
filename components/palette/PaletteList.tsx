/** @module The list of the command palette: options in named groups. The focus stays in the field. */
import { useEffect } from "preact/hooks";
import { Icon } from "../Icon.tsx";
import { visibleText } from "../job/visible_text.ts";
import type { PaletteGroup, PaletteItem } from "./palette_items.ts";

export interface PaletteListProps {
  groups: PaletteGroup[];
  current: PaletteItem | undefined;
  /** What is listed is an older answer. */
  busy: boolean;
  onPoint: (item: PaletteItem) => void;
  onPick: (item: PaletteItem, new_tab: boolean) => void;
}

/** The groups with their options, the current one in view. */
export function PaletteList(props: PaletteListProps) {
  const { groups, current, busy } = props;
  useEffect(() => {
    if (current === undefined) return;
    document.getElementById(`palette-${current.key}`)?.scrollIntoView({ block: "nearest" });
  }, [current?.key]);

  return (
    <div
      class="palette-list"
      id="palette-list"
      role="listbox"
      aria-label="Results"
      aria-busy={busy}
    >
      {groups.map((group, at) => (
        <div key={group.title + at} role="group" aria-labelledby={`palette-group-${at}`}>
          <div class="palette-title" id={`palette-group-${at}`} role="presentation">
            {group.title}
          </div>
          {group.items.map((item) => <Option key={item.key} item={item} {...props} />)}
        </div>
      ))}
    </div>
  );
}

function Option({ item, current, onPoint, onPick }: PaletteListProps & { item: PaletteItem }) {
  const is_current = item === current;
  return (
    <div
      class="palette-item"
      role="option"
      id={`palette-${item.key}`}
      aria-selected={is_current}
      aria-disabled={item.action?.reason ? true : undefined}
      data-s={item.tone}
      onMouseMove={() => is_current || onPoint(item)}
      onClick={(event) => onPick(item, event.ctrlKey || event.metaKey)}
    >
      <Icon name={item.icon} label={item.state} />
      <b class={item.mono ? "mono nowrap" : "clip"}>{visibleText(item.name)}</b>
      <span class="faint clip">{visibleText(item.about)}</span>
      <span class="palette-aside faint">
        {item.aside === "Open" ? is_current ? "Open" : "" : item.aside}
        {item.action?.key === null || item.action?.key === undefined
          ? null
          : <kbd>{item.action.key.toUpperCase()}</kbd>}
        {is_current ? <kbd>↵</kbd> : null}
      </span>
    </div>
  );
}
