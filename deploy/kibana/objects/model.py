"""What a search, a panel and a dashboard are, before they are written for one version of Kibana."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Metric:
    kind: str  # count, sum, max, cardinality, percentiles
    label: str
    field: str = ""
    percents: tuple = ()


@dataclasses.dataclass(frozen=True)
class Bucket:
    kind: str  # date_histogram, terms, filters
    label: str = ""
    field: str = ""
    size: int = 10
    order: str = "1"  # The number of the metric that orders terms; with a percentile: 1.95
    ascending: bool = False
    filters: tuple = ()  # (label, Lucene query)


@dataclasses.dataclass(frozen=True)
class Panel:
    """A visualization. `kind`: histogram, line, area, pie, table, metric, markdown."""

    id: str
    title: str
    kind: str
    query: str = "*"  # Lucene.
    metrics: tuple = ()
    buckets: tuple = ()
    axis: str = ""  # Title of the value axis.
    colors: tuple = ()  # (label, colour)
    text: str = ""  # Of a markdown panel.
    page: int = 10  # Rows of a table that are shown at once.


@dataclasses.dataclass(frozen=True)
class Search:
    """A saved search: Discover shows it, and dashboards as a panel."""

    id: str
    title: str
    description: str
    query: str
    columns: tuple


@dataclasses.dataclass(frozen=True)
class Dashboard:
    id: str
    title: str
    description: str
    since: str  # How far back it looks when it is opened.
    rows: tuple  # (height, ((width, Panel or Search), ...)); widths of a row add up to COLUMNS


COLUMNS = 12


def places(dashboard):
    """Each panel with its place: (panel, x, y, width, height)."""
    y = 0
    for height, panels in dashboard.rows:
        x = 0
        for width, panel in panels:
            yield panel, x, y, width, height
            x += width
        if x != COLUMNS:
            raise ValueError(f"{dashboard.id}: a row is {x} columns wide, not {COLUMNS}")
        y += height


def count(label):
    return Metric("count", label)


def total(field, label):
    return Metric("sum", label, field)


def largest(field, label):
    return Metric("max", label, field)


def different(field, label):
    return Metric("cardinality", label, field)


def percentiles(field, label, *percents):
    return Metric("percentiles", label, field, percents)


def over_time():
    return Bucket("date_histogram", field="@timestamp")


def by(field, label, size=10, order="1", ascending=False):
    return Bucket("terms", label, field, size, order, ascending)


def cases(*filters):
    return Bucket("filters", filters=filters)
