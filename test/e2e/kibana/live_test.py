#!/usr/bin/python3
"""A real Kibana shows what andon sent to a real Elasticsearch: Discover and every dashboard.

Kibana 5.1 with Elasticsearch 5.6, the newest that can be had for a test; the screenshots stay in
kibana-screenshots in the build folder.
"""

import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import queries  # noqa: E402  (found by the lines above)
from fleet import DEPLOY, REQUESTS, Fleet  # noqa: E402
from harness import BIN, World, wait_until  # noqa: E402
from search import SearchNode  # noqa: E402
from old_kibana import Kibana, put_objects  # noqa: E402
from objects import content, model  # noqa: E402

PICTURES = BIN / "kibana-screenshots"
LAST_HOUR = "_g=(time:(from:now-1h,mode:quick,to:now))"  # A dashboard opens with a time of its own.


class KibanaLive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World("kibana")
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.node = SearchNode(cls.world.port(), version="5.6.16")
        cls.world.at_end(cls.node.end)
        cls.node.start()
        cls.kibana = Kibana(cls.world, cls.node)
        put_objects(cls.node)
        cls.fleet = Fleet(cls.world, {"type": "elasticsearch", "hosts": [cls.node.url], "type_name": "doc",
                                      "install": {"templates": True}})
        cls.fleet.wait_delivered(lambda: cls.ask("NOT tag:(andon.log OR andon.metrics)"))
        wait_until(lambda: cls.ask("andon.cause:filtered") > 1 and cls.ask("andon.cause:too_long") > 1 and
                   cls.ask("andon.events_rejected:>0") > 0, "counts of what was dropped and refused")
        cls.seen = cls.kibana.look({
            **{one.id: f"/discover/{one.id}?{LAST_HOUR}" for one in content.SEARCHES},
            **{one.id: f"/dashboard/{one.id}" for one in content.DASHBOARDS}}, PICTURES)

    @classmethod
    def ask(cls, query):
        cls.node.refresh("andon-*")
        status, answer = cls.node.ask("POST", "/andon-*/_search", {"size": 0, "query": queries.lucene(query)})
        return answer["hits"]["total"] if status == 200 else 0  # An index that is being made has no shard yet.

    def test_discover_shows_the_events_of_every_saved_search(self):
        for search in content.SEARCHES:
            with self.subTest(search.id):
                seen = self.seen[search.id]
                self.assertGreater(int(seen["hits"].replace(",", "")), 0)
                self.assertGreater(seen["rows"], 0)
                self.assertEqual(seen["errors"], [])

    def test_discover_counts_what_was_sent(self):
        shown = {one.id: int(self.seen[one.id]["hits"].replace(",", "")) for one in content.SEARCHES}
        self.assertEqual(shown["andon-http-requests"] + self.fleet.dropped(), 2 * REQUESTS)
        self.assertEqual(shown["andon-syslog-messages"], self.ask("_exists_:log.syslog.severity.name"))

    def test_every_panel_of_every_dashboard_is_drawn(self):
        for dashboard in content.DASHBOARDS:
            seen = self.seen[dashboard.id]
            self.assertEqual(seen["errors"], [], dashboard.id)
            wanted = [panel for panel, *_ in model.places(dashboard)]
            self.assertEqual(len(seen["panels"]), len(wanted), dashboard.id)
            by_title = {panel["title"].strip(): panel for panel in seen["panels"]}
            for panel in wanted:
                with self.subTest(panel.id):
                    self.check(panel, by_title[panel.title])

    def test_the_import_script_tells_that_this_kibana_is_too_old(self):
        ran = subprocess.run(["/usr/bin/python3", "-B", DEPLOY / "import", "--url", self.kibana.url], check=False,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("Kibana 5.1.1 is too old: the objects need 8.0 or newer", ran.stderr)

    def check(self, panel, seen):
        self.assertFalse(seen["empty"], seen)
        kind = "search" if isinstance(panel, model.Search) else panel.kind
        if kind in ("histogram", "line", "area", "pie"):
            self.assertGreater(seen["marks"], 0, seen)
        elif kind in ("table", "search"):
            self.assertGreater(seen["rows"], 0, seen)
        elif kind == "metric":
            self.assertEqual(len(seen["numbers"]), len(panel.metrics), seen)
            self.assertNotIn("?", seen["numbers"])
        else:
            self.assertIn("syslog", seen["text"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
