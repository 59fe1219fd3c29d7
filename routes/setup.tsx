import { page } from "fresh";
import { Head } from "fresh/runtime";
import { Brand } from "../components/Brand.tsx";
import { Note } from "../components/Card.tsx";
import { Field } from "../components/Field.tsx";
import { StatusIcon } from "../components/Status.tsx";
import { setUp } from "../server/auth/sign_in.ts";
import { readForm } from "../server/http/form.ts";
import { orRefusal } from "../server/http/form_errors.ts";
import { addSessionCookie } from "../server/http/session_cookie.ts";
import { paths } from "../server/protocol/paths.ts";
import { SetupRequest } from "../server/protocol/rest.ts";
import { define } from "../server/state.ts";

interface Shown {
  code: string;
  username: string;
  errors: Record<string, string>;
}

export const handler = define.handlers({
  GET() {
    return page<Shown>({ code: "", username: "admin", errors: {} });
  },
  async POST(ctx) {
    const { services, ip } = ctx.state;
    const form = await readForm(ctx);
    const typed = {
      code: String(form.get("code") ?? ""),
      username: String(form.get("username") ?? ""),
    };
    const user_agent = ctx.req.headers.get("user-agent") ?? "";
    const done = await orRefusal(() => {
      const input = SetupRequest.parse({ ...typed, password: form.get("password") ?? "" });
      return setUp(services, input, { ip, user_agent });
    });
    if (done.refusal !== undefined) {
      const { errors, status } = done.refusal;
      return page<Shown>({ ...typed, errors }, { status });
    }
    const headers = new Headers({ location: paths.overview() });
    addSessionCookie(headers, done.value.token, services.config);
    return new Response(null, { status: 303, headers });
  },
});

export default define.page<typeof handler>(function SetupPage({ data, state }) {
  const { code, username, errors } = data;
  const { config } = state.services;
  return (
    <main class="setup stack stack-xl" id="main">
      <Head>
        <title>Set up this server · restic-manager</title>
      </Head>
      <div class="row gap-3">
        <Brand size={32} />
        <div>
          <h1 class="h1">Set up this server</h1>
          <p class="faint">One step, about a minute. Nothing is sent anywhere.</p>
        </div>
      </div>
      <form class="card" method="post" action={paths.setup()} aria-labelledby="account-title">
        <header class="card-head">
          <h2 id="account-title">Your account</h2>
        </header>
        <div class="card-body stack stack-lg">
          {errors[""] === undefined ? null : <Note tone="fail">{errors[""]}</Note>}
          <Field
            name="code"
            label="One-time code"
            value={code}
            error={errors["code"]}
            mono
            required
            autofocus={code === "" || errors["code"] !== undefined}
            hint={
              <>
                The server printed it on its console when it started. It is also in the file{" "}
                <code>{config.data_dir}/setup-code</code> on the server.
              </>
            }
          />
          <div class="cols cols-13">
            <Field
              name="username"
              label="User name"
              value={username}
              error={errors["username"]}
              autocomplete="username"
              required
              input={{ autocapitalize: "none" }}
            />
            <Field
              name="password"
              label="Password"
              type="password"
              error={errors["password"]}
              autocomplete="new-password"
              autofocus={errors["password"] !== undefined && errors["code"] === undefined}
              required
              hint="At least 12 characters. A few words in a row are good."
            />
          </div>
        </div>
        <ul class="list setup-notes">
          <li class="items-start">
            <StatusIcon kind="gaps" />
            <span class="grow">
              <b class="strong">Back up the secret key</b>
              <span class="dim block break">
                It lies in <code>{config.secret_key_file}</code>{" "}
                on this server and encrypts every password stored here. Copy that file to a safe
                place outside this server. It cannot be downloaded here. Without a copy, a lost
                server means typing each password again.
              </span>
            </span>
          </li>
        </ul>
        <footer class="card-foot add-foot">
          <span>You are the first administrator.</span>
          <button type="submit" class="btn btn-primary push">Create account</button>
        </footer>
      </form>
    </main>
  );
});
