#!/usr/bin/python3
"""What deploy/kibana asks for is what andon writes into a real Elasticsearch: each field and the index
pattern are there, and every panel and saved search finds events."""

import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import queries  # noqa: E402  (found by the lines above)
from fleet import DEPLOY, MESSAGES, REQUESTS, Fleet  # noqa: E402
from harness import Failure, World, wait_until  # noqa: E402
from search import SearchNode  # noqa: E402

sys.path.insert(0, str(DEPLOY))

from objects import fields  # noqa: E402  (found by the line above)

# What Elasticsearch may say for a kind: nanoseconds are dates too.
TYPES = {"date": {"date", "date_nanos"}, "float": {"float", "double"}}


def numbers(answer):
    """Every value of a metric in an answer's aggregations, and every count of a bucket."""
    if isinstance(answer, list):
        for one in answer:
            yield from numbers(one)
    elif isinstance(answer, dict):
        for key, value in answer.items():
            if key in ("value", "doc_count") and isinstance(value, (int, float)):
                yield value
            elif key == "values":
                yield from (one for one in value.values() if one is not None)
            else:
                yield from numbers(value)


class Panels:
    """Run for each file that is shipped, on a node that it is for."""

    FILE = NODE = ""

    @classmethod
    def setUpClass(cls):
        cls.world = World("kibana-panels")
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.node = SearchNode(cls.world.port(), cls.NODE)
        cls.world.at_end(cls.node.end)
        cls.node.start()
        text = (DEPLOY / cls.FILE).read_text(encoding="utf-8")
        cls.objects = [json.loads(line) for line in text.splitlines()]
        view = next(one["attributes"] for one in cls.objects if one["type"] == "index-pattern")
        cls.pattern, cls.time_field = view["title"], view["timeFieldName"]
        cls.fleet = Fleet(cls.world, {"type": "elasticsearch", "hosts": [cls.node.url], "install": {"templates": True}})
        cls.fleet.wait_delivered(lambda: cls.count("NOT tag:(andon.log OR andon.metrics)"))
        for cause in ("andon.cause:filtered", "andon.cause:too_long", "andon.events_rejected:>0",
                      "andon.kind:journal", "tag:andon.log"):
            wait_until(lambda query=cause: cls.count(query) > 0, cause)

    @classmethod
    def ask(cls, body):
        return cls.node.must("POST", f"/{cls.pattern}/_search", body)

    @classmethod
    def count(cls, query):
        cls.node.refresh(cls.pattern)
        body = {"size": 0, "track_total_hits": True, "query": queries.lucene(query)}
        status, answer = cls.node.ask("POST", f"/{cls.pattern}/_search", body)
        if status == 503:  # An index that is being made has no shard yet.
            return 0
        if status != 200:
            raise Failure(f"{query}: {status}: {answer}")
        return answer["hits"]["total"]["value"]

    def of_type(self, kind):
        return [one for one in self.objects if one["type"] == kind]

    def used_fields(self):
        return {self.time_field}.union(*(queries.fields_of(one) for kind in ("search", "visualization")
                                         for one in self.of_type(kind)))

    def test_every_field_is_there_as_the_kind_that_it_is_used_as(self):
        known = self.node.must("GET", f"/{self.pattern}/_field_caps?fields=*")["fields"]
        for name in sorted(self.used_fields()):
            with self.subTest(name):
                kind = fields.KINDS[name]
                self.assertIn(name, known)
                self.assertLessEqual(set(known[name]), TYPES.get(kind, {kind}))
                caps = next(iter(known[name].values()))
                self.assertTrue(caps["searchable"] and (caps["aggregatable"] or kind == "text"), caps)

    def test_every_field_that_is_described_is_used(self):
        self.assertEqual(set(fields.KINDS) - self.used_fields(), set())

    def test_every_field_has_values(self):
        for name in sorted(self.used_fields()):
            with self.subTest(name):
                self.assertGreater(self.count(f"_exists_:{name}"), 0)

    def test_every_saved_search_finds_events_with_its_columns(self):
        for search in self.of_type("search"):
            with self.subTest(search["id"]):
                hits = self.ask({"size": 100, "query": queries.query_of(search), "_source": False,
                                 "sort": [{name: order} for name, order in search["attributes"]["sort"]],
                                 "fields": search["attributes"]["columns"]})["hits"]["hits"]
                self.assertGreater(len(hits), 0)
                for column in search["attributes"]["columns"]:
                    self.assertTrue(any(column in hit.get("fields", {}) for hit in hits), column)

    def test_every_panel_finds_events_and_counts_them(self):
        for panel in self.of_type("visualization"):
            if json.loads(panel["attributes"]["visState"])["type"] == "markdown":
                continue
            with self.subTest(panel["id"]):
                answer = self.ask(queries.body_of(panel))
                self.assertEqual(answer["_shards"]["failed"], 0)
                self.assertGreater(answer["hits"]["total"]["value"], 0)
                found = list(numbers(answer.get("aggregations", {"doc_count": answer["hits"]["total"]["value"]})))
                self.assertTrue(any(number > 0 for number in found), answer)

    def test_each_aggregation_of_a_panel_has_buckets(self):
        for panel in self.of_type("visualization"):
            state = json.loads(panel["attributes"]["visState"])
            answer = self.ask(queries.body_of(panel)) if state["aggs"] else {}
            level = answer.get("aggregations", {})
            for agg in (one for one in state["aggs"] if one["schema"] != "metric"):
                with self.subTest(f"{panel['id']} {agg['id']}"):
                    buckets = level[agg["id"]]["buckets"]
                    self.assertGreater(len(buckets), 0)
                    level = next(iter(buckets.values())) if isinstance(buckets, dict) else buckets[0]

    def test_the_panels_count_what_was_sent(self):
        totals = self.ask(queries.body_of(next(one for one in self.objects if one["id"] == "andon-http-rate")))
        sent = sum(status["doc_count"] for status in totals["aggregations"]["2"]["buckets"].values())
        self.assertEqual(sent + self.fleet.dropped(), 2 * REQUESTS)

    def test_latencies_are_nanoseconds(self):
        body = queries.body_of(next(one for one in self.objects if one["id"] == "andon-http-slow"))
        page = self.ask(body)["aggregations"]["3"]["buckets"][0]
        self.assertEqual(page["key"], "/search")  # As traffic.py has it.
        self.assertTrue(5e6 < page["1"]["values"]["50.0"] < 5e7, page)

    def sums(self, query):
        """What the ledger's table shows of some parts, added up."""
        self.node.refresh(self.pattern)
        names = ("received", "passed", "dropped")
        aggs = {name: {"sum": {"field": f"andon.events_{name}"}} for name in names}
        found = self.ask({"size": 0, "query": queries.lucene(query), "aggs": aggs})["aggregations"]
        return tuple(int(found[name]["value"]) for name in names)

    def test_the_ledger_that_was_written_is_the_one_that_andond_has(self):
        dropped = int(self.fleet.dropped())
        for query, wanted in (
                ("andon.id:apache", (2 * REQUESTS, 2 * REQUESTS, 0)),
                ("andon.id:syslog", (MESSAGES + 2, MESSAGES, 2)),  # Two are too long.
                ("andon.id:no-images", (2 * REQUESTS, 2 * REQUESTS - dropped, dropped))):
            with self.subTest(query):
                wait_until(lambda q=query, w=wanted: self.sums(q) >= w, f"{query}: {wanted}, has {self.sums(query)}")
                self.assertEqual(self.sums(query), wanted)


class OnElasticsearch(Panels, unittest.TestCase):
    FILE, NODE = "kibana.ndjson", "elasticsearch"


class OnOpenSearch(Panels, unittest.TestCase):
    FILE, NODE = "opensearch-dashboards.ndjson", "opensearch"


if __name__ == "__main__":
    unittest.main(verbosity=2)
