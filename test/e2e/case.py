"""What the tests share: a world for each, a collector and an aggregator, and how they end."""

import sys
import unittest

import config
from count import Arrived
from harness import World, wait_until
from ledger import Metrics, problems


class Case(unittest.TestCase):
    def setUp(self):
        self.world = World(type(self).__name__.lower())
        self.addCleanup(self.world.__exit__, None, None, None)
        self.folder = self.world.folder
        self.out = self.folder / "arrived"
        self.out.mkdir()

    def start_aggregator(self, **more):
        self.forward_port = self.world.port()
        self.aggregator = self.world.andond(
            "aggregator", config.aggregator(self.forward_port, self.out, **more))
        self.aggregator.start()

    def start_collector(self, inputs, **more):
        self.collector = self.world.andond("collector", {
            "inputs": inputs, "outputs": [config.forward_out(self.forward_port)], **more})
        self.collector.start()

    def arrived(self):
        return Arrived(self.out)

    def wait_arrived(self, source, expected, seconds=60):
        """Waits until `expected` numbers of `source` are there, and checks that each is once."""
        wait_until(lambda: self.arrived().count(source) >= expected,
                   f"{expected} events of {source} in {self.out}", seconds, step=0.1)
        self.check_exact(source, expected)

    def check_exact(self, source, expected):
        arrived = self.arrived()
        self.assertTrue(arrived.exact(source, expected), arrived.report(source, expected))

    def check_ledgers(self, *daemons, seconds=10):
        """in = out + held + dropped, once what is under way has landed in a counter."""
        for daemon in daemons:
            daemon.check_running()
            wait_until(lambda d=daemon: not problems(Metrics(d.metrics())),
                       f"{daemon.name}: the ledger adds up: {problems(Metrics(daemon.metrics()))}", seconds)

    def stop_all(self, *daemons):
        """The ledger adds up, and each ends with 0 after SIGTERM."""
        self.check_ledgers(*daemons)
        for daemon in daemons:
            daemon.stop()


def main():
    unittest.main(module=sys.modules["__main__"], verbosity=2)
