"""A proxy in front of a search node that does to `_bulk` what networks and busy servers do."""

import http.client
import json
import random
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUSY = {"type": "es_rejected_execution_exception", "reason": "rejected by the proxy"}
AWAY = {"type": "unavailable_shards_exception", "reason": "primary shard is not active"}


class FaultyProxy(ThreadingHTTPServer):
    """Each `_bulk` meets one of `faults` with the probability `share`; everything else passes."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port, node_port, faults, share=0.5, seed=1):
        self.node_port = node_port
        self.faults = list(faults)
        self.share = share
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.met = dict.fromkeys(self.faults, 0)
        self.passed = 0
        self.url = f"http://127.0.0.1:{port}"
        self.stopped = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def pick(self):
        with self.lock:
            if self.faults and self.chance.random() < self.share:
                fault = min(self.faults, key=lambda one: (self.met[one], self.chance.random()))
                self.met[fault] += 1
                return fault
            self.passed += 1
            return None

    def handle_error(self, request, client_address):
        pass  # Connections that break are the point.

    def stop(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.pick() if "/_bulk?" in self.path else None
        if fault is None:
            self.answer(*self.forward(body))
        else:
            getattr(self, fault)(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.node_port, timeout=60)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() in ("content-type", "content-encoding", "authorization")}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, data, answer.headers.get("Content-Type", "application/json")

    def answer(self, status, data, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def drop(self, reset=False):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    # What may happen to a _bulk.

    def slow(self, body):
        status, data, kind = self.forward(body)
        self.server.stopped.wait(0.4)
        self.answer(status, data, kind)

    def too_slow(self, body):
        """The node has it; the answer comes after the client's patience has ended."""
        self.forward(body)
        self.server.stopped.wait(4)
        self.drop()

    def cut_after_apply(self, body):
        self.forward(body)
        self.drop()

    def cut_before_apply(self, _):
        self.drop()

    def reset_in_body(self, body):
        status, data, kind = self.forward(body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:len(data) // 2])
        self.wfile.flush()
        self.drop(reset=True)

    def busy(self, _):
        self.answer(429, json.dumps({"error": BUSY, "status": 429}).encode())

    def busy_items(self, body):
        self.some_items(body, 429, BUSY)

    def unavailable_items(self, body):
        self.some_items(body, 503, AWAY)

    def some_items(self, body, status, error):
        """Every second event goes to the node, the others fail."""
        lines = body.split(b"\n")[:-1]
        pairs = [lines[i:i + 2] for i in range(0, len(lines), 2)]
        taken = b"".join(b"\n".join(pair) + b"\n" for pair in pairs[::2])
        code, data, kind = self.forward(taken)
        if code != 200:
            return self.answer(code, data, kind)
        items = json.loads(data)["items"]
        mixed = []
        for number in range(len(pairs)):
            mixed.append(items[number // 2] if number % 2 == 0 else {"create": {"status": status, "error": error}})
        return self.answer(200, json.dumps({"errors": True, "items": mixed}).encode())

    def too_long(self, body):
        if body.count(b"\n") <= 2:
            return self.answer(*self.forward(body))
        return self.answer(413, b"")

    def bad_gateway(self, _):
        self.answer(502, b"<html><body>502 Bad Gateway</body></html>", "text/html")

    def gateway_timeout_after_apply(self, body):
        self.forward(body)
        self.answer(504, b"<html><body>504 Gateway Time-out</body></html>", "text/html")

    def garbage(self, body):
        self.forward(body)
        self.answer(200, bytes(self.server.chance.randrange(256) for _ in range(300)))

    def wrong_type(self, body):
        self.forward(body)
        self.answer(200, b"<html>welcome</html>", "text/html")

    def too_few_items(self, body):
        status, data, kind = self.forward(body)
        answer = json.loads(data)
        if status == 200:
            answer["items"] = answer["items"][:-1]
        self.answer(status, json.dumps(answer).encode(), kind)


FAULTS = ("slow", "too_slow", "cut_after_apply", "cut_before_apply", "reset_in_body", "busy", "busy_items",
          "unavailable_items", "too_long", "bad_gateway", "gateway_timeout_after_apply", "garbage", "wrong_type",
          "too_few_items")
