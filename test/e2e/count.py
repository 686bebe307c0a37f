"""Counts what arrived, by source and sequence number, from the files that andond wrote.

Every event of a test carries "src=NAME n=NUMBER" in some field, or a field "src=NAME n" with the number;
what is around it does not matter.
"""

import pathlib
import re

NUMBERED = re.compile(rb'src=(\w+) n(?:=|": ?)(\d+)')


class Arrived:
    """Numbers by source, each with how often it was seen."""

    def __init__(self, folder):
        self.seen = {}
        self.lines = 0
        self.torn = []
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self._read(path)

    def _read(self, path):
        data = path.read_bytes()
        if data and not data.endswith(b"\n"):
            self.torn.append(str(path))
        for line in data.split(b"\n"):
            self.lines += bool(line)
            for source, number in NUMBERED.findall(line):
                numbers = self.seen.setdefault(source.decode(), {})
                key = int(number)
                numbers[key] = numbers.get(key, 0) + 1

    def count(self, source):
        return len(self.seen.get(source, {}))

    def lost(self, source, expected):
        """Those of 0..expected-1 that are not there."""
        numbers = self.seen.get(source, {})
        return [n for n in range(expected) if n not in numbers]

    def doubled(self, source):
        return sorted(n for n, times in self.seen.get(source, {}).items() if times > 1)

    def report(self, source, expected):
        """One line: what was written, and what of it is missing or too much."""
        lost, doubled = self.lost(source, expected), self.doubled(source)
        return (f"{source}: {expected} sent, {self.count(source)} arrived, {len(lost)} lost"
                f"{brief(lost)}, {len(doubled)} doubled{brief(doubled)}")

    def exact(self, source, expected):
        return not self.lost(source, expected) and not self.doubled(source)


def brief(numbers):
    """ (3-9, 12): the first few runs of `numbers`."""
    runs = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs[:5])
    return f" ({text}{', ...' if len(runs) > 5 else ''})" if runs else ""
