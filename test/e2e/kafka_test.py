#!/usr/bin/python3
"""Kafka from end to end: what andond writes is read by clients that share no code with it, and what is
in Kafka is read by andond once."""

import json
import os
import pathlib
import shutil
import subprocess

import config
from case import Case, main
from certificates import Authority
from count import NUMBERED
from harness import ANDON, wait_until
from kafka_server import Kafka
from ledger import Metrics

HERE = pathlib.Path(__file__).resolve().parent
EVENTS = 3000


def kafka_out(broker, **more):
    return {"type": "kafka", "match": "**", "brokers": broker, "topic": "logs", "create_topics": {"partitions": 3},
            "retry": config.FAST_RETRY, **more}


def numbers(messages):
    return sorted(int(number) for _, number in NUMBERED.findall(messages))


class KafkaCase(Case):
    VERSION = "4.1.1"
    PROPERTIES = ""

    def setUp(self):
        super().setUp()
        self.kafka = Kafka(self.world, self.VERSION, self.PROPERTIES).start()

    def deliver(self, name="writer", count=EVENTS, source="dummy", **more):
        """`count` numbered events go to Kafka, all of them."""
        daemon = self.world.andond(name, {
            "inputs": [config.dummy(source, rate=20000, count=count)],
            "outputs": [kafka_out(self.kafka.address, **more)]})
        daemon.start()
        self.wait_passed(daemon, count)
        return daemon

    def check(self, **more):
        """`andon check --connect` of an output that writes to this broker."""
        path = self.folder / "check.yaml"
        path.write_text(json.dumps({"outputs": [kafka_out(self.kafka.address, **more)]}), encoding="utf-8")
        return subprocess.run([ANDON, "check", "--connect", path], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=90)

    def wait_passed(self, daemon, count, seconds=60):
        wait_until(lambda: Metrics(daemon.metrics()).sum("andon_events_passed_total", kind="output") >= count,
                   f"{count} events are delivered\n{daemon.said()}", seconds, step=0.1)


