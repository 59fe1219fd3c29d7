/** @module The gallery's marks, buttons, notes and messages. */
import ConfirmDialog from "../../islands/ConfirmDialog.tsx";
import { Card, Empty, Note } from "../Card.tsx";
import { Icon } from "../Icon.tsx";
import { ToastBox } from "../live/ToastBox.tsx";
import { Skeleton } from "../Skeleton.tsx";
import { Count, Pill, Status, StatusIcon, Tag } from "../Status.tsx";
import { Time } from "../Time.tsx";
import { type Kind, type Tone, WORDS } from "../vocabulary.ts";
import { NOW_MS } from "./samples.ts";

const KINDS = Object.keys(WORDS) as Kind[];
const TONES: Tone[] = ["ok", "warn", "stale", "fail", "run", "idle"];
const HOUR_MS = 3_600_000;

/** Every state as mark, pill and icon; counts, tags and moments. */
export function StateGallery() {
  return (
    <Card id="states" title="States">
      <div class="card-body stack gap-4">
        <ul class="row wrap gap-3">
          {KINDS.map((kind) => (
            <li key={kind}>
              <Status kind={kind} />
            </li>
          ))}
        </ul>
        <ul class="row wrap gap-2">
          {KINDS.map((kind) => (
            <li key={kind}>
              <Pill kind={kind} />
            </li>
          ))}
        </ul>
        <ul class="row wrap gap-3">
          {KINDS.map((kind) => (
            <li key={kind}>
              <StatusIcon kind={kind} />
            </li>
          ))}
        </ul>
        <p class="row wrap gap-2">
          <Count value={12} />
          {TONES.map((tone) => <Count key={tone} value={3} tone={tone} title={tone} />)}
          <Tag>prod</Tag>
          <Tag>{"a-tag-of-64-characters-".repeat(3).slice(0, 64)}</Tag>
        </p>
        <p class="row wrap gap-4 dim">
          <Time at={NOW_MS - 1000} now_ms={NOW_MS} />
          <Time at={NOW_MS - 31 * HOUR_MS} now_ms={NOW_MS} />
          <Time at={NOW_MS + HOUR_MS / 20} now_ms={NOW_MS} />
          <Time at={NOW_MS} now_ms={NOW_MS} as="absolute" />
          <Time at={null} now_ms={NOW_MS} />
        </p>
      </div>
    </Card>
  );
}

/** Buttons of every kind, and those that ask first. */
export function ButtonGallery({ csrf_token }: { csrf_token: string }) {
  const asks = {
    icon: "trash",
    fields: {},
    csrf: csrf_token,
    confirm_label: "Remove",
    keep_label: "Keep web-01",
    title: "Remove web-01?",
    text: "Its jobs and its schedule go.",
    stays: "What it stored stays.",
    action: "/dev/components",
  } as const;
  return (
    <Card id="buttons" title="Buttons">
      <div class="card-body row wrap gap-2">
        {["btn btn-primary", "btn", "btn btn-quiet", "btn btn-danger", "btn btn-fail"].map((look) =>
          ["", " btn-sm"].map((size) => (
            <button key={look + size} type="button" class={look + size}>Run now</button>
          ))
        )}
        <button type="button" class="btn btn-primary" disabled title="It has no paths">
          Run now
        </button>
        <button type="button" class="btn" disabled title="It has no paths">Run now</button>
        <button type="button" class="btn btn-icon" aria-label="More">
          <Icon name="more" />
        </button>
        <a class="btn" href="#buttons-title">
          <Icon name="play" />A link
        </a>
        <ConfirmDialog {...asks} label="Remove host…" />
        <span>
          <kbd>Ctrl</kbd> <kbd>K</kbd>
        </span>
      </div>
    </Card>
  );
}

/** Notes, messages, what is empty and what is on its way. */
export function NoteGallery() {
  return (
    <Card
      id="notes"
      title="Notes"
      beside={<Count value={6} />}
      actions={<button type="button" class="btn btn-sm">Act</button>}
      foot={<span>A foot</span>}
    >
      <div class="card-body stack gap-3">
        {TONES.map((tone) => (
          <Note
            key={tone}
            tone={tone}
            title="The before hook exited 1, so restic did not run."
            actions={<button type="button" class="btn btn-sm">Retry</button>}
          >
            Nothing was backed up. A word as long as words come: {"x".repeat(80)}
          </Note>
        ))}
        {(["ok", "warn", "fail"] as const).map((tone) => (
          <ToastBox key={tone} toast={{ tone, title: "Saved", text: "The agent has version 7." }} />
        ))}
        <Empty icon="job" title="No jobs yet">
          <p>They appear here as soon as one is started.</p>
        </Empty>
        <Skeleton rows={3} label="Loading" />
      </div>
    </Card>
  );
}
