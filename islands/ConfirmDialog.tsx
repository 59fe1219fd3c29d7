/** @module The asking button as an island, for pages that are not one themselves. */
import { ConfirmForm, type ConfirmFormProps } from "../components/ConfirmForm.tsx";

/** A button that asks before it posts. */
export default function ConfirmDialog(props: ConfirmFormProps) {
  return <ConfirmForm {...props} />;
}
