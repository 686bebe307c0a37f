"""The same objects as the documents of a `.kibana` index of Kibana 5: the live test shows them there."""

import json

from . import aggs, content, fields, model

VERSION = "5.1.1"
KINDS = {"keyword": "string", "ip": "ip", "text": "string", "long": "number", "float": "number", "date": "date"}


def query_string(query):
    return {"query": {"query_string": {"query": query, "analyze_wildcard": True}}}


def search_source(pattern, query, **more):
    return {"searchSourceJSON": json.dumps({"index": pattern, **query_string(query), "filter": [], **more})}


def index_pattern(pattern):
    known = [{"name": name, "type": KINDS[kind], "count": 0, "scripted": False, "indexed": True,
              "analyzed": kind == "text", "doc_values": kind != "text", "searchable": True,
              "aggregatable": kind != "text"} for name, kind in fields.KINDS.items()]
    known += [{"name": name, "type": "string" if name != "_source" else "_source", "count": 0, "scripted": False,
               "indexed": False, "analyzed": False, "doc_values": False, "searchable": False, "aggregatable": False}
              for name in ("_source", "_id", "_type", "_index")]
    return {"title": pattern, "timeFieldName": "@timestamp", "fields": json.dumps(known),
            "fieldFormatMap": json.dumps(fields.FORMATS)}


def search(pattern, it):
    return {"title": it.title, "description": it.description, "hits": 0, "columns": list(it.columns),
            "sort": ["@timestamp", "desc"], "version": 1,
            "kibanaSavedObjectMeta": search_source(pattern, it.query)}


def params(panel, links):
    if panel.kind == "markdown":
        return {"markdown": panel.text % links}
    if panel.kind == "table":
        return {"perPage": panel.page, "showPartialRows": False, "showMeticsAtAllLevels": False, "showTotal": False,
                "totalFunc": "sum", "sort": {"columnIndex": None, "direction": None}}
    if panel.kind == "pie":
        return {"shareYAxis": True, "addTooltip": True, "addLegend": True, "legendPosition": "right", "isDonut": True}
    if panel.kind == "metric":
        return {"handleNoResults": True, "fontSize": 40}
    return {"shareYAxis": True, "addTooltip": True, "addLegend": True, "legendPosition": "right", "showCircles": True,
            "smoothLines": False, "interpolate": "linear", "scale": "linear", "drawLinesBetweenPoints": True,
            "radiusRatio": 9, "times": [], "addTimeMarker": False, "defaultYExtents": False, "setYExtents": False,
            "yAxis": {}, "mode": "stacked"}


def visualization(pattern, panel):
    links = {dashboard.id: f"#/dashboard/{dashboard.id}" for dashboard in content.DASHBOARDS}
    state = {"title": panel.title, "type": panel.kind, "params": params(panel, links), "listeners": {},
             "aggs": aggs.aggs(panel, {"customInterval": "2h"}, {}, query_string)}
    return {"title": panel.title, "description": "", "version": 1, "visState": json.dumps(state),
            "uiStateJSON": json.dumps({"vis": {"colors": dict(panel.colors)}} if panel.colors else {}),
            "kibanaSavedObjectMeta": search_source(pattern, panel.query)}


def dashboard(it):
    panels = []
    for number, (panel, x, y, width, height) in enumerate(model.places(it), 1):
        place = {"id": panel.id, "panelIndex": number, "size_x": width, "size_y": height, "col": x + 1, "row": y + 1}
        if isinstance(panel, model.Search):
            place.update(type="search", columns=list(panel.columns), sort=["@timestamp", "desc"])
        else:
            place.update(type="visualization")
        panels.append(place)
    return {"title": it.title, "description": it.description, "hits": 0, "version": 1,
            "panelsJSON": json.dumps(panels), "optionsJSON": json.dumps({"darkTheme": False}), "uiStateJSON": "{}",
            "timeRestore": True, "timeFrom": it.since, "timeTo": "now",
            "refreshInterval": {"display": "Off", "pause": False, "value": 0},
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps({"filter": [query_string("*")]})}}


def documents(pattern="andon-*"):
    """(type, id, document)"""
    yield "index-pattern", pattern, index_pattern(pattern)
    for it in content.SEARCHES:
        yield "search", it.id, search(pattern, it)
    for panel in content.panels():
        yield "visualization", panel.id, visualization(pattern, panel)
    for it in content.DASHBOARDS:
        yield "dashboard", it.id, dashboard(it)
    yield "config", VERSION, {"defaultIndex": pattern, "buildNum": 14566}
