import assert from "node:assert/strict";
import { childEnvironment, secretFiles } from "./environment.ts";
import type { RepositoryAccess } from "./restic.ts";
import { compareVersions, parseVersion } from "./versions.ts";

const access: RepositoryAccess = {
  url: "https://storage.example/web-01/",
  rest_username: "web-01",
  rest_password: "p@ss/w",
  password: "rep0",
};

const options = {
  parent: {
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    RESTIC_PASSWORD_COMMAND: "touch /tmp/x",
    RESTIC_HOST: "other",
    AWS_SECRET_ACCESS_KEY: "key",
    LD_PRELOAD: "/x.so",
  },
  files: { repository: "/run/r", password: "/run/p", temporary: "/run/t" },
  cache_dir: "/cache",
  version: "0.19.1",
  windows: false,
};

Deno.test("childEnvironment() passes its list on and nothing else of the agent's environment", () => {
  assert.deepEqual(childEnvironment(access, options), {
    TMPDIR: "/run/t",
    PATH: "/bin",
    HTTPS_PROXY: "http://proxy",
    RESTIC_REPOSITORY_FILE: "/run/r",
    RESTIC_PASSWORD_FILE: "/run/p",
    RESTIC_CACHE_DIR: "/cache",
    RESTIC_PROGRESS_FPS: "1",
    RESTIC_REST_USERNAME: "web-01",
    RESTIC_REST_PASSWORD: "p@ss/w",
  });
});

Deno.test("childEnvironment() leaves restic the temporary folder that an operator chose", () => {
  const environment = childEnvironment(access, { ...options, parent: { TMPDIR: "/big" } });
  assert.equal(environment["TMPDIR"], "/big");
});

Deno.test("secretFiles() puts the REST password into the address only for restic below 0.16.1", () => {
  assert.equal(secretFiles(access, "0.16.1").repository, "rest:https://storage.example/web-01/");
  assert.equal(
    secretFiles(access, "0.14.0").repository,
    "rest:https://web-01:p%40ss%2Fw@storage.example/web-01/",
  );
  const old = childEnvironment(access, { ...options, version: "0.16.0" });
  assert.equal(old["RESTIC_REST_PASSWORD"], undefined);
});

Deno.test("childEnvironment() keeps blanks at the ends of a password, which restic trims from a file", () => {
  const environment = childEnvironment({ ...access, password: " a " }, options);
  assert.equal(environment["RESTIC_PASSWORD"], " a ");
  assert.equal(environment["RESTIC_PASSWORD_FILE"], undefined);
});

Deno.test("childEnvironment() keeps what Windows needs, whatever the case of its name", () => {
  const parent = { SystemRoot: "C:\\Windows", Path: "C:\\bin", restic_password: "x" };
  const environment = childEnvironment(access, { ...options, parent, windows: true });
  assert.equal(environment["SystemRoot"], "C:\\Windows");
  assert.equal(environment["Path"], "C:\\bin");
  assert.equal(environment["restic_password"], undefined);
});

Deno.test("parseVersion() reads JSON and text, and compareVersions() orders by number", () => {
  assert.equal(parseVersion('{"version":"0.19.1","go_version":"go1.26"}'), "0.19.1");
  assert.equal(parseVersion("restic 0.14.0 compiled with go1.19.8 on linux/amd64\n"), "0.14.0");
  assert.equal(parseVersion("rclone v1.60"), undefined);
  assert.equal(compareVersions("0.9.6", "0.17.1"), -1);
  assert.equal(compareVersions("0.19.1-dev", "0.19.1"), 0);
});
