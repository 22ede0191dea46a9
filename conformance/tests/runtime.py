"""A runtime in place of the service, which answers every request in the same way. START is what it does first."""

import http.server
import os
import sys

START


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = os.environ["OP_USERS_ACCOUNT_ID"].encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body) + 2))
        for name in ("cache-control: no-store", "x-content-type-options: nosniff", "x-request-id: " + "0" * 32):
            self.send_header(*name.split(": "))
        self.end_headers()
        self.wfile.write(b'"' + body + b'"')

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
