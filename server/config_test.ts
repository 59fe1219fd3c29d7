import assert from "node:assert/strict";
import { join } from "node:path";
import { type Config, loadConfig } from "./config.ts";
import { StartError } from "./start_error.ts";

function withFolder(work: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function load(env: Record<string, string>, args: string[] = []): Config {
  return loadConfig({ env, args });
}

function faultsOf(env: Record<string, string>, args: string[] = []): readonly string[] {
  try {
    load(env, args);
  } catch (error) {
    assert.ok(error instanceof StartError, String(error));
    return error.reasons;
  }
  return [];
}

Deno.test("loadConfig() needs nothing but a folder, and makes it private", () => {
  withFolder((folder) => {
    const data_dir = join(folder, "new", "data");
    assert.deepEqual(load({ RM_DATA_DIR: data_dir }), {
      listen: { hostname: "127.0.0.1", port: 8080 },
      data_dir,
      base_url: "http://localhost:8080",
      secret_key_file: join(data_dir, "secret.key"),
      trusted_proxies: [],
      cookie_secure: true,
      log_level: "info",
      job_retention: { log_days: 90, log_total_bytes: 4 * 1024 ** 3, job_days: 400 },
    });
    assert.equal(Deno.statSync(data_dir).mode! & 0o077, 0);
  });
});

Deno.test("loadConfig() takes what is kept in days and GiB, jobs at least as long as logs", () => {
  withFolder((folder) => {
    const env = { RM_DATA_DIR: folder, RM_LOG_KEEP_DAYS: "10", RM_LOG_MAX_GIB: "1" };
    const limits = { log_days: 10, log_total_bytes: 1024 ** 3, job_days: 400 };
    assert.deepEqual(load(env).job_retention, limits);
    const shorter = faultsOf({ ...env, RM_JOB_KEEP_DAYS: "9" });
    assert.match(shorter.join(), /^RM_JOB_KEEP_DAYS .* at least the 10 days/);
    for (const bad of ["0", "-1", "1.5", "many", "99999"]) {
      assert.match(
        faultsOf({ ...env, RM_LOG_KEEP_DAYS: bad }).join(),
        /whole number from 1 to 3650/,
      );
    }
  });
});

Deno.test("loadConfig() reads a YAML file, and a variable wins over it", () => {
  withFolder((folder) => {
    const file = join(folder, "server.yaml");
    Deno.writeTextFileSync(
      file,
      `listen: "[::1]:9000"\ndata_dir: ${folder}\nbase_url: https://backups.example.org/\n` +
        "trusted_proxy:\n  - 10.0.0.5\n  - fd00::/8\nlog_level: debug\n",
    );
    const config = load({ RM_LOG_LEVEL: "warn" }, ["--config", file]);
    assert.deepEqual(config.listen, { hostname: "::1", port: 9000 });
    assert.equal(config.base_url, "https://backups.example.org");
    assert.deepEqual(config.trusted_proxies, ["10.0.0.5", "fd00::/8"]);
    assert.equal(config.log_level, "warn");
    assert.equal(load({ RM_CONFIG: file }).log_level, "debug");
  });
});

Deno.test("loadConfig() reports every fault at once, each naming its setting", () => {
  withFolder((folder) => {
    Deno.writeTextFileSync(join(folder, "file"), "");
    const faults = faultsOf({
      RM_LISTEN: "8080",
      RM_DATA_DIR: join(folder, "file", "below"),
      RM_BASE_URL: "http://backups.example.org",
      RM_TRUSTED_PROXY: "0.0.0.0/0, ten",
      RM_COOKIE_SECURE: "maybe",
      RM_LOG_LEVEL: "loud",
    }, ["--verbose"]);
    const named = faults.map((fault) => fault.split(" ")[0]);
    assert.deepEqual(named, [
      "There",
      "RM_DATA_DIR",
      "RM_LISTEN",
      "RM_BASE_URL",
      "RM_COOKIE_SECURE",
      "RM_TRUSTED_PROXY",
      "RM_TRUSTED_PROXY",
      "RM_LOG_LEVEL",
    ]);
    assert.match(faults.join("\n"), /trusts the whole internet/);
  });
});

Deno.test("loadConfig() refuses insecure cookies behind https, and takes them with local http", () => {
  withFolder((folder) => {
    const env = { RM_DATA_DIR: folder, RM_COOKIE_SECURE: "false" };
    assert.match(faultsOf({ ...env, RM_BASE_URL: "https://b.example" }).join(), /must stay true/);
    assert.equal(load({ ...env, RM_BASE_URL: "http://127.0.0.1:8080" }).cookie_secure, false);
  });
});

Deno.test("loadConfig() takes http only for addresses of this machine", () => {
  withFolder((folder) => {
    for (const good of ["http://localhost:1", "http://127.0.0.1:80", "http://[::1]:8080"]) {
      assert.deepEqual(faultsOf({ RM_DATA_DIR: folder, RM_BASE_URL: good }), [], good);
    }
    for (
      const bad of [
        "http://localhost.example.org",
        "http://192.168.1.4",
        "ftp://localhost",
        "https://user:word@b.example",
        "https://b.example/path",
        "localhost",
      ]
    ) {
      assert.equal(faultsOf({ RM_DATA_DIR: folder, RM_BASE_URL: bad }).length, 1, bad);
    }
  });
});

Deno.test("loadConfig() names an unknown key, broken YAML and a missing file", () => {
  withFolder((folder) => {
    const file = join(folder, "server.yaml");
    Deno.writeTextFileSync(file, "lisen: :8080\n");
    assert.match(faultsOf({ RM_DATA_DIR: folder, RM_CONFIG: file })[0]!, /no setting "lisen"/);
    Deno.writeTextFileSync(file, "listen: [\n");
    assert.match(faultsOf({ RM_DATA_DIR: folder, RM_CONFIG: file })[0]!, /not valid YAML/);
    assert.match(
      faultsOf({ RM_DATA_DIR: folder, RM_CONFIG: folder + "/no" })[0]!,
      /cannot be read/,
    );
  });
});
