"""The fields of andon's documents that the objects use: names of the Elastic Common Schema where it
has one (https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html), and andon's own."""

# What Elasticsearch must have them as. `deploy/elasticsearch` maps them so.
KINDS = {
    "@timestamp": "date",
    "message": "text",
    "tag": "keyword",
    "host.name": "keyword",
    "error.message": "text",  # Of error events.
    # Access logs.
    "event.duration": "long",  # Nanoseconds.
    "http.request.method": "keyword",
    "http.response.body.bytes": "long",
    "http.response.status_code": "long",
    "source.address": "keyword",
    "source.ip": "ip",
    "url.original": "keyword",
    "url.path": "keyword",
    "user_agent.original": "keyword",
    # syslog, and andon's own log.
    "log.level": "keyword",
    "log.logger": "keyword",
    "log.syslog.appname": "keyword",
    "log.syslog.facility.name": "keyword",
    "log.syslog.severity.name": "keyword",
    # inputs/andon_metrics: a counter is what it has grown by since the event before.
    "andon.kind": "keyword",  # input, filter, router, journal, output.
    "andon.id": "keyword",
    "andon.cause": "keyword",
    "andon.events_received": "long",
    "andon.events_passed": "long",
    "andon.events_dropped": "long",
    "andon.events_rejected": "long",
    "andon.events_retried": "long",
    "andon.events_held": "long",
    "andon.journal_disk_bytes": "long",
}

BYTES = {"id": "bytes", "params": {"pattern": "0,0.[0]b"}}
# How a value is shown, where not as it is.
FORMATS = {
    "event.duration": {
        "id": "duration",
        "params": {"inputFormat": "nanoseconds", "outputFormat": "asMilliseconds", "outputPrecision": 1},
    },
    "http.response.status_code": {"id": "number", "params": {"pattern": "0"}},
    "http.response.body.bytes": BYTES,
    "andon.journal_disk_bytes": BYTES,
}
