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
/** Least and largest status: three digits (RFC 9110, section 15). */
const [MIN_STATUS, MAX_STATUS] = [100, 999];
/** Maximum length of a header's value that is passed on. Those that are used are shorter. */
const MAX_HEADER = 256;
/** A header's value in ASCII. The values of those that are used are numbers and dates. */
const ASCII = /^[\t\x20-\x7e]*$/;

/** Error of a `fetch` of the caller's that returned no response, or one with a wrong type in it. */
export class NotAResponse extends Error {}

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
 * @throws NotAResponse if it is none.
 */
export function headOf(response: FetchResponse): Head {
  // A `fetch` in JavaScript returns what it likes.
  const { status, headers } = (response ?? {}) as Partial<FetchResponse>;
  if (!isStatus(status)) throw new NotAResponse("the status is none");
  if (typeof headers?.get !== "function") throw new NotAResponse("the headers are none");
  const head: Head = { status: status === 0 ? HIDDEN_REDIRECT : status };
  const retryAfter = valueOf(headers, "retry-after");
  const date = valueOf(headers, "date");
  const contentLength = valueOf(headers, "content-length");
  if (retryAfter !== undefined) head.retryAfter = retryAfter;
  if (date !== undefined) head.date = date;
  if (contentLength !== undefined) head.contentLength = contentLength;
  return head;
}

/** True for a status, and for the 0 of browsers. */
function isStatus(value: unknown): value is number {
  return value === 0 || (Number.isInteger(value) && Number(value) >= MIN_STATUS && Number(value) <= MAX_STATUS);
}

/** Value of a header. Undefined without one that can be used. */
function valueOf(headers: FetchResponse["headers"], name: string): string | undefined {
  const value: unknown = headers.get(name);
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "string") throw new NotAResponse("a header is no text");
  return ASCII.test(value) ? value.slice(0, MAX_HEADER) : undefined;
}

/**
 * Reader of a response's body, one piece a call. Each returns undefined at the end. Undefined if the response has no body.
 *
 * @throws NotAResponse if the body or a piece of it is none.
 */
export function readerOf({ body }: FetchResponse): (() => Promise<Uint8Array | undefined>) | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof (body as Partial<Body>).getReader !== "function") throw new NotAResponse("the body is no stream");
  const reader = (body as Body).getReader();
  return async () => {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (!(value instanceof Uint8Array)) throw new NotAResponse("a piece of the body is no Uint8Array");
    return value;
  };
}

/** Gives up the body of a response that came too late. */
export function discard({ body }: FetchResponse): void {
  (body as Body | null | undefined)?.cancel().catch(() => {});
}
