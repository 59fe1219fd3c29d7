/** @module The server's settings: RM_* variables or a YAML file. All faults are reported at once. */

export interface Config {
  listen: { hostname: string; port: number };
  data_dir: string;
  /** Without a trailing slash. https, or http on a loopback address. */
  base_url: string;
  secret_key_file: string;
  trusted_proxies: string[];
  cookie_secure: boolean;
  log_level: "debug" | "info" | "warn" | "error";
}
