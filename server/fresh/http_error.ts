const REASONS: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
};

/** An error that ends a request with an HTTP status; its message is shown to the visitor. */
export class HttpError extends Error {
  status: number;
  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HttpError";
    this.status = status;
  }
}

/** The HTTP status that a thrown value stands for: its own, or 500. */
export function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}

/** The plain-text answer for an error that no error page took. Unknown errors go to the console. */
export function defaultErrorResponse(error: unknown): Response {
  const status = statusOf(error);
  // deno-lint-ignore no-console
  if (status >= 500) console.error(error);
  if (!(error instanceof HttpError)) return new Response("Internal server error", { status });
  return new Response(error.message || REASONS[status] || String(status), { status });
}
