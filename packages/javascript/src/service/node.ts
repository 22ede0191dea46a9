/** The service behind `node:http`. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

import type { Service } from "./core.js";
import { problem } from "./problem.js";

/** Methods whose requests have no body for `fetch` (Fetch standard, section 5.3). */
const WITHOUT_BODY = new Set(["GET", "HEAD"]);

/**
 * Makes a listener for requests of `http.createServer`.
 *
 * The server limits how long a client may take for a head, and the service how long for a body. Both answer in plain HTTP: put TLS
 * in front.
 */
export function listener(service: Service): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  return (incoming, outgoing) => void respond(service, incoming, outgoing);
}

async function respond(service: Service, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // A client that leaves is no failure: what it asked for is finished.
  outgoing.on("error", () => {});
  incoming.on("error", () => {});
  let response: Response;
  try {
    response = await service.serve(requestOf(incoming));
  } catch {
    // A head that `node:http` accepts and `Request` does not, such as the method TRACE.
    response = problem(400, "invalid-argument", "this runtime cannot read the request; nothing was changed");
  }
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(body);
  // What was not read of the body would be taken for the next request.
  if (!incoming.complete) outgoing.once("finish", () => incoming.destroy());
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] as string, rawHeaders[index + 1] as string);
  }
  // The authority is the sender's word, and the service does not use it.
  const options: RequestInit & { duplex: "half" } = { method, headers, duplex: "half" };
  if (!WITHOUT_BODY.has(method)) options.body = Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Request(new URL(url.startsWith("/") ? `http://localhost${url}` : url), options);
}
