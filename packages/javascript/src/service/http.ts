/** `wasi:http/types` 0.2 over the `Request` and `Response` of the runtime: as much as the service uses. */

import { diagnose } from "../failure.js";
import { discard, headOf, readerOf, NO_COOKIES_NO_CACHE, type Fetch, type FetchResponse } from "../http.js";
import { errorCode, type ErrorCode } from "./error_code.js";
import { dispose, InputStream, OutputStream, Pollable, Signal } from "./io.js";

type Result<Value, Failed> = { tag: "ok"; val: Value } | { tag: "err"; val: Failed };
/** A method: one with a tag of its own, or another. */
type Method = { tag: string; val?: string };
type Scheme = { tag: "HTTP" | "HTTPS" } | { tag: "other"; val: string };

const METHODS = new Set(["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"]);
/** Headers that `fetch` and servers make themselves. */
const OF_THE_RUNTIME = new Set(["content-length", "host", "connection", "transfer-encoding"]);
/** Statuses without a body (Fetch standard, section 2.2.3). */
const WITHOUT_BODY = new Set([101, 103, 204, 205, 304]);
/** The last code of a character of `Headers`, whose values are bytes, each as one character. */
const MAX_BYTE = 0xff;

const encoder = new TextEncoder();

/** Bytes of a header's value. Runtimes that decode UTF-8 in it give other characters than bytes. */
function bytesOf(value: string): Uint8Array {
  const codes = Uint8Array.from(value, (character) => character.codePointAt(0) ?? 0);
  return [...value].every((character) => (character.codePointAt(0) ?? 0) <= MAX_BYTE) ? codes : encoder.encode(value);
}

/** A header's value as `Headers` takes it. */
const textOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

/** Headers. */
export class Fields {
  readonly #entries: [string, Uint8Array][];

  constructor(entries: [string, Uint8Array][] = []) {
    this.#entries = entries;
  }

  /** @throws `header-error` for a name or a value that HTTP does not allow. */
  static fromList(entries: [string, Uint8Array][]): Fields {
    const copies = entries.map(([name, value]): [string, Uint8Array] => [name.toLowerCase(), value.slice()]);
    try {
      new Headers(copies.map(([name, value]): [string, string] => [name, textOf(value)]));
    } catch {
      throw { tag: "invalid-syntax" };
    }
    return new Fields(copies);
  }

  static of(headers: Headers): Fields {
    return new Fields([...headers].map(([name, value]) => [name, bytesOf(value)]));
  }

  get(name: string): Uint8Array[] {
    const wanted = name.toLowerCase();
    return this.#entries.filter(([other]) => other === wanted).map(([, value]) => value);
  }

  entries(): [string, Uint8Array][] {
    return this.#entries;
  }

  /** Headers by name, as texts. Several of one name are joined (RFC 9110, section 5.3). */
  texts(): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const [name, value] of this.#entries) {
      const before = texts[name];
      texts[name] = before === undefined ? textOf(value) : `${before}, ${textOf(value)}`;
    }
    return texts;
  }
}

/** Body that the component writes. It is whole when the component finishes it. */
export class OutgoingBody {
  readonly #pieces: Uint8Array[] = [];
  readonly #onFinished: (body: Uint8Array) => void;
  #isFinished = false;

  constructor(onFinished: (body: Uint8Array) => void) {
    this.#onFinished = onFinished;
  }

