/** @module `deno task openapi [FILE]`: prints the OpenAPI document, or writes it to a file. */
import { openApiDocument } from "../openapi.ts";

const text = JSON.stringify(openApiDocument("https://restic-manager.example"), null, 2) + "\n";
const [file] = Deno.args;
if (file === undefined) await new Blob([text]).stream().pipeTo(Deno.stdout.writable);
else Deno.writeTextFileSync(file, text);
