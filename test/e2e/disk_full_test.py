#!/usr/bin/python3
"""The journal's disk is full: what was acknowledged stays, andond goes on when there is room."""

import os
import subprocess
import unittest

import case
import config
from harness import Failure, wait_until
from load import ForwardSender, LogWriter

DISK_MIB = 24


def mount_small_disk(folder):
    """A tmpfs at `folder`; why not, where that is refused."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "andon-e2e", str(folder)],
                          capture_output=True, text=True, check=False)
    return done.stderr.strip() or "refused" if done.returncode else None


class DiskFull(case.Case):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        refused = mount_small_disk(self.disk)
        if refused:
            raise unittest.SkipTest(f"no small file system here: {refused}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.disk)], check=False)
        self.start_aggregator()
        self.ballast = self.disk / "ballast"

    def start_on_disk(self, inputs, **more):
        self.collector = self.world.andond("collector", {
            "service": {"data_dir": str(self.disk / "data")},
            "journal": {"size": "512MiB", "segment": "4MiB"},
            "inputs": inputs, "outputs": [config.forward_out(self.forward_port)], **more})
        self.collector.start()

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 16))
            except OSError:
                pass

    def test_what_is_acknowledged_survives_and_the_rest_goes_on_with_room(self):
        port = self.world.port()
        self.start_on_disk([config.forward_in(port)])
        sender = ForwardSender("forward", port, batch=500)
        sender.start()
        wait_until(lambda: sender.acked >= 5000, "5000 events acknowledged")
        self.aggregator.stop()  # Nothing leaves the journal.
        self.fill()
        wait_until(lambda: self.is_stuck(sender), "acknowledgements stop on a full disk", 60, step=0.5)
        self.collector.check_running()
        self.assertRegex(self.collector.said(), "(?i)no space|full|ENOSPC")
        self.ballast.unlink()
        acked = sender.acked
        self.aggregator.start()
        wait_until(lambda: sender.acked > acked + 2000, "acknowledgements go on", 60)
        sender.stop()
        self.wait_arrived_at_least_once("forward", sender.sent)
        self.stop_all(self.collector, self.aggregator)

    def is_stuck(self, sender):
        """Whether nothing is acknowledged for a second."""
        before = sender.acked
        try:
            wait_until(lambda: sender.acked > before, "an acknowledgement", 1.0)
        except Failure:
            return True
        return False

    def wait_arrived_at_least_once(self, source, sent):
        wait_until(lambda: not self.arrived().lost(source, sent), "everything arrives", 60, step=0.2)

    def test_kill_9_on_a_full_disk_starts_again_and_loses_nothing(self):
        log = self.folder / "app.log"
        self.start_on_disk([config.tail(log)])
        writer = LogWriter("tail", log, batch=500)
        writer.start()
        wait_until(lambda: self.arrived().count("tail") >= 2000, "the first lines")
        self.aggregator.stop()
        self.fill()
        written = writer.sent
        wait_until(lambda: writer.sent >= written + 50000, "50000 lines more than the disk holds")
        self.collector.kill()
        self.collector.start()
        self.collector.check_running()
        self.ballast.unlink()
        self.aggregator.start()
        writer.stop()
        self.wait_arrived("tail", writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_a_journal_at_its_limit_blocks_and_loses_nothing(self):
        log = self.folder / "app.log"
        self.start_on_disk([config.tail(log)], journal={"size": "16MiB", "segment": "4MiB"})
        self.aggregator.stop()
        writer = LogWriter("tail", log, batch=2000)
        writer.start()
        wait_until(lambda: os.path.getsize(log) > 48 << 20, "48 MiB of log")
        writer.stop()
        used = sum(file.stat().st_size for file in (self.disk / "data").rglob("*") if file.is_file())
        self.assertLess(used, 22 << 20)
        self.collector.check_running()
        self.aggregator.start()
        self.wait_arrived("tail", writer.sent)
        self.stop_all(self.collector, self.aggregator)


if __name__ == "__main__":
    case.main()
