import type { Signal } from "@preact/signals";

interface TwinProps {
  clicks: Signal<number>;
}

export function Left({ clicks }: TwinProps) {
  return <button type="button" onClick={() => clicks.value++}>Left {clicks}</button>;
}

export function Right({ clicks }: TwinProps) {
  return <button type="button" onClick={() => clicks.value++}>Right {clicks}</button>;
}
