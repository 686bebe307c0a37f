"""Everything that is shipped: what is on the dashboards, described once for all versions."""

from .model import Dashboard, Panel, Search, by, cases, count, different, largest, over_time, percentiles, total

INDEX_ID = "andon"
INDEX_NAME = "andon: all events"

HTTP = "_exists_:http.response.status_code"
SYSLOG = "_exists_:log.syslog.severity.name"
METRICS = "_exists_:andon.kind"
INPUTS, OUTPUTS = "andon.kind:input", "andon.kind:output"
# Every cause but those that lose nothing: what a filter is there to drop, and what came twice.
LOST = "_exists_:andon.cause AND NOT andon.cause:(filtered OR repeat)"
BAD_SYSLOG = SYSLOG + " AND log.syslog.severity.name:(emerg OR alert OR crit OR err)"

GREEN, BLUE, YELLOW, ORANGE, RED = "#54B399", "#6092C0", "#D6BF57", "#DA8B45", "#E7664C"
STATUS = cases(*((f"{n}xx", f"http.response.status_code:[{n}00 TO {n}99]") for n in (2, 3, 4, 5)))
STATUS_COLORS = (("2xx", GREEN), ("3xx", BLUE), ("4xx", YELLOW), ("5xx", RED))
SEVERITIES = (("emerg", "#8C1D04"), ("alert", "#B3320D"), ("crit", "#CC5642"), ("err", RED), ("warning", ORANGE),
              ("warn", ORANGE), ("notice", YELLOW), ("info", GREEN), ("debug", "#A3B1C2"))

EXPLORER = Search("andon-explorer", "andon: log explorer", "Every event but andon's own counts",
                  "NOT tag:andon.metrics", ("host.name", "tag", "message"))
REQUESTS = Search("andon-http-requests", "HTTP: requests", "Access logs, a request a line", HTTP,
                  ("host.name", "source.address", "http.request.method", "url.original", "http.response.status_code",
                   "http.response.body.bytes"))
FAILED_REQUESTS = Search("andon-http-failed", "HTTP: failed requests", "Answered with 5xx",
                         HTTP + " AND http.response.status_code:[500 TO 599]",
                         ("host.name", "source.address", "http.request.method", "url.original",
                          "http.response.status_code"))
SYSLOG_MESSAGES = Search("andon-syslog-messages", "syslog: messages", "syslog, a message a line", SYSLOG,
                         ("host.name", "log.syslog.appname", "log.syslog.severity.name", "message"))
BAD_MESSAGES = Search("andon-syslog-errors", "syslog: errors", "err and worse", BAD_SYSLOG,
                      ("host.name", "log.syslog.appname", "log.syslog.severity.name", "message"))
OWN_LOG = Search("andon-own-log", "andon: its own log", "What andond says of itself", "tag:andon.log",
                 ("host.name", "log.level", "log.logger", "message"))

ERROR_EVENTS = Search("andon-error-events", "andon: error events", "What could not be parsed or was refused, and why",
                      "tag:andon.error.*", ("tag", "error.message"))

SEARCHES = (EXPLORER, REQUESTS, FAILED_REQUESTS, SYSLOG_MESSAGES, BAD_MESSAGES, OWN_LOG, ERROR_EVENTS)

# The ways from dashboard to dashboard; %s becomes the address of one in the version at hand.
LINKS = Panel("andon-links", "andon", "markdown", text="[Hosts](%(andon-hosts)s) | [HTTP](%(andon-http)s) | "
              "[syslog](%(andon-syslog)s) | [andon's health](%(andon-health)s)")

