/** @module From the fields of the form to the request that the schema validates. Pure. */
import { linesOf, wordsOf } from "./host_forms.ts";

/** The form as the request of POST /api/hosts; empty optional fields are left out. */
export function addHostInput(form: FormData): unknown {
  const text = (name: string) => String(form.get(name) ?? "");
  const optional = (key: string) => {
    const value = text(`repository.${key}`);
    return value === "" ? {} : { [key]: value };
  };
  return {
    name: text("name"),
    os: text("os"),
    tags: wordsOf(form, "tags"),
    backup_set: {
      paths: linesOf(form, "backup_set.paths"),
      excludes: linesOf(form, "backup_set.excludes"),
      tags: wordsOf(form, "backup_set.tags"),
    },
    repository: {
      url: text("repository.url"),
      ...optional("rest_username"),
      ...optional("rest_password"),
      ...optional("password"),
      append_only: form.get("repository.append_only") === "on",
    },
  };
}

const SECRET_FIELDS = ["repository.rest_password", "repository.password", "_csrf"];

/** What may be filled into the form again: no password. An unticked box is kept as "off". */
export function refillable(form: FormData): Record<string, string> {
  const kept = [...form].filter(([name, value]) =>
    typeof value === "string" && !SECRET_FIELDS.includes(name)
  );
  return { "repository.append_only": "off", ...Object.fromEntries(kept) };
}
