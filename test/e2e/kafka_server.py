"""A real Kafka broker for a test, and what is in its topics, read by kcat."""

import os
import pathlib
import signal
import socket
import subprocess

from harness import Failure, wait_until

SERVER = pathlib.Path(__file__).resolve().parents[1] / "servers" / "kafka"


class Kafka:
    """One broker in a folder of its own; it may be killed and started again."""

    def __init__(self, world, version="4.1.1", properties=""):
        self.folder = world.folder / "kafka"
        self.version = version
        self.port = self._two_ports(world)
        self.address = f"127.0.0.1:{self.port}"
        self._extra = world.folder / "kafka.properties"
        self.configure(properties)
        self._pid = None
        world.at_end(self.kill)

    @staticmethod
    def fetch():
        """Brings what a start needs from outside, for who has no network later."""
        subprocess.run([str(SERVER), "--fetch"], stdin=subprocess.DEVNULL, timeout=600, check=True)

    def configure(self, properties):
        """Lines that win over those of the start script."""
        self._extra.write_text(properties, encoding="ascii")

    @staticmethod
    def _two_ports(world):
        """The controller listens beside the broker."""
        while True:
            port = world.port()
            if not _taken(port + 1):
                return port

    def start(self):
        done = subprocess.run([str(SERVER), str(self.folder), str(self.port), self.version, str(self._extra)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise Failure(f"kafka {self.version} does not start: {done.stderr}")
        self._pid = int(done.stdout)
        return self

    def kill(self):
        """kill -9, at once."""
        if self._pid is None:
            return
        os.kill(self._pid, signal.SIGKILL)
        wait_until(lambda: not pathlib.Path(f"/proc/{self._pid}").exists() or self._zombie(), "the broker is gone")
        self._pid = None

    def _zombie(self):
        return "State:\tZ" in pathlib.Path(f"/proc/{self._pid}/status").read_text(encoding="ascii")

    def read(self, topic, *options, form="%s\n"):
        """All committed messages of a topic as bytes, in the form that kcat prints."""
        done = subprocess.run(
            ["kcat", "-b", self.address, "-X", "isolation.level=read_committed", "-X", "check.crcs=true",
             *options, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", form],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Failure(f"kcat: {done.stderr.decode()}")
        return done.stdout

    def admin(self, *changes):
        """Topics and rights, as KafkaAdmin.java takes them."""
        cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
        servers = pathlib.Path(os.environ.get("ANDON_SERVERS") or pathlib.Path(cache, "andon/servers"))
        done = subprocess.run(
            ["java", "-cp", str(servers / f"kafka-{self.version}" / "*"), str(SERVER.parent / "KafkaAdmin.java"),
             self.address, *changes],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise Failure(f"KafkaAdmin {changes}: {done.stderr[-2000:]}")

    def topics(self):
        done = subprocess.run(["kcat", "-b", self.address, "-L"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)
        return [line.split('"')[1] for line in done.stdout.splitlines() if line.startswith('  topic "')]


def _taken(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