HOSTS = Dashboard("andon-hosts", "andon: hosts", "Which hosts send what, and which have gone silent", "now-1h", (
    (1, ((12, LINKS),)),
    (2, ((4, Panel("andon-hosts-count", "Hosts: so many send", "metric", EXPLORER.query,
                   (different("host.name", "Hosts"),))),
         (4, Panel("andon-hosts-events", "Hosts: events", "metric", EXPLORER.query, (count("Events"),))),
         (4, Panel("andon-hosts-trouble", "Hosts: trouble", "metric",
                   f"({BAD_SYSLOG}) OR http.response.status_code:>=500", (count("Errors in syslog and 5xx"),))))),
    (3, ((12, Panel("andon-hosts-time", "Hosts: events over time", "histogram", EXPLORER.query, (count("Events"),),
                    (by("host.name", "Host", 15), over_time()), "events")),)),
    (4, ((7, Panel("andon-hosts-table", "Hosts: who was silent longest first", "table", EXPLORER.query,
                   (largest("@timestamp", "Last event"), count("Events"), different("tag", "Tags")),
                   (by("host.name", "Host", 100, "1", ascending=True),))),
         (5, Panel("andon-hosts-tags", "Hosts: events by tag", "pie", EXPLORER.query, (count("Events"),),
                   (by("tag", "Tag", 10),))))),
    (4, ((12, EXPLORER),)),
))

WEB = Dashboard("andon-http", "andon: HTTP", "Requests by status, latency percentiles, pages and clients",
                "now-1h", (
    (1, ((12, LINKS),)),
    (2, ((6, Panel("andon-http-totals", "HTTP: totals", "metric", HTTP,
                   (count("Requests"), different("source.ip", "Clients"),
                    total("http.response.body.bytes", "Sent")))),
         (3, Panel("andon-http-errors", "HTTP: 5xx", "metric", HTTP + " AND http.response.status_code:[500 TO 599]",
                   (count("Server errors (5xx)"),))),
         (3, Panel("andon-http-refused", "HTTP: 4xx", "metric", HTTP + " AND http.response.status_code:[400 TO 499]",
                   (count("Client errors (4xx)"),))))),
    (3, ((12, Panel("andon-http-rate", "HTTP: requests by status", "histogram", HTTP, (count("Requests"),),
                    (STATUS, over_time()), "requests", STATUS_COLORS)),)),
    (3, ((6, Panel("andon-http-latency", "HTTP: latency percentiles", "line", HTTP + " AND _exists_:event.duration",
                   (percentiles("event.duration", "ms", 50, 95, 99),), (over_time(),), "milliseconds")),
         (6, Panel("andon-http-hosts", "HTTP: requests by host", "line", HTTP, (count("Requests"),),
                   (by("host.name", "Host", 10), over_time()), "requests")))),
    (4, ((6, Panel("andon-http-pages", "HTTP: pages", "table", HTTP,
                   (count("Requests"), total("http.response.body.bytes", "Sent")),
                   (by("url.original", "Page", 50),))),
         (6, Panel("andon-http-slow", "HTTP: slowest pages", "table", HTTP + " AND _exists_:event.duration",
                   (percentiles("event.duration", "ms", 50, 95), count("Requests")),
                   (by("url.path", "Page", 50, "1.95"),))))),
    (4, ((4, Panel("andon-http-clients", "HTTP: clients", "table", HTTP,
                   (count("Requests"), total("http.response.body.bytes", "Sent")),
                   (by("source.ip", "Client", 50),))),
         (4, Panel("andon-http-agents", "HTTP: user agents", "table", HTTP, (count("Requests"),),
                   (by("user_agent.original", "User agent", 50),))),
         (4, Panel("andon-http-codes", "HTTP: status codes", "pie", HTTP, (count("Requests"),),
                   (by("http.response.status_code", "Status", 12), by("http.request.method", "Method", 5)))))),
    (4, ((12, FAILED_REQUESTS),)),
))

SYSTEM = Dashboard("andon-syslog", "andon: syslog", "Messages by severity, program, facility and host",
                   "now-1h", (
    (1, ((12, LINKS),)),
    (2, ((8, Panel("andon-syslog-totals", "syslog: totals", "metric", SYSLOG,
                   (count("Messages"), different("host.name", "Hosts"), different("log.syslog.appname", "Programs")))),
         (4, Panel("andon-syslog-bad", "syslog: err and worse", "metric", BAD_SYSLOG, (count("Errors"),))))),
    (3, ((12, Panel("andon-syslog-time", "syslog: messages by severity", "histogram", SYSLOG, (count("Messages"),),
                    (by("log.syslog.severity.name", "Severity", 8), over_time()), "messages", SEVERITIES)),)),
    (4, ((5, Panel("andon-syslog-programs", "syslog: programs", "table", SYSLOG,
                   (count("Messages"), different("host.name", "Hosts")),
                   (by("log.syslog.appname", "Program", 50),))),
         (4, Panel("andon-syslog-hosts", "syslog: hosts", "table", SYSLOG,
                   (count("Messages"), largest("@timestamp", "Last message")), (by("host.name", "Host", 50),))),
         (3, Panel("andon-syslog-facilities", "syslog: facilities", "pie", SYSLOG, (count("Messages"),),
                   (by("log.syslog.facility.name", "Facility", 12),))))),
    (4, ((12, BAD_MESSAGES),)),
    (4, ((12, SYSLOG_MESSAGES),)),
))

