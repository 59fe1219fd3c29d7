/** @module Debian's Caddy or nginx in front of a server, with the settings that `deploy/proxy/` has. */
import { join } from "node:path";
import { projectDir } from "../../server/tasks/setup.ts";
import { setUpProxies } from "../../server/tasks/setup_proxies.ts";
import type { Certificate } from "../../server/tasks/stack/certificates.ts";
import { Program } from "../../server/tasks/stack/program.ts";

export type ProxyKind = "caddy" | "nginx";

export interface ProxyOptions {
  kind: ProxyKind;
  /** An empty folder for its files. */
  dir: string;
  port: number;
  server_port: number;
  certificate: Certificate;
}

export class Proxy {
  readonly url: string;
  readonly #o: ProxyOptions;
  readonly #command: string;
  readonly #program: Program;

  private constructor(options: ProxyOptions, command: string) {
    this.#o = options;
    this.#command = command;
    this.url = `https://localhost:${options.port}`;
    this.#program = new Program({
      command,
      args: ARGUMENTS[options.kind].run(options.dir),
      env: { HOME: options.dir, PATH: "" },
      log_file: join(options.dir, "proxy.log"),
    });
  }

  /** Starts it and waits until it answers. */
  static async start(options: ProxyOptions): Promise<Proxy> {
    const programs = await setUpProxies(() => {});
    await keepCertificate(options.dir, options.certificate);
    const name = options.kind === "caddy" ? "Caddyfile" : "nginx.conf";
    const text = await Deno.readTextFile(join(projectDir(), "deploy", "proxy", name));
    await Deno.writeTextFile(join(options.dir, name), SETTINGS[options.kind](text, options));
    const proxy = new Proxy(options, programs[options.kind]);
    await proxy.#listening();
    return proxy;
  }

  /** Puts another certificate in its place, as a renewal does, and has the proxy take it. */
  async renew(certificate: Certificate): Promise<void> {
    await keepCertificate(this.#o.dir, certificate);
    const { success, stderr } = await new Deno.Command(this.#command, {
      args: ARGUMENTS[this.#o.kind].reload(this.#o.dir),
      clearEnv: true,
      env: { HOME: this.#o.dir, PATH: "" },
      stdin: "null",
    }).output();
    if (!success) throw new Error(`reload: ${new TextDecoder().decode(stderr)}`);
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  async #listening(): Promise<void> {
    let ended = false;
    void this.#program.status.then(() => ended = true);
    for (let attempt = 0; attempt < 600 && !ended; attempt++) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port: this.#o.port })).close();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50)); // Not yet.
      }
    }
    throw new Error(`${this.#o.kind} does not listen: ${this.#program.output}`);
  }
}

/** What the files of deploy/proxy need to run here: other names, ports and folders. */
const SETTINGS: Record<ProxyKind, (text: string, options: ProxyOptions) => string> = {
  caddy: (text, { dir, port, server_port }) =>
    `{
  admin unix/${dir}/admin.sock
  auto_https off
  skip_install_trust
  storage file_system ${dir}
}
` + text
      .replace(
        "restic.lab.example {",
        `https://localhost:${port} {\n\ttls ${dir}/cert.pem ${dir}/key.pem`,
      )
      .replace("127.0.0.1:8080", `127.0.0.1:${server_port}`),
  nginx: (text, { dir, port, server_port }) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `  ${name}_temp_path ${dir}/${name};\n`).join("");
    const server = text
      .replace("listen 443", `listen 127.0.0.1:${port}`)
      .replace("restic.lab.example", "localhost")
      .replace("/etc/ssl/restic-manager/fullchain.pem", `${dir}/cert.pem`)
      .replace("/etc/ssl/restic-manager/privkey.pem", `${dir}/key.pem`)
      .replace("127.0.0.1:8080", `127.0.0.1:${server_port}`);
    return `pid ${dir}/nginx.pid;\nerror_log ${dir}/error.log;\nevents {}\nhttp {\n` +
      `  access_log off;\n${temporary}${server}}\n`;
  },
};

const ARGUMENTS: Record<
  ProxyKind,
  { run(dir: string): string[]; reload(dir: string): string[] }
> = {
  caddy: {
    run: (dir) => ["run", "--config", `${dir}/Caddyfile`, "--adapter", "caddyfile"],
    reload: (dir) => [
      ...["reload", "--config", `${dir}/Caddyfile`, "--adapter", "caddyfile"],
      // The same file with another certificate behind it.
      ...["--address", `unix/${dir}/admin.sock`, "--force"],
    ],
  },
  nginx: {
    run: (dir) => ["-p", dir, "-c", `${dir}/nginx.conf`, "-g", "daemon off;"],
    reload: (dir) => ["-p", dir, "-c", `${dir}/nginx.conf`, "-s", "reload"],
  },
};

async function keepCertificate(dir: string, certificate: Certificate): Promise<void> {
  await Deno.writeTextFile(join(dir, "key.pem"), certificate.key_pem, { mode: 0o600 });
  await Deno.writeTextFile(join(dir, "cert.pem"), certificate.cert_pem);
}
