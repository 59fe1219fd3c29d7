import { page } from "fresh";
import { InterfaceSection } from "../components/account/InterfaceSection.tsx";
import { PasswordSection } from "../components/account/PasswordSection.tsx";
import { SessionList } from "../components/account/SessionList.tsx";
import { CsrfField } from "../components/Field.tsx";
import { counted } from "../components/format.ts";
import { Icon } from "../components/Icon.tsx";
import { Page } from "../components/Page.tsx";
import { frameOf } from "../components/page_frame.ts";
import { Time } from "../components/Time.tsx";
import { changePassword } from "../server/auth/change_password.ts";
import { AppError } from "../server/errors.ts";
import { changePasswordRequest } from "../server/http/account_form.ts";
import { setFlash } from "../server/http/flash.ts";
import { readForm } from "../server/http/form.ts";
import { orRefusal } from "../server/http/form_errors.ts";
import { paths } from "../server/protocol/paths.ts";
import { define, type State } from "../server/state.ts";

function dataOf(state: State, errors: Record<string, string> = {}) {
  const session = state.session!;
  return { user: session.user, sessions: state.services.sessions.listOwn(session), errors };
}

export const handler = define.handlers({
  GET(ctx) {
    return page(dataOf(ctx.state));
  },
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const session = ctx.state.session!;
    const form = await readForm(ctx);
    const done = (title: string, text?: string) => {
      const response = ctx.redirect(paths.account(), 303);
      const flash = { tone: "ok" as const, title, ...(text === undefined ? {} : { text }) };
      setFlash(response.headers, flash, services.config);
      return response;
    };
    switch (form.get("action")) {
      case "end":
        services.sessions.endOwn(session, String(form.get("session_id") ?? ""), ip);
        return done("Session ended", "What it had open is closed.");
      case "end_others": {
        const ended = services.sessions.endOthers(session, ip);
        return done(`${counted(ended, "session")} ended`, "You are signed in only here.");
      }
      case "password": {
        const changed = await orRefusal(() =>
          changePassword(services, changePasswordRequest(form), { session, ip })
        );
        if (changed.refusal !== undefined) {
          const { errors, status } = changed.refusal;
          return page(dataOf(ctx.state, errors), { status });
        }
        return done("Password changed", "You are signed in only here.");
      }
      default:
        throw new AppError("bad_request", "Say what to change", { field: "action" });
    }
  },
});

export default define.page<typeof handler>(function AccountPage({ data, state, url }) {
  const { user, sessions, errors } = data;
  const frame = frameOf(state, url);
  const { csrf_token, now_ms } = frame;
  return (
    <Page {...frame} crumbs={[{ label: "Your account" }]}>
      <header class="page-head">
        <div class="row gap-3 min-w-0">
          <span class="avatar avatar-lg" aria-hidden="true">
            {user.username.slice(0, 1).toUpperCase()}
          </span>
          <div class="min-w-0">
            <h1 class="h1 break">{user.username}</h1>
            <p class="dim">
              Role <span class="capitalize">{user.role}</span>, last sign-in{" "}
              <Time at={user.last_login_at} now_ms={now_ms} />
            </p>
          </div>
        </div>
        <div class="actions hide-sm">
          <form method="post" action={paths.logout()}>
            <CsrfField token={csrf_token} />
            <button type="submit" class="btn">
              <Icon name="logout" />
              Sign out
            </button>
          </form>
        </div>
      </header>
      <div class="stack account">
        <SessionList sessions={sessions} csrf_token={csrf_token} now_ms={now_ms} />
        <section class="card" aria-label="Password and interface">
          <PasswordSection username={user.username} csrf_token={csrf_token} errors={errors} />
          <InterfaceSection theme={state.theme} csrf_token={csrf_token} />
        </section>
      </div>
    </Page>
  );
});
