#!/usr/bin/python3
"""andond -> a real Elasticsearch node: each event once, as it was, through crashes of either."""

import random
import unittest

import config
from harness import Ports, World, wait_until
from ledger import Metrics, problems
from search import SearchNode, numbers_once

FAST = {"initial": "20ms", "max": "500ms"}
EVENTS = 20_000


def output(node, **more):
    return {"type": "elasticsearch", "match": "**", "hosts": [node.url], "retry": FAST, **more}


def dummy(count, rate=0, **more):
    """Numbered from 0, and an end."""
    return {"type": "dummy", "tag": "log.dummy", "rate": rate, "count": count, "sequence": "n", "first": 0, **more}


class Elasticsearch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ports = Ports()
        cls.node = SearchNode(cls.ports.take()).start()

    @classmethod
    def tearDownClass(cls):
        cls.node.end()
        cls.ports.release()

    def setUp(self):
        self.world = World(type(self).__name__.lower())
        self.addCleanup(self.world.__exit__, None, None, None)
        self.index = self.id().rsplit(".", 1)[1].replace("test_", "")[:40]

    def start(self, inputs, **options):
        daemon = self.world.andond("andond", {"inputs": inputs, "outputs": [
            output(self.node, index=self.index + "-%Y.%m.%d", **options)]})
        return daemon.start()

    def wait_count(self, expected, seconds=60):
        wait_until(lambda: self.node.count(self.index + "-*") >= expected,
                   f"{expected} documents in {self.index}", seconds, step=0.2)

    def check_once(self, expected):
        numbers_once(self, self.node.documents(self.index + "-*"), "dummy", "n", expected)

    def stop(self, daemon):
        wait_until(lambda: not problems(Metrics(daemon.metrics())), "the ledger adds up", 20)
        daemon.stop()

    def test_every_event_is_there_once_under_its_identity(self):
        daemon = self.start([dummy(EVENTS)])
        self.wait_count(EVENTS)
        self.stop(daemon)
        self.check_once(EVENTS)
        _, identity, document = next(self.node.documents(self.index + "-*"))
        self.assertRegex(identity, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d+$")
        self.assertRegex(document["@timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")
        self.assertEqual(document["tag"], "log.dummy")

    def test_andond_killed_again_and_again_loses_and_doubles_nothing(self):
        chance = random.Random(7)
        daemon = self.start([dummy(EVENTS, rate=10_000)])
        for _ in range(6):
            before = self.node.count(self.index + "-*")
            wait_until(lambda b=before: self.node.count(self.index + "-*") > b + chance.randint(0, 2000)
                       or self.node.count(self.index + "-*") >= EVENTS, "some more documents", 30)
            daemon.kill()
            daemon.start()
        self.wait_count(EVENTS)
        self.stop(daemon)
        self.check_once(EVENTS)

    def test_a_node_that_is_killed_and_comes_back_has_every_event_once(self):
        daemon = self.start([dummy(EVENTS, rate=5_000)], timeout="5s")
        self.wait_count(2_000)
        self.node.kill()
        wait_until(lambda: "could not deliver" in daemon.said(), "andond says that it cannot deliver")
        self.node.start()
        self.wait_count(EVENTS, 120)
        self.stop(daemon)
        self.check_once(EVENTS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
