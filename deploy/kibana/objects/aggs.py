"""A panel's metrics and buckets as the `aggs` of a visState, which Kibana 5 to 9 and OpenSearch
Dashboards read alike; what is not alike is an argument."""

# Where a bucket goes, by the kind of the panel: of a table rows; of a pie slices; else the time is the
# axis and the rest are series.
SPLIT, AXIS, ROWS = "group", "segment", "bucket"


def metric_params(metric):
    params = {"field": metric.field} if metric.field else {}
    if metric.kind == "percentiles":
        params["percents"] = list(metric.percents)
    return {**params, "customLabel": metric.label}


def schema_of(panel, bucket):
    if panel.kind == "table":
        return ROWS
    return AXIS if panel.kind == "pie" or bucket.kind == "date_histogram" else SPLIT


def aggs(panel, time_params, terms_params, query_of):
    """`time_params` and `terms_params`: what the version wants besides; `query_of`: a Lucene query as
    it writes one."""
    made = [{"id": str(number), "enabled": True, "type": metric.kind, "schema": "metric",
             "params": metric_params(metric)} for number, metric in enumerate(panel.metrics, 1)]
    for number, bucket in enumerate(panel.buckets, len(made) + 1):
        if bucket.kind == "date_histogram":
            params = {"field": bucket.field, "interval": "auto", "min_doc_count": 1, "extended_bounds": {},
                      **time_params}
        elif bucket.kind == "terms":
            params = {"field": bucket.field, "size": bucket.size, "order": "asc" if bucket.ascending else "desc",
                      "orderBy": bucket.order, **terms_params, "customLabel": bucket.label}
        else:
            params = {"filters": [{"input": query_of(query), "label": label} for label, query in bucket.filters]}
        made.append({"id": str(number), "enabled": True, "type": bucket.kind,
                     "schema": schema_of(panel, bucket), "params": params})
    return made