class WriteTest(KafkaCase):
    HEADERS = {"id": "${event_id}", "tag": "${tag}"}

    def read_with(self, *command):
        done = subprocess.run([*command, self.kafka.address, "logs", str(EVENTS)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False,
                              env={**os.environ, "NODE_PATH": self.node_path()})
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def node_path():
        return subprocess.run([str(HERE.parent / "setup" / "clients")], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300, check=True).stdout.strip()

    def check_messages(self, messages):
        self.assertEqual(numbers(json.dumps([m["value"] for m in messages]).replace("\\", "").encode()),
                         list(range(EVENTS)))
        self.assertEqual({m["headers"]["tag"] for m in messages}, {"log.dummy"})
        self.assertEqual(len({m["headers"]["id"] for m in messages}), EVENTS)
        self.assertTrue(all(m["timestamp"] > 1_600_000_000_000 for m in messages))

    def test_kcat_and_kafkajs_read_every_event_once(self):
        daemon = self.deliver(headers=self.HEADERS, compression="gzip", statistics="200ms")
        self.assertEqual(numbers(self.kafka.read("logs")), list(range(EVENTS)))
        self.check_messages(self.read_with("node", str(HERE / "clients" / "kafkajs-consume.js")))
        self.check_ledgers(daemon)
        wait_until(lambda: "andon_kafka_queue_messages" in daemon.metrics(), "librdkafka's statistics come")
        daemon.stop()

    def test_every_codec_is_read(self):
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            self.deliver(name=codec, topic=f"logs-{codec}", compression=codec).stop()
            self.assertEqual(numbers(self.kafka.read(f"logs-{codec}")), list(range(EVENTS)), codec)

    def test_at_least_once_without_a_fault_is_once(self):
        self.deliver(exactly_once=False).stop()
        self.assertEqual(numbers(self.kafka.read("logs")), list(range(EVENTS)))

    def test_check_connect_says_what_is_there_and_what_is_wrong_and_makes_nothing(self):
        first = self.check()
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn('topic "logs": will be created: good', first.stdout)
        self.assertIn('topic "andon-cursors" for cursors: will be created: good', first.stdout)
        self.assertIn('topic "logs": will be created: good', self.check().stdout)
        missing = self.check(create_topics=None, cursor={"create": False})
        self.assertEqual(missing.returncode, 1)
        self.assertEqual(missing.stderr.count("does not exist; create it"), 2)
        self.deliver(count=10).stop()
        self.assertIn('topic "logs", 3 partitions: good', self.check().stdout)
        kept = self.check(cursor={"topic": "logs"})
        self.assertIn("has cleanup.policy=delete, which forgets cursors", kept.stderr)

    def test_a_copied_folder_is_refused_until_it_is_adopted(self):
        first = self.deliver()
        first.stop()
        copy = self.world.andond("copy", {"inputs": [], "outputs": [kafka_out(self.kafka.address)]})
        shutil.copytree(first.folder / "data", copy.folder / "data")
        copy.start(wait=False)
        self.assertEqual(copy.wait_end(), 1)
        self.assertIn("andon journal adopt", copy.said())
        adopted = subprocess.run([ANDON, "journal", "adopt", str(copy.folder / "data")], capture_output=True,
                                 text=True, timeout=30, check=False)
        self.assertEqual(adopted.returncode, 0, adopted.stderr)
        copy.start()
        copy.stop()
        self.assertEqual(numbers(self.kafka.read("logs")), list(range(EVENTS)))

    def test_a_second_instance_stops_the_first(self):
        first = self.world.andond("first", {
            "inputs": [config.dummy("dummy", rate=200)], "outputs": [kafka_out(self.kafka.address)]})
        first.start()
        self.wait_passed(first, 100)
        second = self.world.andond("second", {"inputs": [], "outputs": [kafka_out(self.kafka.address)]})
        shutil.copytree(first.folder / "data", second.folder / "data")
        os.unlink(second.folder / "data" / "journal" / "home")  # As a copy that nobody could tell.
        second.start()
        wait_until(lambda: "another andond has taken over" in first.said(), "the first one notices", 60, step=0.2)
        first.kill()
        second.stop()
        seen = numbers(self.kafka.read("logs"))
        self.assertEqual(seen, sorted(set(seen)))


class OldBrokerTest(WriteTest):
    VERSION = "3.9.1"

    def test_python_kafka_reads_every_event_once(self):
        # It knows nothing of transactions, and takes their markers for messages.
        self.deliver(headers=self.HEADERS, compression="gzip", exactly_once=False).stop()
        self.check_messages(self.read_with("/usr/bin/python3", str(HERE / "clients" / "kafka_python_consume.py")))


class LimitsTest(KafkaCase):
    PROPERTIES = "message.max.bytes=20000\n"

    def test_what_is_too_large_becomes_an_error_event_and_the_rest_arrives(self):
        log = self.folder / "app.log"
        lines = [f"src=tail n={n} " + ("x" * 30000 if n in (10, 500) else "y" * 100) for n in range(1000)]
        log.write_text("\n".join(lines) + "\n", encoding="ascii")
        daemon = self.world.andond("writer", {
            "inputs": [config.tail(log)],
            "outputs": [kafka_out(self.kafka.address, match="log.**", compression="none"),
                        config.file_out(self.out, match="andon.error.**")]})
        daemon.start()
        wait_until(lambda: Metrics(daemon.metrics()).sum("andon_events_rejected_total", kind="output") >= 2,
                   "two are refused", 30, step=0.2)
        self.wait_passed(daemon, 1000)  # 998, and the two error events in the file.
        self.assertEqual(numbers(self.kafka.read("logs")), [n for n in range(1000) if n not in (10, 500)])
        errors = [json.loads(line) for path in self.out.iterdir() for line in path.read_text().splitlines()]
        self.assertEqual(len(errors), 2)
        for error in errors:
            self.assertIn("exceeds the topic's max.message.bytes", error["error"])
        daemon.stop()


class ReadTest(KafkaCase):
    def reader(self, **more):
        return self.world.andond("reader", {
            "inputs": [{"type": "kafka", "brokers": self.kafka.address, "topics": "logs", "tag": "log.${topic}", **more}],
            "outputs": [config.file_out(self.out)]})

    def test_offsets_in_the_journal_give_every_event_once_through_kills(self):
        self.deliver(count=40000).stop()
        reader = self.reader()
        for _ in range(8):
            reader.start()
            before = self.arrived().count("dummy")
            wait_until(lambda b=before: self.arrived().count("dummy") > b or b >= 40000, "some arrive", 30)
            reader.kill()
        reader.start()
        self.wait_arrived("dummy", 40000)
        self.check_ledgers(reader)
        reader.stop()

    def test_a_group_commits_what_is_durable(self):
        self.deliver().stop()
        reader = self.reader(group="readers")
        reader.start()
        self.wait_arrived("dummy", EVENTS)
        reader.stop()
        again = self.reader(group="readers")
        again.start()
        self.deliver(name="more", source="more").stop()
        self.wait_arrived("more", EVENTS)
        self.check_exact("dummy", EVENTS)
        again.stop()


class RightsTest(KafkaCase):
    PROPERTIES = """authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
listeners=PLAINTEXT://127.0.0.1:@plain@,CONTROLLER://127.0.0.1:@control@,SASL_SSL://127.0.0.1:@secure@
advertised.listeners=PLAINTEXT://127.0.0.1:@plain@,SASL_SSL://127.0.0.1:@secure@
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_andon="secret";
sasl.enabled.mechanisms=PLAIN
ssl.keystore.type=PEM
ssl.keystore.location=@store@
"""

    def setUp(self):
        Case.setUp(self)
        authority = Authority(self.folder / "authority")
        certificate, key = authority.issue("localhost")
        store = self.folder / "broker.pem"
        store.write_text(key.read_text() + certificate.read_text())
        self.ca = authority.certificate
        self.secure = self.world.port()
        self.kafka = Kafka(self.world, self.VERSION)
        places = {"plain": self.kafka.port, "control": self.kafka.port + 1, "secure": self.secure, "store": store}
        properties = self.PROPERTIES
        for name, value in places.items():
            properties = properties.replace(f"@{name}@", str(value))
        self.kafka.configure(properties)
        self.kafka.start()

    def secured(self, **more):
        return kafka_out(f"127.0.0.1:{self.secure}", tls={"ca": str(self.ca)},
                         sasl={"mechanism": "PLAIN", "user": "andon", "password": "secret"}, **more)

    def test_a_topic_that_may_not_be_written_holds_back_its_own_events_only(self):
        self.kafka.admin("topic:log.good:1", "topic:log.bad:1", "grant:andon:CLUSTER:kafka-cluster:CREATE",
                         "grant:andon:TRANSACTIONAL_ID:andon-*:ALL", "grant:andon:TOPIC:andon-cursors:ALL",
                         "grant:andon:TOPIC:log.good:WRITE", "grant:andon:TOPIC:log.bad:DESCRIBE")
        daemon = self.world.andond("writer", {
            "inputs": [config.dummy("good", rate=100, tag="log.good"), config.dummy("bad", rate=100, tag="log.bad")],
            "outputs": [self.secured(topic="${tag}", create_topics=None)]})
        daemon.start()
        wait_until(lambda: 'topic \\"log.bad\\": not allowed; grant WRITE' in daemon.said(), "the topic is named", 60,
                   step=0.2)
        for _ in range(3):
            before = len(numbers(self.kafka.read("log.good")))
            wait_until(lambda b=before: len(numbers(self.kafka.read("log.good"))) > b + 500, "the others arrive", 60,
                       step=0.5)
        self.assertEqual(self.kafka.read("log.bad"), b"")
        daemon.kill()
        seen = numbers(self.kafka.read("log.good"))
        self.assertEqual(seen, list(range(len(seen))))

    def test_rights_that_are_missing_are_named(self):
        daemon = self.world.andond("writer", {
            "inputs": [config.dummy("dummy", rate=100)],
            "outputs": [self.secured()]})
        daemon.start()
        wait_until(lambda: "not allowed; grant" in daemon.said(), "what is missing is said", 60, step=0.2)
        daemon.stop()
        refused = self.check(brokers=f"127.0.0.1:{self.secure}", tls={"ca": str(self.ca)},
                             sasl={"mechanism": "PLAIN", "user": "andon", "password": "wrong"})
        self.assertEqual(refused.returncode, 1)
        self.assertIn("address and credentials: no broker answers", refused.stderr)
        self.assertIn("uthentication", refused.stderr)
        wrong = self.world.andond("wrong", {
            "inputs": [config.dummy("dummy", rate=100)],
            "outputs": [kafka_out(f"127.0.0.1:{self.secure}", tls={"ca": str(self.ca)},
                                  sasl={"mechanism": "PLAIN", "user": "andon", "password": "wrong"})]})
        wrong.start()
        wait_until(lambda: "uthentication" in wrong.said(), "the login is refused", 60, step=0.2)
        wrong.kill()


if __name__ == "__main__":
    main()
