/** @module The switch for single-letter keys. Without script there are no keys, and it says so. */
import { useEffect, useState } from "preact/hooks";
import { areKeysOn, setKeysOn, watchKeys } from "../components/live/key_setting.ts";

/** On or off in this browser; off by hand until its script runs. */
export default function KeySwitch() {
  const [on, setOn] = useState(true);
  const [script, setScript] = useState(false);

  useEffect(() => {
    const read = () => setOn(areKeysOn());
    read();
    setScript(true);
    return watchKeys(read);
  }, []);

  return (
    <label class="row setting">
      <span class="setting-name">Single-letter keys</span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        checked={on}
        disabled={!script}
        onChange={(event) => setKeysOn(event.currentTarget.checked)}
      />
      <span class="meta">
        j, k, g and others, in this browser. <kbd>?</kbd> lists them.
        <noscript>They need scripts, which are off here.</noscript>
      </span>
    </label>
  );
}
