/** @module From the fields of the form to the request the schema validates. Pure. */
import type { AddHostValues } from "./AddHostForm.tsx";

/** Lines that hold something, trimmed at the end only: a path may begin with a blank. */
export function lines(text: string | undefined): string[] {
  return (text ?? "").split(/\r?\n/).map((line) => line.trimEnd()).filter((line) => line !== "");
}

/** Words between commas or line ends. */
export function words(text: string | undefined): string[] {
  return (text ?? "").split(/[,\n]/).map((word) => word.trim()).filter((word) => word !== "");
}

/** The fields as the request of POST /api/hosts; empty optional ones are left out. */
export function addHostInput(fields: AddHostValues): unknown {
  const optional = (name: string, key: string) => fields[name] ? { [key]: fields[name] } : {};
  return {
    name: fields.name ?? "",
    os: fields.os ?? "",
    tags: words(fields.tags),
    backup_set: {
      paths: lines(fields["backup_set.paths"]),
      excludes: lines(fields["backup_set.excludes"]),
      tags: lines(fields["backup_set.tags"]),
    },
    repository: {
      url: fields["repository.url"] ?? "",
      ...optional("repository.rest_username", "rest_username"),
      ...optional("repository.rest_password", "rest_password"),
      ...optional("repository.password", "password"),
      append_only: fields["repository.append_only"] === "on",
    },
  };
}

const SECRET_FIELDS = ["repository.rest_password", "repository.password", "_csrf"];

/** What may be filled into the form again. An unticked box is kept as "off". */
export function refillable(fields: AddHostValues): AddHostValues {
  const kept = Object.entries(fields).filter(([name]) => !SECRET_FIELDS.includes(name));
  return { "repository.append_only": "off", ...Object.fromEntries(kept) };
}
