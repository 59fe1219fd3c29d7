/** @module The two secrets of a host that is being added: what was typed, and what we mint. */
import { AppError } from "../errors.ts";
import { base64url } from "../protocol/signing.ts";
import type { AddHostRequest } from "../protocol/rest.ts";
import type { RepositorySecrets } from "../repositories/repositories.ts";
import { demandDifferent } from "../repositories/secret_rules.ts";
import { Secret } from "../secrets/secret.ts";

const MINTED_BYTES = 24;

export interface NewSecrets {
  secrets: RepositorySecrets;
  /** What the server made: shown once, null where the operator gave it. */
  minted: {
    rest_username: string | null;
    rest_password: string | null;
    repository_password: string | null;
  };
}

/** Takes what was typed and mints the rest. @throws {AppError} invalid_field if both are the same */
export function newSecrets(host_name: string, input: AddHostRequest["repository"]): NewSecrets {
  demandDifferent(input.rest_password, input.password, "repository.password");
  const username = input.rest_username || host_name;
  if (!/^[\p{L}\d@._-]+$/u.test(username)) {
    throw new AppError("invalid_field", "The REST user name has a character rest-server refuses", {
      field: "repository.rest_username",
    });
  }
  const rest_password = input.rest_password ?? mintPassword();
  const repository_password = input.password ?? mintPassword();
  return {
    secrets: {
      rest_username: username,
      rest_password: new Secret(rest_password),
      password: new Secret(repository_password),
    },
    minted: {
      rest_username: input.rest_password === undefined || !input.rest_username ? username : null,
      rest_password: input.rest_password === undefined ? rest_password : null,
      repository_password: input.password === undefined ? repository_password : null,
    },
  };
}

/** The command for the REST server's machine; the password is typed at its prompt, never in it. */
export function htpasswdLine(username: string): string {
  return `htpasswd -B /data/.htpasswd ${shellWord(username)}`;
}

/** The command for the new host. It carries no secret: the token is typed at its prompt. */
export function installLine(base_url: string, fingerprint: string): string {
  const script = shellWord(`${base_url}/install/install.sh`);
  return `curl -fsSL ${script} | sudo bash -s -- --server ${shellWord(base_url)} ` +
    `--server-key ${shellWord(fingerprint)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** 24 random bytes, url-safe; begins with a letter or digit, so that no prompt takes it for an option. */
function mintPassword(): string {
  for (;;) {
    const password = base64url(crypto.getRandomValues(new Uint8Array(MINTED_BYTES)));
    if (/^[A-Za-z0-9]/.test(password)) return password;
  }
}
