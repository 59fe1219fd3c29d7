/** @module The secrets of a repository on their way into their rows and out of them. */
import { AppError } from "../errors.ts";
import { mintId } from "../ids.ts";
import type { EditCredentialsRequest } from "../protocol/rest.ts";
import type { Sealer } from "../secrets/seal.ts";
import { Secret } from "../secrets/secret.ts";
import type { SealedConfig, SealedCredential } from "./repositories_store.ts";
import { demandDifferent } from "./secret_rules.ts";

export class CredentialSealer {
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /**
   * Seals what an edit changes. Both secrets are opened for it: they must differ.
   * @throws {AppError} invalid_field
   */
  async sealEdit(before: SealedConfig, edit: EditCredentialsRequest): Promise<SealedCredential[]> {
    if (edit.rest_username === "" && edit.rest_password !== undefined) {
      throw new AppError("invalid_field", "A REST password needs a REST user name", {
        field: "rest_username",
      });
    }
    const old = await this.open(before);
    const password = edit.password ?? old.password;
    const rest_password = edit.rest_username === ""
      ? null
      : edit.rest_password ?? old.rest_password;
    demandDifferent(
      rest_password,
      password,
      edit.password === undefined ? "rest_password" : "password",
    );
    const sealed: SealedCredential[] = [];
    if (edit.password !== undefined) {
      const id = before.password_credential_id ?? mintId();
      const secret = new Secret(edit.password);
      sealed.push(await this.seal("repository", null, { id, secret }));
    }
    const rest_changes = edit.rest_username !== undefined || edit.rest_password !== undefined;
    if (rest_changes && edit.rest_username !== "") {
      const username = edit.rest_username ?? before.rest_username;
      if (username === null || rest_password === null) {
        const field = username === null ? "rest_username" : "rest_password";
        throw new AppError("invalid_field", "The REST user name and password go together", {
          field,
          hint: "Give both",
        });
      }
      const id = before.rest_credential_id ?? mintId();
      sealed.push(await this.seal("rest", username, { id, secret: new Secret(rest_password) }));
    }
    return sealed;
  }

  /** Seals one secret for its row. */
  async seal(
    kind: SealedCredential["kind"],
    username: string | null,
    value: { id: string; secret: Secret },
  ): Promise<SealedCredential> {
    const secret_sealed = await this.#sealer.seal(value.secret, contextOf(value.id));
    return { id: value.id, kind, username, secret_sealed };
  }

  /** The secrets as they are; null where there is none. */
  async open(
    sealed: SealedConfig,
  ): Promise<{ rest_password: string | null; password: string | null }> {
    const open = async (id: string | null, envelope: string | null) =>
      id === null || envelope === null
        ? null
        : (await this.#sealer.open(envelope, contextOf(id))).reveal();
    return {
      rest_password: await open(sealed.rest_credential_id, sealed.rest_sealed),
      password: await open(sealed.password_credential_id, sealed.password_sealed),
    };
  }
}

function contextOf(credential_id: string) {
  return { table: "credentials", row: credential_id, column: "secret_sealed" };
}
