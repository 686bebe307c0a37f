"""Two collectors and an aggregator as conf/ has them, with real lines, into a search node.

What the examples in conf/ say counts here: their parsers and the names that ecs.yaml gives.
"""

import pathlib
import socket

import yaml

import config
import traffic
from harness import Failure, wait_until
from ledger import Metrics

ROOT = pathlib.Path(__file__).resolve().parents[3]
CONF, DEPLOY = ROOT / "conf", ROOT / "deploy" / "kibana"
REQUESTS, MESSAGES, MINUTES = 900, 600, 50
LONGEST = 2000  # Bytes of a syslog message; what is longer is lost.
# No number: Elasticsearch refuses the event.
REFUSED = {"type": "dummy", "tag": "log.refused", "count": 1, "record": {"event.duration": "slow"}}
HOSTS = ("db-1", "mail-1", "web-1", "web-2")


def example(name):
    return yaml.safe_load((CONF / name).read_text(encoding="utf-8"))


def part(name, section, kind):
    """The first part of that type in an example."""
    return next(dict(one) for one in example(name)[section] if one["type"] == kind)


class Fleet:
    def __init__(self, world, output):
        self.world = world
        self.forward = world.port()
        index = part("aggregator-kafka-elasticsearch.yaml", "outputs", "elasticsearch")["index"]
        self.aggregator = world.andond("aggregator", {
            "service": {"hostname": "aggregator-1"},
            "inputs": [config.forward_in(self.forward), *self.own()],
            "filters": example("ecs.yaml")["filters"],
            "outputs": [{"index": index, **output, "match": "**"}]})
        self.aggregator.start()
        self.collectors = [self.collector("web-1", part("collector.yaml", "inputs", "tail"), durations=False),
                           self.collector("web-2", part("apache-duration.yaml", "inputs", "tail"), durations=True)]
        self.send_syslog()
        self.expected = 2 * REQUESTS + MESSAGES + 1  # The refused one arrives as an error event.

    @staticmethod
    def own():
        """andond's own events, more often than a person wants them."""
        return [{"type": "andon_log"}, {"type": "andon_metrics", "interval": "1s"}]

    def collector(self, name, tail, durations):
        log = self.world.folder / f"{name}-access.log"
        lines = traffic.access_lines(REQUESTS, MINUTES, name, durations)
        log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        port = self.world.port()
        own = [*self.own(), REFUSED] if durations else self.own()
        daemon = self.world.andond(name, {
            "service": {"hostname": name},
            "inputs": [{**tail, "path": str(log), "read_from": "head", "id": "apache"},
                       config.syslog(port, id="syslog", max_message_size=LONGEST, oversize="drop"), *own],
            "filters": [{"type": "grep", "id": "no-images", "match": "log.http.access",
                         "exclude": [{"key": "path", "pattern": "^/img/"}]},
                        {"type": "record_transformer", "id": "collector", "match": "log.**",
                         "set": {"collector": "${hostname}"}}],
            "outputs": [{**config.forward_out(self.forward), "id": "forward"}]})
        daemon.syslog_port = port
        return daemon.start()

    def send_syslog(self):
        for daemon in self.collectors:
            hosts = HOSTS[::2] if daemon.name == "web-1" else HOSTS[1::2]
            lines = [*traffic.syslog_messages(MESSAGES // 2, MINUTES, daemon.name, hosts), "x" * (LONGEST + 1)]
            with socket.create_connection(("127.0.0.1", daemon.syslog_port), timeout=10) as connection:
                connection.sendall("".join(line + "\n" for line in lines).encode())

    def dropped(self):
        return sum(Metrics(daemon.metrics()).sum("andon_events_dropped_total", kind="filter")
                   for daemon in self.collectors)

    def wait_delivered(self, count, seconds=60):
        """Until `count()` documents are those that were sent, less what the filter takes out."""
        try:
            wait_until(lambda: count() + self.dropped() >= self.expected, f"{self.expected} lines in the node", seconds,
                       step=0.3)
        except Failure as failure:
            raise Failure(f"{failure}; {count()} are\n{self.aggregator.said()}") from None
