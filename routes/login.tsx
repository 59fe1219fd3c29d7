import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Note } from "../components/Card.tsx";
import { sentence } from "../components/format.ts";
import { Field } from "../components/Field.tsx";
import { Front } from "../components/Front.tsx";
import { signIn } from "../server/auth/sign_in.ts";
import { readForm } from "../server/http/form.ts";
import { orRefusal } from "../server/http/form_errors.ts";
import { localPath } from "../server/http/local_path.ts";
import { addSessionCookie, readSessionToken } from "../server/http/session_cookie.ts";
import { paths } from "../server/protocol/paths.ts";
import { LoginRequest } from "../server/protocol/rest.ts";
import { define } from "../server/state.ts";

interface Shown {
  next: string;
  username: string;
  errors: Record<string, string>;
}

export const handler = define.handlers({
  GET(ctx) {
    const next = localPath(ctx.url.searchParams.get("next"));
    if (ctx.state.actor !== undefined) return ctx.redirect(next, 303);
    return page<Shown>({ next, username: "", errors: {} });
  },
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const form = await readForm(ctx);
    const next = localPath(form.get("next"));
    const username = String(form.get("username") ?? "");
    const user_agent = ctx.req.headers.get("user-agent") ?? "";
    const signed_in = await orRefusal(() => {
      const input = LoginRequest.parse({ username, password: form.get("password") ?? "" });
      const old_token = readSessionToken(ctx.req.headers, services.config);
      return signIn(services, input, { ip, user_agent, old_token });
    });
    if (signed_in.refusal !== undefined) {
      const { errors, status } = signed_in.refusal;
      return page<Shown>({ next, username, errors }, { status });
    }
    const headers = new Headers({ location: next });
    addSessionCookie(headers, signed_in.value.token, services.config);
    return new Response(null, { status: 303, headers });
  },
});

export default define.page<typeof handler>(function LoginPage({ data, state }) {
  const { next, username, errors } = data;
  const wrong = Object.values(errors)[0];
  return (
    <Front
      title="Sign in to restic-manager"
      sub={new URL(state.services.config.base_url).host}
    >
      <Head>
        <title>Sign in · restic-manager</title>
      </Head>
      <form class="card front-card stack stack-lg" method="post" action={paths.login()}>
        <input type="hidden" name="next" value={next} />
        {wrong === undefined ? null : <Note tone="fail">{sentence(wrong)}</Note>}
        <Field
          name="username"
          label="User name"
          value={username}
          autocomplete="username"
          required
          autofocus={username === ""}
          input={{ autocapitalize: "none", maxLength: 128 }}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          required
          autofocus={username !== ""}
          input={wrong === undefined
            ? { maxLength: 1024 }
            : { maxLength: 1024, "aria-invalid": "true" }}
        />
        <button type="submit" class="btn btn-primary btn-lg btn-block">Sign in</button>
      </form>
    </Front>
  );
});
