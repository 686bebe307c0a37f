#!/usr/bin/python3
"""One stream into Kafka and Elasticsearch: what one of them does not take holds back nothing of the
other. ANDON_OUTAGE is how long the node is away, in seconds (10)."""

import os
import pathlib
import time
import unittest

import config
from harness import World, wait_until
from kafka_server import Kafka
from ledger import Metrics, problems
from search import SearchNode, numbers_once

OUTAGE = float(os.environ.get("ANDON_OUTAGE", "10"))
RATE = 2000
LIMIT = 256 << 20


class FanOut(unittest.TestCase):
    def setUp(self):
        self.world = World("fan-out")
        self.addCleanup(self.world.__exit__, None, None, None)
        self.kafka = Kafka(self.world).start()
        self.node = SearchNode(self.world.port()).start()
        self.addCleanup(self.node.end)
        self.daemon = self.world.andond("aggregator", {
            "inputs": [config.dummy("dummy", rate=RATE, record={"message": "a line of a log, as long as such lines are"})],
            "journal": {"segment": "8MiB", "size": f"{LIMIT}"},
            "outputs": [
                {"type": "kafka", "match": "**", "brokers": self.kafka.address, "topic": "logs",
                 "create_topics": {"partitions": 1}, "retry": config.FAST_RETRY},
                {"type": "elasticsearch", "match": "**", "hosts": [self.node.url], "index": "logs-%Y.%m.%d",
                 "retry": config.FAST_RETRY}]})

    def metric(self, name, output):
        return Metrics(self.daemon.metrics()).sum(name, kind="output", id=output)

    def test_a_node_that_is_away_holds_back_no_event_of_kafka(self):
        self.daemon.start()
        wait_until(lambda: self.node.count("logs-*") > 0 and "logs" in self.kafka.topics(), "both get events")
        self.node.kill()
        end = time.monotonic() + OUTAGE
        worst = 0
        while time.monotonic() < end:
            worst = max(worst, self.metric("andon_events_held", "kafka"))
            time.sleep(0.5)
        held = self.metric("andon_events_held", "elasticsearch")
        # Kafka is behind by no more than transactions that are under way; the lag of the other shows.
        self.assertLess(worst, RATE * 5)
        self.assertGreater(held, RATE * OUTAGE / 2)
        self.assertLess(self.folder_bytes(), LIMIT * 1.1)
        self.node.start()
        wait_until(lambda: self.metric("andon_events_held", "elasticsearch") < RATE, "the node catches up", 120)
        wait_until(lambda: not problems(Metrics(self.daemon.metrics())), "the ledger adds up", 30)
        self.daemon.stop()
        self.check_both()

    def folder_bytes(self):
        return sum(path.stat().st_blocks * 512 for path in pathlib.Path(self.daemon.folder, "data").rglob("*")
                   if path.is_file())

    def check_both(self):
        """What Kafka has, Elasticsearch has: each once, from 0 on without a hole."""
        key = "src=dummy n"
        seen = sorted(int(line.split(f'"{key}":'.encode())[1].split(b",")[0].rstrip(b"}"))
                      for line in self.kafka.read("logs").splitlines())
        self.assertEqual(seen, list(range(len(seen))))
        documents = list(self.node.documents("logs-*"))
        numbers_once(self, documents, "dummy", key, len(documents))
        self.assertGreater(len(seen), RATE * OUTAGE / 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
