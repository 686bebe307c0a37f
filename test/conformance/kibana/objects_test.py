#!/usr/bin/python3
"""Every saved object that is shipped is what the import APIs demand."""

import json
import pathlib
import sys
import unittest

import schema

SHIPPED = pathlib.Path(__file__).resolve().parents[3] / "deploy" / "kibana"
sys.path.insert(0, str(SHIPPED))

from objects import fields  # noqa: E402  (found by the line above)

INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index"


class Objects(unittest.TestCase):
    FILE = ""

    @classmethod
    def setUpClass(cls):
        if not cls.FILE:
            raise unittest.SkipTest("the cases below are of the two files")
        text = (SHIPPED / cls.FILE).read_text(encoding="utf-8")
        cls.lines = text.splitlines()
        cls.objects = [json.loads(line) for line in cls.lines]
        cls.known = schema.KNOWN[cls.FILE]

    def of_type(self, kind):
        return [one for one in self.objects if one["type"] == kind]

    about = ""

    def each(self, kind=None):
        for one in self.objects if kind is None else self.of_type(kind):
            self.about = f"{self.FILE}: {one['type']} {one['id']}"
            yield one

    def _formatMessage(self, msg, standardMsg):  # unittest's own name.
        return f"{self.about}: {super()._formatMessage(msg, standardMsg)}"

    def check_members(self, members, types, needed=()):
        for name, value in members.items():
            self.assertIn(name, types)
            self.assertIsInstance(value, types[name], name)
            if types[name] is schema.NUMBER:
                self.assertNotIsInstance(value, bool, name)
        self.assertEqual(set(needed) - set(members), set())

    def test_there_is_one_of_everything(self):
        self.assertEqual(len(self.of_type("index-pattern")), 1)
        self.assertEqual({one["id"] for one in self.of_type("dashboard")},
                         {"andon-hosts", "andon-http", "andon-syslog", "andon-health"})
        self.assertIn("andon-explorer", {one["id"] for one in self.of_type("search")})

    def test_each_line_is_one_object_with_the_members_of_one(self):
        for one in self.each():
            self.check_members(one, schema.TOP, schema.TOP_NEEDED)
            self.assertIn(one["type"], schema.ATTRIBUTES)
            self.assertRegex(one["id"], r"^[a-z0-9-]+$")
            self.assertNotIn("\n", json.dumps(one))

    def test_a_type_and_id_stand_once(self):
        names = [(one["type"], one["id"]) for one in self.objects]
        self.assertEqual(len(names), len(set(names)))

    def test_titles_stand_once_in_a_type(self):
        titles = [(one["type"], one["attributes"]["title"]) for one in self.objects]
        self.assertEqual(len(titles), len(set(titles)))

    def test_attributes_are_known_and_whole(self):
        for one in self.each():
            self.check_members(one["attributes"], schema.ATTRIBUTES[one["type"]], schema.NEEDED[one["type"]])

    def test_migration_versions_are_known_to_the_oldest_server(self):
        for one in self.each():
            self.assertEqual(list(one["migrationVersion"]), [one["type"]])
            version = tuple(int(part) for part in one["migrationVersion"][one["type"]].split("."))
            self.assertEqual(len(version), 3)
            self.assertLessEqual(version, self.known[one["type"]])
            self.assertLessEqual(one.get("coreMigrationVersion", ""), "8.0.0")

    def test_references_are_whole_and_in_the_file(self):
        present = {(one["type"], one["id"]) for one in self.objects}
        for one in self.each():
            names = [reference["name"] for reference in one["references"]]
            self.assertEqual(len(names), len(set(names)))
            for reference in one["references"]:
                self.assertEqual(set(reference), {"id", "name", "type"})
                self.assertIn((reference["type"], reference["id"]), present)

    def test_an_object_stands_after_what_it_refers_to(self):
        seen = set()
        for one in self.each():
            for reference in one["references"]:
                self.assertIn((reference["type"], reference["id"]), seen)
            seen.add((one["type"], one["id"]))

    def test_searches_name_their_data_view_by_a_reference(self):
        for one in self.each():
            if one["type"] == "index-pattern":
                continue
            source = json.loads(one["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
            self.assertEqual(set(source["query"]), {"query", "language"})
            self.assertIn(source["query"]["language"], ("lucene", "kuery"))
            self.assertIsInstance(source["filter"], list)
            self.assertNotIn("index", source)
            named = [source["indexRefName"]] if "indexRefName" in source else []
            pointed = [ref["name"] for ref in one["references"] if ref["type"] == "index-pattern"]
            self.assertEqual(named, pointed)
            if one["type"] == "search":
                self.assertEqual(named, [INDEX_REFERENCE])

    def test_saved_searches_sort_by_time(self):
        for one in self.each("search"):
            self.assertEqual(one["attributes"]["sort"], [["@timestamp", "desc"]])
            self.assertLessEqual(set(one["attributes"]["columns"]), set(fields.KINDS))

    def test_the_data_view_formats_fields_that_there_are(self):
        for one in self.each("index-pattern"):
            for name, shown in json.loads(one["attributes"]["fieldFormatMap"]).items():
                self.assertIn(name, fields.KINDS)
                self.assertIn(shown["id"], schema.FIELD_FORMATS)
            if self.FILE == "opensearch-dashboards.ndjson":
                self.assertLessEqual(set(one["attributes"]), schema.OPENSEARCH_INDEX_PATTERN)

    def test_visualizations_are_of_known_types_with_their_schemas(self):
        for one in self.each("visualization"):
            state = json.loads(one["attributes"]["visState"])
            self.assertEqual(set(state), {"title", "type", "params", "aggs"})
            self.assertEqual(state["title"], one["attributes"]["title"])
            limits = schema.SCHEMAS[state["type"]]
            used = [agg["schema"] for agg in state["aggs"]]
            self.assertLessEqual(set(used), set(limits))
            for name, (least, most) in limits.items():
                self.assertTrue(least <= used.count(name) <= most, (name, used))
            self.assertIsInstance(json.loads(one["attributes"]["uiStateJSON"]), dict)

    def test_parameters_are_those_of_the_version_that_is_claimed(self):
        for one in self.each("visualization"):
            state = json.loads(one["attributes"]["visState"])
            newer = schema.PARAMS_OF_8[state["type"]]
            series = state["params"].get("seriesParams", ())
            axes = [*state["params"].get("categoryAxes", ()), *state["params"].get("valueAxes", ())]
            self.assertTrue(all("filter" in axis["labels"] for axis in axes))
            if self.FILE == "kibana.ndjson":
                self.assertLessEqual(newer, set(state["params"]))
                self.assertTrue(all("circlesRadius" in drawn for drawn in series))
            else:
                self.assertEqual(newer & set(state["params"]), set())

    def test_aggregations_are_whole(self):
        for one in self.each("visualization"):
            aggs = json.loads(one["attributes"]["visState"])["aggs"]
            identities = [agg["id"] for agg in aggs]
            self.assertEqual(len(identities), len(set(identities)))
            for agg in aggs:
                self.assertEqual(set(agg), {"id", "enabled", "type", "schema", "params"})
                known = schema.METRICS if agg["schema"] == "metric" else schema.BUCKETS
                self.assertLessEqual(known[agg["type"]], set(agg["params"]))
                if "field" in agg["params"]:
                    self.check_field(agg)
                if agg["type"] == "terms":
                    self.check_order(agg["params"], aggs)

    def check_field(self, agg):
        kind = fields.KINDS[agg["params"]["field"]]
        if agg["type"] in ("sum", "avg", "percentiles"):
            self.assertIn(kind, ("long", "float"))
        if agg["type"] == "terms":
            self.assertNotEqual(kind, "text")
        if agg["type"] == "date_histogram":
            self.assertEqual(kind, "date")

    def check_order(self, params, aggs):
        """Terms are ordered by a metric that is there, a percentile by one of its percents."""
        number, _, percent = params["orderBy"].partition(".")
        metric = next(agg for agg in aggs if agg["id"] == number)
        self.assertEqual(metric["schema"], "metric")
        if percent:
            self.assertIn(float(percent), metric["params"]["percents"])
        else:
            self.assertNotEqual(metric["type"], "percentiles")

    def test_charts_draw_every_metric_on_an_axis_that_there_is(self):
        for one in self.each("visualization"):
            state = json.loads(one["attributes"]["visState"])
            if state["type"] not in ("histogram", "line", "area"):
                continue
            metrics = [agg["id"] for agg in state["aggs"] if agg["schema"] == "metric"]
            axes = {axis["id"] for axis in state["params"]["valueAxes"]}
            self.assertEqual([series["data"]["id"] for series in state["params"]["seriesParams"]], metrics)
            self.assertLessEqual({series["valueAxis"] for series in state["params"]["seriesParams"]}, axes)

    def test_dashboards_show_each_of_their_references_once(self):
        for one in self.each("dashboard"):
            panels = json.loads(one["attributes"]["panelsJSON"])
            shown = []
            for panel in panels:
                self.check_members(panel, schema.PANEL, {"type", "gridData", "panelIndex", "embeddableConfig"})
                prefix = f"{panel['panelIndex']}:" if self.FILE == "kibana.ndjson" else ""
                shown.append((prefix + panel["panelRefName"], panel["type"]))
            self.assertEqual(shown, [(ref["name"], ref["type"]) for ref in one["references"]])
            self.check_members(one["attributes"]["refreshInterval"], schema.REFRESH, {"pause", "value"})

    def test_panels_lie_in_the_grid_and_not_on_each_other(self):
        for one in self.each("dashboard"):
            taken = {}
            for panel in json.loads(one["attributes"]["panelsJSON"]):
                place = panel["gridData"]
                self.assertEqual(set(place), {"x", "y", "w", "h", "i"})
                self.assertEqual(place["i"], panel["panelIndex"])
                self.assertLessEqual(place["x"] + place["w"], schema.COLUMNS)
                self.assertGreater(min(place["w"], place["h"]), 0)
                for x in range(place["x"], place["x"] + place["w"]):
                    for y in range(place["y"], place["y"] + place["h"]):
                        self.assertNotIn((x, y), taken)
                        taken[x, y] = panel["panelIndex"]

    def test_markdown_leads_to_dashboards_that_there_are(self):
        ways = 0
        for one in self.each("visualization"):
            state = json.loads(one["attributes"]["visState"])
            for target in state["params"].get("markdown", "").split("(#/view/")[1:]:
                self.assertIn(target.split(")")[0], {it["id"] for it in self.of_type("dashboard")})
                ways += 1
        self.assertEqual(ways, len(self.of_type("dashboard")))


class Kibana(Objects):
    FILE = "kibana.ndjson"


class OpenSearchDashboards(Objects):
    FILE = "opensearch-dashboards.ndjson"


if __name__ == "__main__":
    unittest.main()
