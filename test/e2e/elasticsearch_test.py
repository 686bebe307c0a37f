#!/usr/bin/python3
"""andond -> a real Elasticsearch node: each event once, as it was, through crashes of either."""

import json
import os
import pathlib
import random
import socket
import struct
import subprocess
import time
import unittest

import msgpack

import config
import poison
from faulty_proxy import FAULTS, FaultyProxy
from harness import ANDON, Failure, Ports, World, wait_until
from ledger import Metrics, problems
from search import SearchNode, numbers_once

FAST = {"initial": "20ms", "max": "500ms"}
EVENTS = 20_000


def output(node, **more):
    return {"type": "elasticsearch", "match": "**", "hosts": [node.url], "retry": FAST, **more}


def forwarded(tag, records):
    """A Forward message of packed records."""
    now = msgpack.ExtType(0, struct.pack(">II", int(time.time()), 123_456_789))
    entries = b"".join(b"\x92" + msgpack.packb(now) + record for record in records)
    return b"\x92" + msgpack.packb(tag) + struct.pack(">BI", 0xc6, len(entries)) + entries


def dummy(count, rate=0, **more):
    """Numbered from 0, and an end."""
    return {"type": "dummy", "tag": "log.dummy", "rate": rate, "count": count, "sequence": "n", "first": 0, **more}


class SearchCase(unittest.TestCase):
    """One node for all tests of a class; an index for each."""

    kind = "elasticsearch"
    version = ""
    settings = "http.max_content_length: 2mb\n"

    @classmethod
    def setUpClass(cls):
        cls.ports = Ports()
        cls.node = SearchNode(cls.ports.take(), cls.kind, cls.version, cls.settings).start()

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



