"""The objects for the import API of Kibana 8 and 9, and of OpenSearch Dashboards: a line of JSON each.

They carry the versions of Kibana 8.0, which every later one migrates. OpenSearch Dashboards began as
Kibana 7.10 and takes the versions of that.
"""

import dataclasses
import json

from . import aggs, content, fields, model

INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"
UNIT_X, UNIT_Y = 4, 5  # Of the 48 columns, and of rows of 20 pixels, for one of ours.


@dataclasses.dataclass(frozen=True)
class Target:
    file: str
    versions: dict  # Of each type: what the objects are written for.
    panel_version: str
    as_8: bool  # As Kibana 8.0 writes objects; else as 7.10.


KIBANA = Target("kibana.ndjson",
                dict.fromkeys(("index-pattern", "search", "visualization", "dashboard"), "8.0.0"),
                "8.0.0", as_8=True)
OPENSEARCH = Target("opensearch-dashboards.ndjson",
                    {"index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0", "dashboard": "7.9.3"},
                    "7.10.0", as_8=False)
TARGETS = (KIBANA, OPENSEARCH)


def text(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def lucene(query):
    return {"query": query, "language": "lucene"}


def search_source(query, indexed=True, **more):
    source = {"query": lucene(query), "filter": [], **more}
    if indexed:
        source["indexRefName"] = INDEX
    return {"searchSourceJSON": text(source)}


def index_reference():
    return {"id": content.INDEX_ID, "name": INDEX, "type": "index-pattern"}


def made(target, kind, identity, attributes, references=()):
    whole = {"id": identity, "type": kind, "attributes": attributes, "references": list(references),
             "migrationVersion": {kind: target.versions[kind]}}
    if target.as_8:
        whole["coreMigrationVersion"] = "8.0.0"
    return whole


def data_view(target, pattern):
    attributes = {"title": pattern, "timeFieldName": "@timestamp", "fieldFormatMap": text(fields.FORMATS)}
    if target.as_8:  # A name besides the pattern.
        attributes["name"] = content.INDEX_NAME
    return made(target, "index-pattern", content.INDEX_ID, attributes)


def search(target, it):
    return made(target, "search", it.id, {
        "title": it.title, "description": it.description, "columns": list(it.columns),
        "sort": [["@timestamp", "desc"]],
        "kibanaSavedObjectMeta": search_source(it.query, highlightAll=True, version=True)}, [index_reference()])


def axes(panel):
    """What a chart over time needs: its axes, and how each metric is drawn."""
    stacked = panel.kind in ("histogram", "area")
    return {
        "type": panel.kind,
        "grid": {"categoryLines": False},
        "categoryAxes": [{"id": "CategoryAxis-1", "type": "category", "position": "bottom", "show": True, "style": {},
                          "scale": {"type": "linear"}, "labels": {"show": True, "filter": True, "truncate": 100},
                          "title": {}}],
        "valueAxes": [{"id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": "left", "show": True,
                       "style": {}, "scale": {"type": "linear", "mode": "normal"},
                       "labels": {"show": True, "rotate": 0, "filter": False, "truncate": 100},
                       "title": {"text": panel.axis}}],
        "seriesParams": [{"show": True, "type": panel.kind, "mode": "stacked" if stacked else "normal",
                          "data": {"id": str(number), "label": metric.label}, "valueAxis": "ValueAxis-1",
                          "drawLinesBetweenPoints": True, "lineWidth": 2, "interpolate": "linear",
                          "showCircles": True} for number, metric in enumerate(panel.metrics, 1)],
        "addTooltip": True, "addLegend": True, "legendPosition": "right", "times": [], "addTimeMarker": False,
        "labels": {"show": False},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    }


def params(panel, links):
    if panel.kind == "markdown":
        return {"markdown": panel.text % links, "fontSize": 12, "openLinksInNewTab": False}
    if panel.kind == "table":
        return {"perPage": panel.page, "showPartialRows": False, "showMetricsAtAllLevels": False, "showTotal": False,
                "totalFunc": "sum", "percentageCol": ""}
    if panel.kind == "pie":
        return {"type": "pie", "addTooltip": True, "addLegend": True, "legendPosition": "right", "isDonut": True,
                "labels": {"show": False, "values": True, "last_level": True, "truncate": 100}}
    if panel.kind == "metric":
        return {"type": "metric", "addTooltip": True, "addLegend": False, "metric": {
            "percentageMode": False, "useRanges": False, "colorSchema": "Green to Red", "metricColorMode": "None",
            "colorsRange": [{"from": 0, "to": 10000}], "labels": {"show": True}, "invertColors": False,
            "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 40}}}
    return axes(panel)


PALETTE = {"type": "palette", "name": "default"}


def params_of_8(panel, before):
    """What Kibana 7.11 to 8.0 added to the parameters, and their migrations to older objects."""
    if panel.kind == "table":
        return {**before, "showToolbar": True}
    if panel.kind == "pie":
        return {**before, "palette": PALETTE, "distinctColors": True}
    if "seriesParams" not in before:
        return before
    series = [{**one, "circlesRadius": 1} for one in before["seriesParams"]]
    more = {} if panel.kind == "histogram" else {"fittingFunction": "linear"}
    return {**before, "seriesParams": series, "palette": PALETTE, "detailedTooltip": True, **more}


def visualization(target, panel):
    links = {dashboard.id: f"#/view/{dashboard.id}" for dashboard in content.DASHBOARDS}
    drawn = aggs.aggs(
        panel, {"useNormalizedEsInterval": True, "drop_partials": False},
        {"otherBucket": False, "otherBucketLabel": "Other", "missingBucket": False, "missingBucketLabel": "Missing"},
        lucene)
    indexed = panel.kind != "markdown"
    shape = params(panel, links)
    if target.as_8:
        shape = params_of_8(panel, shape)
    return made(target, "visualization", panel.id, {
        "title": panel.title, "description": "", "version": 1,
        "visState": text({"title": panel.title, "type": panel.kind, "params": shape, "aggs": drawn}),
        "uiStateJSON": text({"vis": {"colors": dict(panel.colors)}} if panel.colors else {}),
        "kibanaSavedObjectMeta": search_source(panel.query if indexed else "", indexed)},
        [index_reference()] if indexed else [])


def dashboard(target, it):
    panels, references = [], []
    for number, (panel, x, y, width, height) in enumerate(model.places(it), 1):
        name = f"panel_{number}"
        kind = "search" if isinstance(panel, model.Search) else "visualization"
        options = {"hidePanelTitles": True} if panel is content.LINKS else {}
        panels.append({
            "version": target.panel_version, "type": kind, "panelIndex": str(number), "panelRefName": name,
            "gridData": {"x": x * UNIT_X, "y": y * UNIT_Y, "w": width * UNIT_X, "h": height * UNIT_Y, "i": str(number)},
            "embeddableConfig": {**options, "enhancements": {}} if target.as_8 else options})
        prefix = f"{number}:" if target.as_8 else ""  # From 7.13 on.
        references.append({"id": panel.id, "name": prefix + name, "type": kind})
    return made(target, "dashboard", it.id, {
        "title": it.title, "description": it.description, "version": 1, "hits": 0,
        "timeRestore": True, "timeFrom": it.since, "timeTo": "now", "refreshInterval": {"pause": True, "value": 0},
        "optionsJSON": text({"useMargins": True, "hidePanelTitles": False}), "panelsJSON": text(panels),
        "kibanaSavedObjectMeta": search_source("", indexed=False)}, references)


def objects(target, pattern="andon-*"):
    """In the order in which one refers to those before it."""
    return [data_view(target, pattern),
            *(search(target, it) for it in content.SEARCHES),
            *(visualization(target, panel) for panel in content.panels()),
            *(dashboard(target, it) for it in content.DASHBOARDS)]


def ndjson(target):
    return "".join(text(one) + "\n" for one in objects(target))
