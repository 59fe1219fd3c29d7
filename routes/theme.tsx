import { readForm } from "../server/http/form.ts";
import { localPath } from "../server/http/local_path.ts";
import { setTheme } from "../server/http/theme.ts";
import { define } from "../server/state.ts";

export const handler = define.handlers({
  async POST(ctx) {
    const form = await readForm(ctx);
    const theme = form.get("theme");
    const headers = new Headers({ location: localPath(form.get("next")) });
    const chosen = theme === "dark" || theme === "light" ? theme : undefined;
    setTheme(headers, chosen, ctx.state.services.config);
    return new Response(null, { status: 303, headers });
  },
});
