"""Adds up the loss ledger of a running andond: in = out + held + dropped(by cause), part by part."""

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


def problems(metrics):
    """What does not add up; empty when the ledger is right."""
    found = []
    table = lines(metrics)
    if not table:
        return ["the ledger has no line"]
    for (kind, part), line in table.items():
        out = line["passed"] + line["rejected"] + line["held"] + sum(line["dropped"].values())
        if line["received"] != out:
            found.append(f"{kind} {part}: received {line['received']:.0f}, but {line}")
    return found
