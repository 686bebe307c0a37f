"""What Kibana 8 and 9 and OpenSearch Dashboards demand of the objects; README.md has the sources."""

TEXT, NUMBER, FLAG, LIST, MAP = str, (int, float), bool, list, dict

TOP = {"id": TEXT, "type": TEXT, "attributes": MAP, "references": LIST, "migrationVersion": MAP,
       "coreMigrationVersion": TEXT}
TOP_NEEDED = {"id", "type", "attributes", "references", "migrationVersion"}

# attribute -> type; all others are refused, or mean nothing.
ATTRIBUTES = {
    "index-pattern": {"title": TEXT, "name": TEXT, "timeFieldName": TEXT, "fieldFormatMap": TEXT, "fields": TEXT,
                      "fieldAttrs": TEXT, "runtimeFieldMap": TEXT, "sourceFilters": TEXT, "typeMeta": TEXT,
                      "type": TEXT, "allowNoIndex": FLAG, "allowHidden": FLAG},
    "search": {"title": TEXT, "description": TEXT, "columns": LIST, "sort": LIST, "grid": MAP, "rowHeight": NUMBER,
               "rowsPerPage": NUMBER, "hideChart": FLAG, "breakdownField": TEXT, "kibanaSavedObjectMeta": MAP,
               "isTextBasedQuery": FLAG, "usesAdHocDataView": FLAG, "timeRestore": FLAG, "timeRange": MAP,
               "refreshInterval": MAP, "viewMode": TEXT, "hideAggregatedPreview": FLAG, "hits": NUMBER,
               "version": NUMBER},
    "visualization": {"title": TEXT, "description": TEXT, "visState": TEXT, "uiStateJSON": TEXT, "version": NUMBER,
                      "kibanaSavedObjectMeta": MAP, "savedSearchRefName": TEXT},
    "dashboard": {"title": TEXT, "description": TEXT, "kibanaSavedObjectMeta": MAP, "timeRestore": FLAG,
                  "timeFrom": TEXT, "timeTo": TEXT, "refreshInterval": MAP, "controlGroupInput": MAP,
                  "panelsJSON": TEXT, "optionsJSON": TEXT, "hits": NUMBER, "version": NUMBER},
}
NEEDED = {
    "index-pattern": {"title", "timeFieldName"},
    "search": {"title", "columns", "sort", "kibanaSavedObjectMeta"},
    "visualization": {"title", "visState", "uiStateJSON", "kibanaSavedObjectMeta"},
    "dashboard": {"title", "panelsJSON", "optionsJSON", "kibanaSavedObjectMeta"},
}
# Attributes of OpenSearch Dashboards' data views: the others came to Kibana later.
OPENSEARCH_INDEX_PATTERN = {"title", "timeFieldName", "fieldFormatMap", "fields", "sourceFilters", "typeMeta", "type"}

# The newest version of each type that the oldest server knows which the file is for.
KNOWN = {
    "kibana.ndjson": dict.fromkeys(ATTRIBUTES, (8, 0, 0)),
    "opensearch-dashboards.ndjson": {"index-pattern": (7, 6, 0), "search": (7, 9, 3), "visualization": (7, 10, 0),
                                     "dashboard": (7, 9, 3)},
}

REFRESH = {"pause": FLAG, "value": NUMBER, "display": TEXT, "section": NUMBER}
PANEL = {"version": TEXT, "type": TEXT, "gridData": MAP, "panelIndex": TEXT, "embeddableConfig": MAP,
         "panelRefName": TEXT, "title": TEXT}
COLUMNS = 48

# Schemas of the aggregation-based visualizations: name -> (at least, at most).
MANY = 100
XY = {"metric": (1, MANY), "segment": (0, 1), "group": (0, 3), "split": (0, 1)}
SCHEMAS = {
    "histogram": XY, "line": XY, "area": XY,
    "pie": {"metric": (1, 1), "segment": (0, MANY), "split": (0, 1)},
    "table": {"metric": (1, MANY), "bucket": (0, MANY), "split": (0, 1)},
    "metric": {"metric": (1, MANY), "group": (0, 1)},
    "markdown": {},
}
# Parameters that an object of 8.0.0 has, since the migrations before that add them to older ones.
XY_OF_8 = {"palette", "detailedTooltip"}
PARAMS_OF_8 = {"histogram": XY_OF_8, "line": XY_OF_8 | {"fittingFunction"}, "area": XY_OF_8 | {"fittingFunction"},
               "pie": {"palette", "distinctColors"}, "table": {"showToolbar"}, "metric": set(), "markdown": set()}
# Aggregations: what their params must hold.
METRICS = {"count": set(), "sum": {"field"}, "max": {"field"}, "min": {"field"}, "avg": {"field"},
           "cardinality": {"field"}, "percentiles": {"field", "percents"}}
BUCKETS = {"date_histogram": {"field", "interval", "min_doc_count"},
           "terms": {"field", "size", "order", "orderBy"}, "filters": {"filters"}}
FIELD_FORMATS = {"bytes", "duration", "number", "percent", "string", "url", "date", "boolean", "color"}