class Elasticsearch(SearchCase):
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


    def test_faults_of_every_kind_lose_and_double_nothing(self):
        proxy = FaultyProxy(self.world.port(), self.node.port, FAULTS)
        self.addCleanup(proxy.stop)
        daemon = self.start([dummy(EVENTS)], hosts=[proxy.url], timeout="2s", chunk={"events": 500})
        self.wait_count(EVENTS, 180)
        wait_until(lambda: Metrics(daemon.metrics()).sum("andon_events_held") == 0, "nothing is held", 60)
        self.stop(daemon)
        self.check_once(EVENTS)
        self.assertEqual([fault for fault, count in proxy.met.items() if count == 0], [], proxy.met)

    def test_poison_is_in_the_error_stream_once_and_everything_else_in_its_index(self):
        self.node.must("PUT", f"/{self.index}-all", {"mappings": poison.MAPPING})
        errors = self.world.folder / "errors"
        errors.mkdir()
        port = self.world.port()
        daemon = self.world.andond("andond", {
            "inputs": [config.forward_in(port)],
            "outputs": [output(self.node, match="log.**", index=self.index + "-all"),
                        config.file_out(errors, match="andon.error.**")]}).start()
        records = list(poison.GOOD.values()) + list(poison.BAD.values())
        records += [poison.raw({"case": "plain", "n": n}) for n in range(3000)]
        random.Random(3).shuffle(records)
        with socket.create_connection(("127.0.0.1", port)) as to:
            to.sendall(forwarded("log.app", records))

        def errors_seen():
            lines = [line for file in errors.glob("*") for line in file.read_text().splitlines()]
            return [json.loads(line) for line in lines]

        self.wait_all(len(poison.GOOD) + 3000)
        wait_until(lambda: len(errors_seen()) >= len(poison.BAD), "the error events", 60)
        self.stop(daemon)
        documents = [document for _, _, document in self.node.documents(self.index + "-all")]
        cases = sorted(document["case"] for document in documents if document["case"] != "plain")
        self.assertEqual(cases, sorted(poison.GOOD))
        numbers_once(self, ((None, None, one) for one in documents if one["case"] == "plain"), "plain", "n", 3000)
        refused = errors_seen()
        self.assertEqual(sorted(one["record"]["case"] for one in refused), sorted(poison.BAD))
        for one in refused:
            self.assertGreater(len(one["error"]), 20, one["error"])
            self.assertEqual((one["tag"], one["plugin"]), ("log.app", "elasticsearch"))
        said = {one["record"]["case"]: one["error"] for one in refused}
        self.assertIn("For input string", said["text_as_long"])
        self.assertIn("http.max_content_length", said["too_big"])
        found = {document["case"]: document for document in documents}
        self.assertEqual(found["int53"]["n"], 2 ** 53 + 1)
        self.assertEqual(found["japanese"]["message"], "日本語のログ 漢字かな交じり文 🎌")
        self.assertIsNone(found["nan"]["n"])

    def wait_all(self, expected):
        wait_until(lambda: self.node.count(self.index + "-all") >= expected, f"{expected} documents", 60, step=0.2)

    def test_templates_make_ecs_fields_and_keep_nanoseconds(self):
        log = self.world.folder / "access.log"
        log.write_text('192.0.2.7 - frank [21/Nov/2026:13:12:19 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "-" "curl/8"\n'
                       * 100)
        daemon = self.start([{**config.tail(log), "tag": "log.http", "parse": {"type": "apache2"}}],
                            install={"templates": True, "name": "ecs"},
                            rename=[{"match": "log.http", "ecs": "access"}])
        self.wait_count(100)
        self.stop(daemon)
        index = self.index + "-2026.11.21"
        fields = self.node.must("GET", f"/{index}/_mapping")[index]["mappings"]["properties"]
        self.assertEqual(fields["@timestamp"]["type"], "date_nanos")
        hit = self.node.must("POST", f"/{index}/_search", {
            "size": 1, "query": {"bool": {"filter": [
                {"term": {"source.ip": "192.0.2.0/24"}}, {"term": {"http.response.status_code": 200}},
                {"term": {"user_agent.original": "curl/8"}}, {"term": {"url.original": "/a?b=c"}}]}}})
        self.assertEqual(hit["hits"]["total"]["value"], 100)
        again = self.node.must("GET", "/_index_template/ecs")["index_templates"][0]["index_template"]
        self.assertEqual(again["index_patterns"], [self.index + "-*"])

    def test_a_data_stream_has_every_event_once_through_lost_answers_and_rollovers(self):
        stream = "logs-andon." + self.index.replace("_", "") + "-test"
        proxy = FaultyProxy(self.world.port(), self.node.port, ("cut_after_apply", "reset_in_body"), 0.4)
        self.addCleanup(proxy.stop)
        daemon = self.world.andond("andond", {"inputs": [dummy(EVENTS, rate=6000)], "outputs": [
            {**output(self.node), "hosts": [proxy.url], "data_stream": stream, "verify_doubtful": True,
             "chunk": {"events": 1000}, "install": {"templates": True, "name": stream}}]}).start()
        for _ in range(3):
            before = self.node.count(stream)
            wait_until(lambda b=before: self.node.count(stream) > min(b + 1000, EVENTS - 1),
                       f"more than {before} documents\n{daemon.said()}", 60)
            self.node.must("POST", f"/{stream}/_rollover", {})
            daemon.kill()
            self.node.must("POST", f"/{stream}/_rollover", {})
            daemon.start()
        wait_until(lambda: self.node.count(stream) >= EVENTS, "all documents", 120, step=0.2)
        self.stop(daemon)
        numbers_once(self, self.node.documents(stream), "dummy", "n", EVENTS)
        self.assertGreaterEqual(len({index for index, _, _ in self.node.documents(stream)}), 3)

    def test_compressed_bodies_are_taken(self):
        for encoding in ("gzip", "zstd"):
            with self.subTest(encoding):
                daemon = self.world.andond(encoding, {"inputs": [dummy(2000)], "outputs": [
                    output(self.node, index=f"{self.index}-{encoding}", compress=encoding)]}).start()
                wait_until(lambda e=encoding: self.node.count(f"{self.index}-{e}") >= 2000, "all documents", 60)
                self.stop(daemon)
                numbers_once(self, self.node.documents(f"{self.index}-{encoding}"), encoding, "n", 2000)

    def test_the_official_javascript_client_reads_it_back(self):
        setup = pathlib.Path(__file__).resolve().parents[1] / "setup" / "clients"
        done = subprocess.run([setup], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failure(f"{setup}: {done.stderr}")
        daemon = self.start([dummy(1000)])
        self.wait_count(1000)
        self.stop(daemon)
        reader = pathlib.Path(__file__).resolve().parent / "clients" / "elasticsearch-read.js"
        read = subprocess.run(["node", reader, self.node.url, self.index + "-*"], capture_output=True, text=True,
                              check=False, timeout=60, env={**os.environ, "NODE_PATH": done.stdout.strip()})
        self.assertEqual(read.returncode, 0, read.stderr)
        seen = json.loads(read.stdout)
        self.assertEqual((seen["count"], seen["distinct"], seen["tag"]), (1000, 1000, "log.dummy"))

    def test_check_connect_proves_the_address_and_says_what_is_wrong(self):
        path = self.world.folder / "check.yaml"

        def check(**options):
            path.write_text(json.dumps({"outputs": [output(self.node, **options)]}))
            return subprocess.run([ANDON, "check", "--connect", path], capture_output=True, text=True, check=False,
                                  timeout=60)

        good = check()
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertIn("address and credentials", good.stdout)
        nobody = check(hosts=[f"127.0.0.1:{self.world.port()}"])
        self.assertEqual(nobody.returncode, 1)
        self.assertIn("onnect", nobody.stderr)


class OpenSearch(SearchCase):
    kind = "opensearch"
    settings = ""

    def test_every_event_is_there_once(self):
        daemon = self.start([dummy(EVENTS)], compress="gzip", install={"templates": True, "lifecycle": True})
        self.wait_count(EVENTS)
        self.stop(daemon)
        self.check_once(EVENTS)
        index = next(self.node.documents(self.index + "-*"))[0]
        fields = self.node.must("GET", f"/{index}/_mapping")[index]["mappings"]["properties"]
        self.assertEqual(fields["@timestamp"]["type"], "date_nanos")

    def test_a_data_stream_takes_events_through_lost_answers(self):
        stream = "logs-andon.test-default"
        proxy = FaultyProxy(self.world.port(), self.node.port, FAULTS, 0.3)
        self.addCleanup(proxy.stop)
        daemon = self.world.andond("andond", {"inputs": [dummy(EVENTS)], "outputs": [
            {**output(self.node), "hosts": [proxy.url], "data_stream": stream, "verify_doubtful": True,
             "timeout": "2s", "chunk": {"events": 1000}, "install": {"templates": True, "name": "stream"}}]}).start()
        wait_until(lambda: self.node.count(stream) >= EVENTS, "all documents", 120, step=0.2)
        self.stop(daemon)
        numbers_once(self, self.node.documents(stream), "dummy", "n", EVENTS)


class OldElasticsearch(SearchCase):
    """Version 5, as the newest Kibana under a free licence wants it."""

    version = "5.6.16"
    settings = ""

    def test_documents_have_a_type_and_the_template_is_a_legacy_one(self):
        daemon = self.start([dummy(EVENTS)], type_name="doc", install={"templates": True})
        self.wait_count(EVENTS)
        self.stop(daemon)
        self.check_once(EVENTS)
        index = next(self.node.documents(self.index + "-*"))[0]
        fields = self.node.must("GET", f"/{index}/_mapping")[index]["mappings"]["doc"]["properties"]
        self.assertEqual((fields["@timestamp"]["type"], fields["tag"]["type"]), ("date", "keyword"))


class WithUsers(SearchCase):
    """A node that asks for a name."""

    @classmethod
    def setUpClass(cls):
        cls.ports = Ports()
        cls.node = SearchNode(cls.ports.take(), user="andon:correct-horse").start()

    def test_basic_authentication_and_what_a_wrong_password_says(self):
        secret = self.world.folder / "password"
        secret.write_text("wrong")
        daemon = self.start([dummy(1000)], user="andon", password="${file:" + str(secret) + "}")
        wait_until(lambda: "check user and password" in daemon.said(), "andond says what is wrong", 30)
        self.assertNotIn("wrong\"", daemon.said())
        daemon.stop()
        secret.write_text("correct-horse")
        daemon.start()
        self.wait_count(1000)
        self.stop(daemon)
        self.check_once(1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
