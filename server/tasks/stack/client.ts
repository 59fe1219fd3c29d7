/** @module A script's view of the server: signs in and uses REST as anybody could. */

/** An answer that was not 2xx, with what the server said. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(`${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

export class ApiClient {
  readonly base_url: string;
  readonly #http: Deno.HttpClient | undefined;
  #cookies = new Map<string, string>();
  #csrf_token = "";

  /** `http` trusts other authorities than the system does. */
  constructor(base_url: string, http?: Deno.HttpClient) {
    this.base_url = base_url;
    this.#http = http;
  }

  /** Creates the first administrator with the one-time code. */
  async setUp(input: { code: string; username: string; password: string }): Promise<void> {
    const answer = await this.#fetch("POST", "/setup", {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(input).toString(),
    });
    const text = await answer.text();
    if (answer.status !== 303) throw new ApiError(answer.status, "setup", text.slice(0, 300));
  }

  async signIn(username: string, password: string): Promise<void> {
    const answer = await this.call<{ csrf_token: string }>("POST", "/api/auth/login", {
      username,
      password,
    });
    this.#csrf_token = answer.csrf_token;
  }

  /** The session's cookie header, for a browser or a socket. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @throws {ApiError} when the answer is not 2xx */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#fetch(method, path, {
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#csrf_token === "" ? {} : { "x-csrf-token": this.#csrf_token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = text === "" ? null : parse(text);
    if (!answer.ok) {
      const error = json as { code?: string; message?: string } | null;
      throw new ApiError(answer.status, error?.code ?? "?", error?.message ?? text.slice(0, 300));
    }
    return json as T;
  }

  async #fetch(
    method: string,
    path: string,
    init: { headers: Record<string, string>; body?: string },
  ): Promise<Response> {
    const answer = await fetch(this.base_url + path, {
      method,
      redirect: "manual",
      headers: { ...init.headers, origin: this.base_url, cookie: this.cookie },
      ...(init.body === undefined ? {} : { body: init.body }),
      ...(this.#http === undefined ? {} : { client: this.#http }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair!.indexOf("=");
      this.#cookies.set(pair!.slice(0, at), pair!.slice(at + 1));
    }
    return answer;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // An error page: the caller shows the text's beginning.
  }
}
