/** HTTP of the host: `fetch`, and as much of its response as the client uses. */

/** Options of each request. */
export interface FetchOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Redirects are not followed: the request carries credentials. */
  redirect: "manual";
  /** No cookies. Absent where the runtime has none. */
  credentials?: "omit";
  /** No cache. Absent where the runtime has none. */
  cache?: "no-store";
  signal: AbortSignal;
}

/** The members of a `Response` that the client uses. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
}

/** A function such as the global `fetch`, or that of undici. */
export type Fetch = (url: string, options: FetchOptions) => Promise<FetchResponse>;

/** A body: a `ReadableStream` of bytes. */
interface Body {
  getReader(): BodyReader;
  cancel(): Promise<void>;
}

/** Reader of a body. */
interface BodyReader {
  read(): Promise<{ done: boolean; value?: unknown }>;
}

/** Options that are the same for each request. workerd has no cookies and no cache, and refuses options about them. */
export const NO_COOKIES_NO_CACHE: Pick<FetchOptions, "credentials" | "cache"> =
  typeof Request === "function" && "credentials" in Request.prototype && "cache" in Request.prototype
    ? { credentials: "omit", cache: "no-store" }
    : {};

/** Status of a redirect where the runtime hides it: browsers say 0. */
const HIDDEN_REDIRECT = 302;
/** Maximum status: three digits (RFC 9110, section 15). */
const MAX_STATUS = 999;
/** Maximum length of a header's value that is passed on. Those that are used are shorter. */
const MAX_HEADER = 256;

/** Head of a response, in the names of the event `answer`. */
export interface Head {
  status: number;
  retryAfter?: string;
  date?: string;
  contentLength?: string;
}

/**
 * Reads the head of a response.
 *
 * @throws TypeError if the status is none, which a `fetch` of the caller's may return.
 */
export function headOf({ status, headers }: FetchResponse): Head {
  if (!Number.isInteger(status) || status < 0 || status > MAX_STATUS) throw new TypeError("a status must have three digits");
  const head: Head = { status: status === 0 ? HIDDEN_REDIRECT : status };
  const retryAfter = headers.get("retry-after");
  const date = headers.get("date");
  const contentLength = headers.get("content-length");
  if (retryAfter !== null) head.retryAfter = retryAfter.slice(0, MAX_HEADER);
  if (date !== null) head.date = date.slice(0, MAX_HEADER);
  if (contentLength !== null) head.contentLength = contentLength.slice(0, MAX_HEADER);
  return head;
}

/** Reader of a response's body, one piece a call. Each returns undefined at the end. Undefined if the response has no body. */
export function readerOf({ body }: FetchResponse): (() => Promise<Uint8Array | undefined>) | undefined {
  if (body === null || body === undefined) return undefined;
  const reader = (body as Body).getReader();
  return async () => {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (!(value instanceof Uint8Array)) throw new TypeError("a body must consist of bytes");
    return value;
  };
}

/** Gives up the body of a response that came too late. */
export function discard({ body }: FetchResponse): void {
  (body as Body | null | undefined)?.cancel().catch(() => {});
}
