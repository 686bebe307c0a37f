#!/usr/bin/python3
"""A real Apache writes the log that is tailed, and a real logrotate rotates it under load."""

import json
import os
import pathlib
import pwd
import re
import subprocess
import threading
import unittest
import urllib.request

import yaml

import case
import config
from harness import listening, wait_until

MODULES = pathlib.Path("/usr/lib/apache2/modules")
CONF = pathlib.Path(__file__).resolve().parents[2] / "conf"
LOGROTATE = "/usr/sbin/logrotate"


class Traffic(threading.Thread):
    """Requests one after the other; each number is in the log once."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.sent = 0
        self.asked_to_stop = False

    def run(self):
        opener = urllib.request.build_opener()
        while not self.asked_to_stop:
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.port}/item?src=apache%20n={self.sent}",
                headers={"User-Agent": f'agent "quoted" src=apache n={self.sent}'})
            opener.open(request, timeout=10).read()
            self.sent += 1

    def stop(self):
        self.asked_to_stop = True
        self.join(20)


class ApacheCase(case.Case):
    pattern = "access.log*"  # The log, and what it was renamed to.
    parse = {"type": "apache2"}
    log_format = r'"%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""'

    def setUp(self):
        super().setUp()
        if not MODULES.exists() or not pathlib.Path(LOGROTATE).exists():
            raise unittest.SkipTest("apache2-bin or logrotate is not installed")
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        for folder in (self.folder, self.logs):
            folder.chmod(0o755)
        self.log = self.logs / "access.log"
        self.start_aggregator()
        self.start_collector([config.tail(self.logs / self.pattern, exclude=["*.gz"], parse=self.parse)])
        self.start_apache()

    def start_apache(self):
        self.http = self.world.port()
        site = self.folder / "site"
        site.mkdir()
        (site / "item").write_text("ok\n")
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        path = self.folder / "apache.conf"
        path.write_text(f'''
ServerRoot {self.folder}
ServerName localhost
PidFile {self.folder}/apache.pid
Listen 127.0.0.1:{self.http}
LoadModule mpm_event_module {MODULES}/mod_mpm_event.so
LoadModule authz_core_module {MODULES}/mod_authz_core.so
{user}
DocumentRoot {site}
LogFormat {self.log_format} test
CustomLog {self.log} test
ErrorLog {self.folder}/apache.err
''', encoding="utf-8")
        self.apache = self.world.run("/usr/sbin/apache2", "-f", str(path), "-DFOREGROUND")
        wait_until(lambda: listening(self.http), "Apache listens")
        self.traffic = Traffic(self.http)
        self.traffic.start()
        self.addCleanup(self.traffic.stop)

    def rotate(self, *options):
        path = self.folder / "logrotate.conf"
        mine = pwd.getpwuid(os.getuid()).pw_name
        path.write_text("\n".join([f"{self.log} {{", "rotate 20", "missingok", f"su {mine} {mine}",
                                   *options, "}"]), encoding="utf-8")
        path.chmod(0o644)
        subprocess.run([LOGROTATE, "-f", "-s", str(self.folder / "logrotate.state"), str(path)], check=True,
                       capture_output=True)

    def finish(self):
        self.traffic.stop()
        sent = self.traffic.sent
        self.assertGreater(sent, 100)
        wait_until(lambda: self.count() >= sent, f"{sent} requests arrive", 60, step=0.2)
        self.stop_all(self.collector, self.aggregator)
        arrived = self.arrived()
        numbers = arrived.seen["apache"]
        self.assertEqual(sorted(numbers), list(range(sent)), arrived.report("apache", sent))
        return numbers

    def count(self):
        return self.arrived().count("apache")


class RotationByRename(ApacheCase):
    def test_lines_are_parsed_and_none_is_lost_or_doubled(self):
        pid = self.folder / "apache.pid"
        graceful = ["create", "postrotate", f"kill -USR1 $(cat {pid})", "endscript"]
        for _ in range(4):
            seen = self.count()
            wait_until(lambda s=seen: self.count() > s + 100, "100 more requests")
            self.rotate(*graceful)
        numbers = self.finish()
        self.assertEqual(set(numbers.values()), {1})
        record = json.loads((self.out / "log.tail.json").read_text().splitlines()[0])
        self.assertEqual((record["method"], int(record["code"])), ("GET", 200))
        self.assertIn('agent "quoted" src=apache n=', record["agent"].replace('\\"', '"'))

    def test_a_killed_collector_takes_up_a_log_that_was_rotated_meanwhile(self):
        wait_until(lambda: self.count() > 100, "100 requests")
        pid = self.folder / "apache.pid"
        for _ in range(3):
            self.collector.kill()
            sent = self.traffic.sent
            wait_until(lambda s=sent: self.traffic.sent > s + 100, "requests meanwhile")
            self.rotate("create", "postrotate", f"kill -USR1 $(cat {pid})", "endscript")
            wait_until(lambda s=sent: self.traffic.sent > s + 200, "requests meanwhile")
            self.collector.start()
        self.assertEqual(set(self.finish().values()), {1})


class CopyTruncate(ApacheCase):
    """Between copy and truncate logrotate itself loses what is written: the traffic pauses there. The
    copies are new files with old lines, so the pattern names the log alone."""

    pattern = "access.log"

    def test_copytruncate_loses_and_doubles_nothing(self):
        for _ in range(4):
            seen = self.count()
            wait_until(lambda s=seen: self.count() > s + 100, "100 more requests")
            self.traffic.stop()
            sent = self.traffic.sent
            wait_until(lambda s=sent: self.count() >= s, "all of them arrive")
            self.rotate("copytruncate")
            self.traffic = Traffic(self.http)
            self.traffic.sent = sent
            self.traffic.start()
        self.assertEqual(set(self.finish().values()), {1})


class Durations(ApacheCase):
    """The format and the pattern of conf/apache-duration.yaml."""

    text = (CONF / "apache-duration.yaml").read_text(encoding="utf-8")
    parse = yaml.safe_load(text)["inputs"][0]["parse"]
    log_format = re.search(r'LogFormat (".*") duration', text)[1]

    def test_each_request_has_its_nanoseconds(self):
        wait_until(lambda: self.count() > 100, "100 requests")
        self.finish()
        records = [json.loads(line) for line in (self.out / "log.tail.json").read_text().splitlines()]
        for record in records:
            self.assertEqual((record["page"], record["code"], record["host"]), ("/item", 200, "127.0.0.1"))
            self.assertTrue(record["query"].startswith("src=apache%20n="), record)
            self.assertTrue(0 < record["duration"] < 10**10 and record["duration"] % 1000 == 0, record)


if __name__ == "__main__":
    case.main()