  write(): OutputStream {
    return new OutputStream((piece) => this.#pieces.push(piece));
  }

  static finish(body: OutgoingBody): void {
    if (body.#isFinished) return;
    body.#isFinished = true;
    const whole = new Uint8Array(body.#pieces.reduce((length, piece) => length + piece.length, 0));
    let end = 0;
    for (const piece of body.#pieces) {
      whole.set(piece, end);
      end += piece.length;
      // A body of a token request contains the secret.
      piece.fill(0);
    }
    body.#onFinished(whole);
  }
}

/** Body that the component reads. */
export class IncomingBody {
  readonly #stream: InputStream;

  constructor(stream: InputStream) {
    this.#stream = stream;
  }

  stream(): InputStream {
    return this.#stream;
  }
}

const EMPTY = (): InputStream => new InputStream(async () => undefined, () => {});

/** Request to the service. */
export class IncomingRequest {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  method(): Method {
    const tag = this.#request.method.toLowerCase();
    // Names of methods are case-sensitive (RFC 9110, section 9.1).
    const isKnown = METHODS.has(tag) && this.#request.method === tag.toUpperCase();
    return isKnown ? { tag } : { tag: "other", val: this.#request.method };
  }

  pathWithQuery(): string {
    const { pathname, search } = new URL(this.#request.url);
    return pathname + search;
  }

  /** The name of this server and its port, which not every runtime has among the headers. */
  authority(): string {
    return new URL(this.#request.url).host;
  }

  headers(): Fields {
    return Fields.of(this.#request.headers);
  }

  consume(): IncomingBody {
    const { body } = this.#request;
    const read = readerOf(this.#request as unknown as FetchResponse);
    if (body === null || read === undefined) return new IncomingBody(EMPTY());
    return new IncomingBody(new InputStream(read, () => void body.cancel().catch(() => {})));
  }
}

/** Response of the service. */
export class OutgoingResponse {
  readonly #headers: Fields;
  #status = 200;
  #body: Uint8Array | undefined;

  constructor(headers: Fields) {
    this.#headers = headers;
  }

  setStatusCode(status: number): void {
    this.#status = status;
  }

  body(): OutgoingBody {
    return new OutgoingBody((body) => (this.#body = body));
  }

  /** The response for the runtime. Undefined if the component did not finish its body. */
  response(): Response | undefined {
    if (this.#body === undefined) return undefined;
    const headers = new Headers();
    for (const [name, value] of this.#headers.entries()) headers.append(name, textOf(value));
    const hasBody = this.#body.length > 0 && !WITHOUT_BODY.has(this.#status);
    return new Response(hasBody ? this.#body as Uint8Array<ArrayBuffer> : null, { status: this.#status, headers });
  }
}

/** Place for the response to a request. */
export class ResponseOutparam {
  #response: OutgoingResponse | undefined;

  /** The response that was set. */
  get response(): OutgoingResponse | undefined {
    return this.#response;
  }

  static set(param: ResponseOutparam, result: Result<OutgoingResponse, ErrorCode>): void {
    param.#response = result.tag === "ok" ? result.val : undefined;
  }
}

/** Request to the API. */
export class OutgoingRequest {
  readonly headers: Fields;
  method: Method = { tag: "get" };
  #path = "/";
  #scheme: Scheme = { tag: "HTTPS" };
  #authority = "";
  #body: Promise<Uint8Array> | undefined;

  constructor(headers: Fields) {
    this.headers = headers;
  }

  body(): OutgoingBody {
    let onFinished: (body: Uint8Array) => void = () => {};
    this.#body = new Promise((resolve) => (onFinished = resolve));
    return new OutgoingBody(onFinished);
  }

  setMethod(method: Method): void {
    this.method = method;
  }

  setPathWithQuery(path: string | undefined): void {
    this.#path = path ?? "/";
  }

  setScheme(scheme: Scheme | undefined): void {
    this.#scheme = scheme ?? { tag: "HTTPS" };
  }

  setAuthority(authority: string | undefined): void {
    this.#authority = authority ?? "";
  }

  get url(): string {
    const scheme = this.#scheme.tag === "other" ? this.#scheme.val : this.#scheme.tag.toLowerCase();
    return `${scheme}://${this.#authority}${this.#path}`;
  }

  /** The body, when it is whole. Undefined without one. */
  get content(): Promise<Uint8Array> | undefined {
    return this.#body;
  }
}

/** Time-outs of a request. `fetch` has none: those that the component applies itself hold. */
export class RequestOptions {
  setConnectTimeout(): void {
    throw undefined;
  }

  setFirstByteTimeout(): void {
    throw undefined;
  }

  setBetweenBytesTimeout(): void {
    throw undefined;
  }
}

/** Response of the API. */
export class IncomingResponse {
  readonly #status: number;
  readonly #headers: Fields;
  readonly #response: FetchResponse;
  readonly #abort: () => void;
  #isConsumed = false;

  /** @throws NotAResponse if it is none. */
  constructor(response: FetchResponse, abort: () => void) {
    const { status, retryAfter, date, contentLength } = headOf(response);
    const headers = { "retry-after": retryAfter, date, "content-length": contentLength };
    this.#status = status;
    this.#headers = new Fields(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, encoder.encode(value)]])),
    );
    this.#response = response;
    this.#abort = abort;
  }

  status(): number {
    return this.#status;
  }

  headers(): Fields {
    return this.#headers;
  }

  consume(): IncomingBody {
    this.#isConsumed = true;
    const read = readerOf(this.#response);
    return new IncomingBody(read === undefined ? EMPTY() : new InputStream(read, this.#abort));
  }

  [dispose](): void {
    if (!this.#isConsumed) this.#abort();
  }
}

/** Response of the API that may not be there yet. Dropping it aborts the request. */
export class FutureIncomingResponse {
  readonly #arrived = new Signal();
  readonly #controller = new AbortController();
  #result: Result<IncomingResponse, ErrorCode> | undefined;
  #isTaken = false;

  constructor(fetch: Fetch, request: OutgoingRequest) {
    const { content } = request;
    if (content === undefined) this.#send(fetch, request);
    else void content.then((body) => this.#send(fetch, request, body));
  }

  subscribe(): Pollable {
    return new Pollable(this.#arrived);
  }

  get(): Result<Result<IncomingResponse, ErrorCode>, undefined> | undefined {
    this.#isTaken = this.#result !== undefined;
    return this.#result && { tag: "ok", val: this.#result };
  }

  [dispose](): void {
    if (!this.#isTaken) this.#controller.abort();
  }

  #send(fetch: Fetch, request: OutgoingRequest, body?: Uint8Array): void {
    const { signal } = this.#controller;
    if (signal.aborted) return;
    const { method, headers, url } = request;
    const texts = Object.entries(headers.texts()).filter(([name]) => !OF_THE_RUNTIME.has(name));
    const settle = (result: Result<IncomingResponse, ErrorCode>): void => {
      this.#result = result;
      this.#arrived.set();
    };
    const fail = (error: unknown): void => settle({ tag: "err", val: errorCode(diagnose(error)) });
    const options = {
      method: (method.val ?? method.tag).toUpperCase(),
      headers: Object.fromEntries(texts),
      ...(body !== undefined && { body: new TextDecoder().decode(body) }),
      redirect: "manual" as const,
      ...NO_COOKIES_NO_CACHE,
      signal,
    };
    void (async () => {
      let response: FetchResponse;
      try {
        response = await fetch(url, options);
      } catch (error) {
        return fail(error);
      }
      if (signal.aborted) return discard(response);
      try {
        settle({ tag: "ok", val: new IncomingResponse(response, () => this.#controller.abort()) });
      } catch {
        // Whatever it is: the request was answered, and has left.
        this.#controller.abort();
        settle({ tag: "err", val: errorCode({ cause: "not-a-response", possiblySent: true }) });
      }
    })();
  }
}
