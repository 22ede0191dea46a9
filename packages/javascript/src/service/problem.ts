/** Responses for requests that the component does not answer: problem details (RFC 9457). */

const TITLES: Record<number, string> = { 400: "Bad Request", 500: "Internal Server Error", 503: "Service Unavailable" };

/** Response with problem details. */
export function problem(status: number, code: string, detail: string, headers: Record<string, string> = {}): Response {
  const id = crypto.randomUUID().replaceAll("-", "");
  const body = JSON.stringify({ type: "about:blank", title: TITLES[status], status, code, detail, request_id: id });
  return new Response(body, {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": id,
      ...headers,
    },
  });
}