HEALTH = Dashboard("andon-health", "andon: health and loss ledger",
                   "What every part received, passed on and dropped, and why; what waits, and where", "now-15m", (
    (1, ((12, LINKS),)),
    (2, ((6, Panel("andon-health-totals", "Health: in and out", "metric", "andon.kind:(input OR filter OR output)",
                   (total("andon.events_received", "Received, hop by hop"),
                    total("andon.events_passed", "Passed on, hop by hop")))),
         (2, Panel("andon-health-filtered", "Health: taken out", "metric", "andon.cause:(filtered OR repeat)",
                   (total("andon.events_dropped", "By filters, and repeats"),))),
         (2, Panel("andon-health-lost", "Health: lost", "metric", LOST,
                   (total("andon.events_dropped", "Lost, by cause below"),))),
         (2, Panel("andon-health-refused", "Health: refused", "metric", METRICS,
                   (total("andon.events_rejected", "Became error events"),))))),
    (3, ((6, Panel("andon-health-received", "Health: events that came in, by input", "line", INPUTS,
                   (total("andon.events_received", "Events"),),
                   (by("andon.id", "Input", 10), over_time()), "events")),
         (6, Panel("andon-health-delivered", "Health: events delivered, by output", "line", OUTPUTS,
                   (total("andon.events_passed", "Events"),),
                   (by("andon.id", "Output", 10), over_time()), "events")))),
    (3, ((6, Panel("andon-health-held", "Health: events that wait, by output", "line", OUTPUTS,
                   (largest("andon.events_held", "Events"),),
                   (by("andon.id", "Output", 10), over_time()), "events")),
         (6, Panel("andon-health-dropped", "Health: events dropped, by cause", "histogram", "_exists_:andon.cause",
                   (total("andon.events_dropped", "Events"),),
                   (by("andon.cause", "Cause", 10), over_time()), "events")))),
    (5, ((12, Panel("andon-health-ledger", "Loss ledger: what became of events, part by part", "table",
                    "andon.kind:(input OR filter OR output)",
                    (total("andon.events_received", "Received"), total("andon.events_passed", "Passed"),
                     total("andon.events_dropped", "Dropped"), total("andon.events_rejected", "Refused"),
                     total("andon.events_retried", "Tried again"), largest("andon.events_held", "Waiting at most")),
                    (by("host.name", "Host", 50), by("andon.kind", "Kind", 10), by("andon.id", "Part", 50)),
                    page=12)),)),
    (3, ((4, Panel("andon-health-causes", "Loss ledger: dropped, by part and cause", "table", "_exists_:andon.cause",
                   (total("andon.events_dropped", "Dropped"),),
                   (by("host.name", "Host", 50), by("andon.id", "Part", 50), by("andon.cause", "Cause", 20)))),
         (4, Panel("andon-health-disk", "Health: journal on the disk, by host", "line", "andon.kind:journal",
                   (largest("andon.journal_disk_bytes", "Bytes"),),
                   (by("host.name", "Host", 10), over_time()), "bytes")),
         (4, Panel("andon-health-again", "Health: deliveries refused, or tried again", "histogram", OUTPUTS,
                   (total("andon.events_rejected", "Refused"), total("andon.events_retried", "Tried again")),
                   (over_time(),), "events")))),
    (4, ((6, OWN_LOG), (6, ERROR_EVENTS))),
))

DASHBOARDS = (HOSTS, WEB, SYSTEM, HEALTH)


def panels():
    """Every visualization, once."""
    seen = {}
    for dashboard in DASHBOARDS:
        for _, row in dashboard.rows:
            seen.update((panel.id, panel) for _, panel in row if isinstance(panel, Panel))
    return tuple(seen.values())
