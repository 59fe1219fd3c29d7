/** @module REST as a signed-in reader sees it. Several sessions share the load: each has a limit. */

/** The server was not there, or answered with a fault of its own. */
export class Unanswered extends Error {}

export class Reader {
  readonly #base_url: string;
  readonly #cookies: string[];
  #next = 0;

  /** `cookies` are the sessions' cookie headers, of different users. */
  constructor(base_url: string, cookies: string[]) {
    this.#base_url = base_url;
    this.#cookies = cookies;
  }

  get base_url(): string {
    return this.#base_url;
  }

  /** The cookie of a session, each in its turn. */
  cookie(): string {
    return this.#cookies[this.#next++ % this.#cookies.length]!;
  }

  /** @throws {Unanswered} unless the server answered */
  async json<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  /** As {@link json}, for a page. */
  async text(path: string): Promise<string> {
    // Each session once; then the first may ask again.
    for (let refused = 0;; refused++) {
      const answer = await this.#fetch(path);
      const text = await answer.text().catch(() => {
        throw new Unanswered(`GET ${path}: cut off`);
      });
      if (answer.ok) return text;
      if (answer.status !== 429) throw new Unanswered(`GET ${path}: ${answer.status} ${text}`);
      if (refused % this.#cookies.length === this.#cookies.length - 1) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  async #fetch(path: string): Promise<Response> {
    try {
      return await fetch(this.#base_url + path, {
        headers: { cookie: this.cookie() },
        redirect: "manual",
      });
    } catch (error) {
      throw new Unanswered(`GET ${path}: ${error}`);
    }
  }
}
