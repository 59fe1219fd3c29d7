import { Shell } from "../components/Shell.tsx";
import { define } from "../server/state.ts";

/** The shell around every page; pages before sign-in stand alone. */
export default define.layout(function Layout({ Component, state, url }) {
  const { actor, services } = state;
  if (actor === undefined || actor.role === null) return <Component />;
  const { hosts, running } = services.fleet.counts(actor);
  return (
    <Shell
      pathname={url.pathname}
      counts={{ hosts, running }}
      user={{ name: actor.name, role: actor.role }}
      disk={services.disk.state()}
      csrf_token={state.csrf_token}
    >
      <Component />
    </Shell>
  );
});
