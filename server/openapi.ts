/** @module The OpenAPI 3.1 document, made from the schemas that validate. */
import * as z from "zod";
import { type Method, type Operation, OPERATIONS } from "./api_operations.ts";
import { type Access, ROUTE_ACCESS } from "./auth/route_access.ts";
import { ErrorBody } from "./protocol/rest.ts";
import { SOFTWARE_VERSION } from "./protocol/version.ts";

type Json = Record<string, unknown>;

/** The document of this version, for a server at this address. */
export function openApiDocument(base_url: string): Json {
  const paths: Record<string, Json> = {};
  for (const [pattern, methods] of Object.entries(OPERATIONS)) {
    const item: Json = {};
    for (const [method, operation] of Object.entries(methods)) {
      const access = ROUTE_ACCESS[pattern]?.[method as Method];
      item[method.toLowerCase()] = describe(pattern, operation, access);
    }
    paths[pattern.replaceAll(/:(\w+)/g, "{$1}")] = item;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "restic-manager",
      version: SOFTWARE_VERSION,
      description: "Times are ISO 8601 in UTC, sizes bytes, durations seconds. Whatever changes " +
        "something needs the session's cookie and its token in the header x-csrf-token.",
    },
    servers: [{ url: base_url }],
    paths,
    components: {
      schemas: { Error: schemaOf(ErrorBody, "output") },
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "__Host-rm_s" },
        agent: { type: "http", scheme: "bearer" },
      },
      responses: {
        Error: {
          description: "What is wrong",
          content: json({ $ref: "#/components/schemas/Error" }),
        },
      },
    },
  };
}

function describe(pattern: string, operation: Operation, access: Access | undefined): Json {
  const { summary, query, request } = operation;
  const parameters = [...pathParameters(pattern), ...queryParameters(query)];
  return {
    summary,
    ...securityOf(access),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(request, "input")) } }),
    responses: {
      [String(successOf(operation))]: answerOf(operation),
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function securityOf(access: Access | undefined): Json {
  if (access === "agent") return { security: [{ agent: [] }, {}] };
  if (access === undefined || access === "public" || access === "always") return { security: [] };
  return { security: [{ session: [] }], "x-least-role": access };
}

function successOf({ status, speaks }: Operation): number {
  return speaks === "websocket" ? 101 : status ?? 200;
}

function answerOf({ answer, speaks }: Operation): Json {
  if (speaks === "websocket") return { description: "The connection becomes a WebSocket" };
  if (speaks !== undefined) {
    return { description: "A stream", content: { [speaks]: { schema: { type: "string" } } } };
  }
  if (answer === undefined) return { description: "Done" };
  return { description: "The answer", content: json(schemaOf(answer, "output")) };
}

function pathParameters(pattern: string): Json[] {
  return [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (query === undefined) return [];
  const { properties, required } = schemaOf(query, "input") as {
    properties: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required?.includes(name) ?? false,
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}
