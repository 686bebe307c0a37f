"""Real andond processes in folders of their own, started, watched and ended by a test.

Nothing here sleeps for luck: readiness is what the process says through NOTIFY_SOCKET, an end is
the process's end, and everything else is waited for with a deadline and a condition that is named.
"""

import contextlib
import fcntl
import http.client
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import yaml

BIN = pathlib.Path(os.environ.get("ANDON_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/release"))
ANDOND = str(BIN / "andond")
if not os.access(ANDOND, os.X_OK):
    sys.exit(f"{ANDOND}: not there; build it, or name its folder in ANDON_BIN")
ANDON = str(BIN / "andon")
STEP = 0.02  # Seconds between two looks at a condition.


class Failure(AssertionError):
    """Something did not happen; the text says what, and what the processes said."""


def wait_until(condition, what, seconds=30.0, step=STEP):
    """Looks at `condition` until it is true, and returns what it gave; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds:.0f} s")
        time.sleep(step)


# Ports below the ephemeral range, so that no outgoing connection takes one while its server is
# down; a lock file keeps tests that run at once apart.
class Ports:
    FIRST, LAST = 12000, 30000

    def __init__(self):
        self._locks = []

    def take(self):
        folder = pathlib.Path(tempfile.gettempdir(), f"andon-ports-{os.getuid()}")
        folder.mkdir(exist_ok=True)
        chance = random.SystemRandom()
        for _ in range(1000):
            port = chance.randint(self.FIRST, self.LAST)
            lock = open(folder / str(port), "w", encoding="ascii")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with socket.socket(socket.AF_INET, kind) as probe:
                        probe.bind(("127.0.0.1", port))
            except OSError:
                lock.close()
                continue
            self._locks.append(lock)
            return port
        raise Failure("no free port")

    def release(self):
        for lock in self._locks:
            lock.close()


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def with_ids(parts):
    """Inputs or outputs, where the second of a type that has no id is called TYPE-2, and so on."""
    count = {}
    named = []
    for part in parts:
        if "id" not in part:
            kind = part["type"]
            count[kind] = count.get(kind, 0) + 1
            part = {**part, "id": kind if count[kind] == 1 else f"{kind}-{count[kind]}"}
        named.append(part)
    return named


class Andond:
    """One andond: a configuration and its folder outlive the process, which may come and go."""

    def __init__(self, name, folder, config):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config_path = self.folder / "andond.yaml"
        self.stderr_path = self.folder / "stderr.log"
        self.admin_path = str(self.folder / "admin.sock")
        self.process = None
        self.ready_after = None
        self._notify = None
        self._pidfd = None
        self.configure(config)

    def configure(self, config):
        """Writes the configuration; a running process sees it when it is told to."""
        whole = dict(config)
        whole.update({kind: with_ids(whole[kind]) for kind in ("inputs", "outputs") if kind in whole})
        service = {"data_dir": str(self.folder / "data"), "admin": "unix://" + self.admin_path}
        whole["service"] = {**service, **whole.get("service", {})}
        self.config_path.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")

    def start(self, seconds=30.0, wait=True, environment=None, prefix=()):
        assert self.process is None, f"{self.name} runs"
        notify = str(self.folder / "notify.sock")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(notify)
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notify.bind(notify)
        started = time.monotonic()
        with open(self.stderr_path, "ab") as stderr:
            self.process = subprocess.Popen(
                [*prefix, ANDOND, "-c", str(self.config_path)], stdin=subprocess.DEVNULL, stdout=stderr,
                stderr=stderr, cwd=self.folder,
                env={**os.environ, "NOTIFY_SOCKET": notify, **(environment or {})})
        self._pidfd = os.pidfd_open(self.process.pid)
        if wait:
            self.wait_notified("READY=1", seconds)
            self.ready_after = time.monotonic() - started
        return self

    def wait_notified(self, line, seconds=30.0):
        """Waits for `line` in a message to the service manager; returns the whole message."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f'{self.name}: no "{line}" within {seconds:.0f} s\n{self.said()}')
            readable, _, _ = select.select([self._notify, self._pidfd], [], [], left)
            if self._notify in readable:
                message = self._notify.recv(65536).decode()
                if line in message.splitlines():
                    return message
            elif self._pidfd in readable:
                raise Failure(f'{self.name}: ended ({self.process.wait()}) before "{line}"\n{self.said()}')

    def wait_end(self, seconds=30.0):
        """Waits for the process to end and returns its exit status (negative: the signal)."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name}: still runs after {seconds:.0f} s\n{self.said()}") from None
        self._forget()
        return status

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9, at once."""
        self.process.kill()
        return self.wait_end()

    def stop(self, seconds=30.0):
        """SIGTERM; a clean end is status 0."""
        self.signal(signal.SIGTERM)
        status = self.wait_end(seconds)
        if status != 0:
            raise Failure(f"{self.name}: ended with {status} after SIGTERM\n{self.said()}")

    def reload(self, seconds=30.0):
        """SIGHUP, until it says that it is ready again. Returns what it said meanwhile."""
        before = self.stderr_path.stat().st_size

        def said():
            text = self.stderr_path.read_bytes()[before:].decode(errors="replace")
            return text if "reloaded" in text or "old one goes on" in text else None

        self.signal(signal.SIGHUP)
        self.wait_notified("READY=1", seconds)
        return wait_until(said, f"{self.name}: says how the reload went", seconds)

    def running(self):
        return self.process is not None and self.process.poll() is None

    def check_running(self):
        if not self.running():
            status = self.process.poll() if self.process else None
            raise Failure(f"{self.name}: is not running (status {status})\n{self.said()}")

    def get(self, path, seconds=10.0):
        """GET on the admin endpoint: (status, text)."""
        connection = UnixConnection(self.admin_path, seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def metrics(self):
        status, text = self.get("/metrics")
        if status != 200:
            raise Failure(f"{self.name}: /metrics answered {status}: {text}")
        return text

    def status_field(self, field):
        """A field of /proc/PID/status, in KiB or as it is: VmHWM, Threads, ..."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise Failure(f"{self.name}: no {field} in /proc/{self.process.pid}/status")

    def said(self, lines=40):
        if not self.stderr_path.exists():
            return f"--- {self.name} said nothing"
        text = self.stderr_path.read_bytes().decode(errors="replace").splitlines()
        return "\n".join([f"--- {self.name} said:"] + text[-lines:])

    def _forget(self):
        self.process = None
        os.close(self._pidfd)
        self._notify.close()

    def end(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._forget()


class World:
    """A folder, ports and processes that end with the test. KEEP=1 keeps the folder."""

    def __init__(self, name):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"andon-{name}-"))
        self.ports = Ports()
        self._ends = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for end in reversed(self._ends):
            end()
        self.ports.release()
        if os.environ.get("KEEP"):
            print(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def port(self):
        return self.ports.take()

    def andond(self, name, config):
        daemon = Andond(name, self.folder / name, config)
        self._ends.append(daemon.end)
        return daemon

    def at_end(self, function):
        self._ends.append(function)

    def run(self, *command, **options):
        """A real program in the background, ended with the test."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)

        def end():
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

        self._ends.append(end)
        return process


def listening(port, host="127.0.0.1"):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
