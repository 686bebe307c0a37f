"""What Kibana asks a search node for a panel, made from the saved object that is shipped."""

import json


def lucene(query):
    return {"query_string": {"query": query or "*", "analyze_wildcard": True}}


def source_of(thing):
    return json.loads(thing["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])


def query_of(thing):
    return lucene(source_of(thing)["query"]["query"])


def metric_body(agg):
    if agg["type"] == "percentiles":
        return {"percentiles": {"field": agg["params"]["field"], "percents": agg["params"]["percents"]}}
    return {agg["type"]: {"field": agg["params"]["field"]}}


def bucket_body(agg):
    params = agg["params"]
    if agg["type"] == "date_histogram":
        return {"date_histogram": {"field": params["field"], "fixed_interval": "1m",
                                   "min_doc_count": params["min_doc_count"]}}
    if agg["type"] == "terms":
        return {"terms": {"field": params["field"], "size": params["size"],
                          "order": {params["orderBy"]: params["order"]}}}
    return {"filters": {"filters": {one["label"]: lucene(one["input"]["query"]) for one in params["filters"]}}}


def aggregations(state):
    """The aggs of a visState, the buckets around the metrics. A count is what a bucket has anyway."""
    metrics = [agg for agg in state["aggs"] if agg["schema"] == "metric"]
    counts = {agg["id"] for agg in metrics if agg["type"] == "count"}
    inner = {agg["id"]: metric_body(agg) for agg in metrics if agg["id"] not in counts}
    for agg in reversed([agg for agg in state["aggs"] if agg["schema"] != "metric"]):
        body = bucket_body(agg)
        order = body.get("terms", {}).get("order", {})
        if set(order) & counts:
            body["terms"]["order"] = {"_count": next(iter(order.values()))}
        # What orders the terms must be inside of them, whatever is between.
        needed = {key.split(".")[0] for key in order} - counts
        around = {key: metric_body(one) for one in metrics for key in [one["id"]] if key in needed}
        inner = {agg["id"]: {**body, "aggs": {**around, **inner}}}
    return inner


def body_of(visualization):
    state = json.loads(visualization["attributes"]["visState"])
    return {"size": 0, "track_total_hits": True, "query": query_of(visualization), "aggs": aggregations(state)}


def fields_of(thing):
    """Every field that a search or a visualization names, in its queries too."""
    attributes = thing["attributes"]
    named = set(attributes.get("columns", ()))
    texts = [source_of(thing)["query"]["query"]]
    for agg in json.loads(attributes.get("visState", '{"aggs": []}'))["aggs"]:
        if "field" in agg["params"]:
            named.add(agg["params"]["field"])
        texts += [one["input"]["query"] for one in agg["params"].get("filters", ())]
    for text in texts:
        for word in text.replace("(", " ").replace(")", " ").split():
            if word.startswith("_exists_:"):
                named.add(word.split(":")[1])
            elif ":" in word:
                named.add(word.split(":")[0])
    return named
