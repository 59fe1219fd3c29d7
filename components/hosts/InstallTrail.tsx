/** @module The live trail of the install page, with the two buttons at its end. */
import { type Actor, can } from "../../server/auth/permissions.ts";
import type { Host } from "../../server/protocol/entities.ts";
import { paths } from "../../server/protocol/paths.ts";
import { CsrfField } from "../Field.tsx";
import { Icon } from "../Icon.tsx";
import { StatusIcon } from "../Status.tsx";
import { Trail } from "../Trail.tsx";
import type { Kind } from "../vocabulary.ts";
import { type InstallFacts, type InstallStep, installSteps, isDone } from "./install_trail.ts";

export interface InstallTrailProps {
  facts: InstallFacts;
  actor: Actor;
  csrf_token: string;
  now_ms: number;
}

/** Each step of the way, what waits, and what to press. */
export function InstallTrail({ facts, actor, csrf_token, now_ms }: InstallTrailProps) {
  const { host } = facts;
  const steps = installSteps(facts, now_ms);
  const head = headOf(facts);
  return (
    <section class="card" aria-labelledby="trail-title" aria-live="polite" data-live="trail">
      <header class="card-head">
        <StatusIcon kind={head.kind} />
        <h2 id="trail-title" class="clip">{head.title}</h2>
      </header>
      <div class="card-body">
        <Trail
          now_ms={now_ms}
          items={steps.map((step) => ({
            ...step,
            action: step.offers === undefined
              ? undefined
              : <StepAction step={step} host={host} actor={actor} csrf_token={csrf_token} />,
          }))}
        />
      </div>
      <footer class="card-foot">
        {isDone(facts)
          ? <a class="link" href={paths.host(host.id)}>Open {host.name}</a>
          : (
            <details class="w-full">
              <summary>Nothing happens? Checks to try</summary>
              <ul class="stack stack-sm mt-2">
                <li>Does the host reach this server? Open its address there.</li>
                <li>
                  On Linux, read <code>journalctl -u restic-manager-agent -n 50</code>.
                </li>
                <li>Is the clock of the host right? A wrong one breaks HTTPS.</li>
                <li>Is the token still valid? Make a new one.</li>
              </ul>
            </details>
          )}
      </footer>
    </section>
  );
}

function headOf({ host, trail, ...facts }: InstallFacts): { kind: Kind; title: string } {
  if (isDone({ host, trail, ...facts })) {
    return { kind: "good", title: `${host.name} is backed up` };
  }
  if (trail.connected_at_ms === null) {
    return { kind: "pending", title: `Waiting for ${host.name}` };
  }
  if (host.status === "offline") return { kind: "offline", title: `${host.name} is offline` };
  return { kind: "online", title: `${host.name} is connected` };
}

interface StepActionProps {
  step: InstallStep;
  host: Host;
  actor: Actor;
  csrf_token: string;
}

function StepAction({ step, host, actor, csrf_token }: StepActionProps) {
  if (step.offers === "settings") {
    return <a class="btn btn-sm" href={paths.hostSettings(host.id)}>Open settings</a>;
  }
  if (step.offers === "job" && step.job_id !== undefined) {
    return <a class="btn btn-sm" href={paths.job(step.job_id)}>View</a>;
  }
  if (step.offers === "token") return <TokenButton host={host} csrf_token={csrf_token} />;
  if (step.offers !== "init" && step.offers !== "run") return null;
  const is_init = step.offers === "init";
  if (!can(actor, is_init ? "repository.initialise" : "job.start")) return null;
  const reason = is_init ? undefined : whyNotYet(host);
  return (
    <>
      <form method="post" action={paths.host(host.id)} class="contents">
        <CsrfField token={csrf_token} />
        <button
          type="submit"
          name="action"
          value={is_init ? "init" : "run"}
          class={`btn btn-sm${
            is_init ? " btn-danger" : reason === undefined ? " btn-primary" : ""
          }`}
          disabled={reason !== undefined}
          title={reason}
        >
          {is_init ? null : <Icon name="play" size={14} />}
          {is_init ? "Initialise repo" : "Run now"}
        </button>
      </form>
      {step.job_id === undefined
        ? null
        : <a class="btn btn-sm" href={paths.job(step.job_id)}>Open log</a>}
    </>
  );
}

function whyNotYet(host: Host): string | undefined {
  if (host.repository_initialised_at === null) return "Initialise the repository first";
  if (host.backup_set.paths.length === 0) {
    return "It has no paths to back up. Add some under Settings";
  }
  return undefined;
}

function TokenButton({ host, csrf_token }: { host: Host; csrf_token: string }) {
  return (
    <form method="post" action={paths.hostInstall(host.id)} class="contents">
      <CsrfField token={csrf_token} />
      <button type="submit" class="btn btn-sm btn-primary">New token</button>
    </form>
  );
}
