"""Adds up the loss ledger of a running andond: in = out + held + dropped(by cause) + rejected, part by part."""

import re

SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Metrics:
    """Prometheus text as (name, labels) -> value."""

    def __init__(self, text):
        self.samples = []
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            found = SAMPLE.match(line)
            if not found:
                raise AssertionError(f"not a line of Prometheus text: {line!r}")
            name, labels, value = found.groups()
            self.samples.append((name, dict(LABEL.findall(labels or "")), float(value)))

    def sum(self, name, **labels):
        return sum(value for sample, have, value in self.samples
                   if sample == name and labels.items() <= have.items())

    def parts(self):
        """Every (kind, id) that has a ledger line."""
        return sorted({(have["kind"], have["id"]) for name, have, _ in self.samples
                       if name == "andon_events_received_total"})

    def causes(self, **labels):
        return {have["cause"]: value for name, have, value in self.samples
                if name == "andon_events_dropped_total" and labels.items() <= have.items()}


def lines(metrics):
    """(kind, id) -> what came in, what went out, and what is still inside."""
    table = {}
    for kind, part in metrics.parts():
        where = {"kind": kind, "id": part}
        table[kind, part] = {
            "received": metrics.sum("andon_events_received_total", **where),
            "passed": metrics.sum("andon_events_passed_total", **where),
            "rejected": metrics.sum("andon_events_rejected_total", **where),
            "held": metrics.sum("andon_events_held", **where),
            "dropped": metrics.causes(**where),
        }
    return table


def out_of(line):
    """What of a part's events has gone somewhere."""
    return line["passed"] + line["held"] + sum(line["dropped"].values()) + line["rejected"]


def problems(metrics):
    """What does not add up; empty when the ledger is right."""
    table = lines(metrics)
    if not table:
        return ["the ledger has no line"]
    found = [f"{kind} {part}: received {line['received']:.0f}, but {line}"
             for (kind, part), line in table.items()
             if kind != "journal" and line["received"] != out_of(line)]
    return found + chain_problems(table)


def chain_problems(table):
    """From part to part: what inputs emit, as events and as error events, and outputs reject comes to the router, less what filters
    drop; what the router passes is in the journal."""
    total = {kind: {} for kind in ("input", "filter", "router", "journal", "output")}
    for (kind, _), line in table.items():
        for word, value in line.items():
            count = sum(value.values()) if word == "dropped" else value
            total[kind][word] = total[kind].get(word, 0) + count
    entered = total["input"].get("passed", 0) + total["input"].get("rejected", 0) + total["output"].get("rejected", 0)
    routed = total["router"].get("received", 0) + total["filter"].get("dropped", 0)
    found = []
    if entered != routed:
        found.append(f"{entered:.0f} entered the pipeline, but {routed:.0f} were routed or filtered out")
    if total["router"].get("passed", 0) != total["journal"].get("received", 0):
        found.append(f"the router passed {total['router']}, the journal received {total['journal']}")
    return found
