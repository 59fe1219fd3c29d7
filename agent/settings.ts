/** @module What the server wants this agent to use: the last config.update, sealed on the disk. */
import type { ConfigUpdate } from "../server/protocol/server_messages.ts";
import type { SecretsFile, StoredSettings } from "./secrets.ts";

export type RepositorySettings = StoredSettings & {
  repository: NonNullable<ConfigUpdate["repository"]>;
};

export class Settings {
  readonly #file: SecretsFile;
  #current: StoredSettings | undefined;
  private constructor(file: SecretsFile, current: StoredSettings | undefined) {
    this.#file = file;
    this.#current = current;
  }

  static async load(file: SecretsFile): Promise<Settings> {
    return new Settings(file, await file.read());
  }

  /** 0 before the first config.update. */
  get config_version(): number {
    return this.#current?.config_version ?? 0;
  }

  /** The settings with a repository and what opens it; undefined until they arrived. */
  get withRepository(): RepositorySettings | undefined {
    const current = this.#current;
    return current?.repository ? { ...current, repository: current.repository } : undefined;
  }

  /** Keeps an update on the disk before it counts. `outdated` ones change nothing. */
  async apply(update: ConfigUpdate, epoch: number): Promise<"changed" | "same" | "outdated"> {
    const { type: _, ...pushed } = update;
    const next: StoredSettings = { ...pushed, epoch };
    const now = this.#current;
    if (now !== undefined) {
      if (epoch < now.epoch) return "outdated";
      if (epoch === now.epoch && next.config_version < now.config_version) return "outdated";
      if (JSON.stringify(now) === JSON.stringify(next)) return "same";
    }
    await this.#file.write(next);
    this.#current = next;
    return "changed";
  }
}
