// Adds a key to requests, for test programs that cannot send one: `node with-key.mjs URL KEY` prints the URL to send them to.

import http from "node:http";

const [target, key] = process.argv.slice(2);
const { hostname, port } = new URL(target);

const server = http.createServer((request, response) => {
  const { method, url: path } = request;
  // The name of the server stays as it was sent: some of the tests are about it.
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  const passed = http.request({ host: hostname, port, path, method, headers, setHost: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  request.pipe(passed);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
