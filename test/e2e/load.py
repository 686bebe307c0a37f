"""Sources of numbered events: a log file's writer, a syslog sender, a forward sender with acks.

Each runs on a thread of its own until stopped, and knows how many events it has given away:
`sent` (a file's lines, what a socket took), and for forward `acked`.
"""

import os
import pathlib
import socket
import threading
import time

import msgpack


class Source(threading.Thread):
    def __init__(self, name, batch=50, pause=0.005):
        super().__init__(daemon=True, name=name)
        self.source = name
        self.batch = batch
        self.pause = pause
        self.sent = 0
        self.error = None
        self._stop_asked = threading.Event()

    def run(self):
        try:
            while not self._stop_asked.is_set():
                self.give()
                self._stop_asked.wait(self.pause)
            self.finish()
        except Exception as error:  # Told to the test, which looks at it after stop().
            self.error = error

    def stop(self, seconds=60.0):
        self._stop_asked.set()
        self.join(seconds)
        if self.is_alive():
            raise AssertionError(f"{self.source}: does not end: {self.sent} sent")
        if self.error:
            raise self.error

    def stopping(self):
        return self._stop_asked.is_set()

    def numbers(self):
        return range(self.sent, self.sent + self.batch)

    def give(self):
        raise NotImplementedError

    def finish(self):
        pass


class LogWriter(Source):
    """Appends lines to a file, as a server does: sometimes half a line at a time, and renames the
    file away after `rotate_after` lines (0: never)."""

    def __init__(self, name, path, rotate_after=0, **options):
        super().__init__(name, **options)
        self.path = pathlib.Path(path)
        self.rotate_after = rotate_after
        self.rotations = 0
        self._file = open(self.path, "ab", buffering=0)

    def give(self):
        text = b"".join(b"src=%s n=%d a line of a log, with some text behind it\n"
                        % (self.source.encode(), n) for n in self.numbers())
        cut = len(text) // 2 + 7
        self._file.write(text[:cut])
        self._file.write(text[cut:])
        self.sent += self.batch
        if self.rotate_after and self.sent >= self.rotate_after * (self.rotations + 1):
            self.rotations += 1
            os.rename(self.path, f"{self.path}.{self.rotations}")
            self._file.close()
            self._file = open(self.path, "ab", buffering=0)

    def finish(self):
        self._file.close()


class SyslogSender(Source):
    """RFC 5424 over TCP. Nothing is acknowledged, so what a dead receiver had taken is lost."""

    def __init__(self, name, port, octet_counted=False, **options):
        super().__init__(name, **options)
        self.port = port
        self.octet_counted = octet_counted
        self._socket = None

    def message(self, n):
        text = b"<134>1 2026-01-02T03:04:05.678901Z host app 42 ID - src=%s n=%d text" % (
            self.source.encode(), n)
        return b"%d %s" % (len(text), text) if self.octet_counted else text + b"\n"

    def give(self):
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self.port), 5)
            self._socket.sendall(b"".join(self.message(n) for n in self.numbers()))
            self.sent += self.batch
        except OSError:
            self.close()

    def finish(self):
        self.close()

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class ForwardSender(Source):
    """PackedForward with `chunk`, sent again with the same id until it is acknowledged."""

    def __init__(self, name, port, tag="log.forward", window=4, **options):
        super().__init__(name, **options)
        self.port = port
        self.tag = tag
        self.window = window
        self.acked = 0
        self.resent = 0
        self._socket = None
        self._unacked = {}  # Chunk id -> (message, events), oldest first.
        self._unpacker = None

    def entries(self, numbers):
        return b"".join(msgpack.packb([1700000000 + n, {"message": f"src={self.source} n={n}", "n": n}])
                        for n in numbers)

    def give(self):
        if len(self._unacked) < self.window and not self.stopping():
            chunk = f"{self.source}-{self.sent}"
            message = msgpack.packb([self.tag, self.entries(self.numbers()),
                                     {"chunk": chunk, "size": self.batch}])
            self._unacked[chunk] = (message, self.batch)
            self.sent += self.batch
            self._send(message)
        self._read_acks(0 if len(self._unacked) < self.window else 0.2)

    def _send(self, message):
        try:
            if self._socket is None:
                self._connect()
            else:
                self._socket.sendall(message)
        except OSError:
            self._close()

    def _connect(self):
        """A new connection begins with everything that is not acknowledged."""
        self._socket = socket.create_connection(("127.0.0.1", self.port), 5)
        self._unpacker = msgpack.Unpacker()
        for message, _ in self._unacked.values():
            self._socket.sendall(message)
            self.resent += 1

    def _read_acks(self, seconds):
        try:
            if self._socket is None:
                self._connect()
            self._socket.settimeout(seconds or 0.001)
            data = self._socket.recv(65536)
            if not data:
                return self._close()
            self._unpacker.feed(data)
            for answer in self._unpacker:
                _, events = self._unacked.pop(answer["ack"], (None, 0))
                self.acked += events
        except TimeoutError:
            pass
        except OSError:
            self._close()
        finally:
            if self._socket is not None:
                self._socket.settimeout(5)

    def _close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        time.sleep(0.01)  # The receiver is down: not a busy loop.

    def finish(self):
        deadline = time.monotonic() + 45
        while self._unacked:
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.source}: {len(self._unacked)} chunks never acknowledged")
            self._read_acks(0.2)
        self._close()
