"""What a process has used, and the programs that a benchmark starts."""

import json
import mmap
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import BIN, wait_until  # noqa: E402  pylint: disable=wrong-import-position
from ledger import Metrics  # noqa: E402  pylint: disable=wrong-import-position

LOADGEN = str(BIN / "test" / "bench" / "andon_loadgen")
TICKS = os.sysconf("SC_CLK_TCK")


class Sample:
    """One run: what the measured process used for how many events."""

    def __init__(self, events, cpu, seconds, rss_kib, load_cpu=None, note="", byte_count=0):
        self.events, self.cpu, self.seconds, self.rss_kib = events, cpu, seconds, rss_kib
        self.load_cpu, self.note, self.bytes = load_cpu, note, byte_count

    @property
    def cost(self):
        """CPU-seconds per million events."""
        return self.cpu / self.events * 1e6

    @property
    def rate(self):
        return self.events / self.seconds


def touch_memory(mebibytes=1024):
    """Has the machine's free memory backed. What a hypervisor took back costs ten times as much at
    its first use, and that would be charged to whoever writes the next file. It takes memory back
    after a few seconds: call this right before the load."""
    with mmap.mmap(-1, mebibytes << 20) as memory:
        for at in range(0, len(memory), mmap.PAGESIZE):
            memory[at] = 1


def cpu_seconds(pid):
    """User and system time of all threads so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def waited_for_cpu(pid):
    """Seconds that the main thread could have run and others did."""
    return int(pathlib.Path(f"/proc/{pid}/task/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


def peak_rss(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def context_switches(pid):
    """Of all threads: each is a time that the process was woken, or made to wait."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text(encoding="ascii").splitlines():
            if "ctxt_switches" in line:
                total += int(line.split()[1])
    return total


def loadgen(command, **options):
    """Starts the load generator; its answer comes from answer()."""
    words = [f"{key}={value}" for key, value in options.items()]
    return subprocess.Popen([LOADGEN, command, *words], stdout=subprocess.PIPE, text=True)


def answer(process, seconds=600):
    """Waits for the load generator and returns what it says of itself."""
    out, _ = process.communicate(timeout=seconds)
    if process.returncode != 0:
        raise AssertionError(f"the load generator failed: {' '.join(process.args)}")
    return json.loads(out)


def passed(daemon, **labels):
    return Metrics(daemon.metrics()).sum("andon_events_passed_total", **labels)


def wait_passed(daemon, events, seconds=600, **labels):
    wait_until(lambda: passed(daemon, **labels) >= events, f"{events} events passed", seconds, step=0.02)


def median(samples, value):
    return statistics.median(value(sample) for sample in samples)
