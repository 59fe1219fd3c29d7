/** @module Asks the server while somebody types: the last text wins, older answers are dropped. */
import { useEffect, useState } from "preact/hooks";
import { paths } from "../../server/protocol/paths.ts";
import type { SearchAnswer } from "../../server/protocol/rest.ts";
import { recentIds } from "../live/recents.ts";

export interface SearchState {
  /** The last answer; undefined before the first. */
  answer: SearchAnswer | undefined;
  /** The text that the answer is for. */
  text: string;
  /** An answer to what is typed now is on its way. */
  busy: boolean;
  failed: boolean;
}

const TYPING_MS = 60;

/** The answer to `text`, of one host's actions alone if `host_id` is given. */
export function useSearch(
  text: string,
  host_id: string | undefined,
): SearchState & { retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const wanted = `${host_id ?? ""} ${attempt} ${text}`;
  const [held, setHeld] = useState<{ for: string; text: string; answer?: SearchAnswer }>();
  const [failed_for, setFailed] = useState<string>();

  useEffect(() => {
    const asking = new AbortController();
    const ask = async () => {
      try {
        const answer = await readAnswer(text, host_id, asking.signal);
        setHeld({ for: wanted, text, answer });
      } catch {
        if (!asking.signal.aborted) setFailed(wanted);
      }
    };
    const timer = setTimeout(() => void ask(), held === undefined ? 0 : TYPING_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [wanted]);

  return {
    answer: held?.answer,
    text: held?.text ?? "",
    busy: held?.for !== wanted && failed_for !== wanted,
    failed: failed_for === wanted,
    retry: () => setAttempt((n) => n + 1),
  };
}

async function readAnswer(
  text: string,
  host_id: string | undefined,
  signal: AbortSignal,
): Promise<SearchAnswer> {
  const recent = recentIds().join(",");
  const query = {
    q: text.slice(0, 200),
    ...(host_id === undefined ? {} : { host_id }),
    ...(recent === "" ? {} : { recent }),
  };
  const answer = await fetch(paths.api.search(query), { signal });
  // The session is over: the page leads to the sign-in, and back here.
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`The search answered ${answer.status}`);
  return await answer.json() as SearchAnswer;
}
