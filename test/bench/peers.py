"""The same paths through other log shippers, where they are installed."""

import os
import pathlib
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

from harness import listening, wait_until
from measure import Sample, answer, cpu_seconds, loadgen, peak_rss, touch_memory
from paths import EVENTS, write_log

RSYSLOGD = "/usr/sbin/rsyslogd"
FLUENT_BIT = os.environ.get("FLUENT_BIT")


def lines_in(path):
    if not path.exists():
        return 0
    done = subprocess.run(["wc", "-l", str(path)], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0])


def end(process, events, cpu, began, load_cpu=None):
    """The Sample of what `process` has done since `cpu` and `began`."""
    sample = Sample(events, cpu_seconds(process.pid) - cpu, time.monotonic() - began, peak_rss(process.pid),
                    load_cpu)
    process.terminate()
    process.wait(30)
    return sample


def measure(process, port, load_options, finished):
    """Runs a load against `process` until `finished(events)`."""
    wait_until(lambda: listening(port), "it listens")
    touch_memory()
    cpu, began = cpu_seconds(process.pid), time.monotonic()
    load = answer(loadgen(**load_options))
    wait_until(lambda: finished(load["events"]), "it has written everything", 600, step=0.2)
    return end(process, load["events"], cpu, began, load["cpu"] / load["events"] * 1e6)


def rsyslog_syslog_json(world, scale=1):
    """RFC 5424 over TCP, parsed, with its structured data, as JSON into a file."""
    if not os.path.exists(RSYSLOGD):
        return None
    folder = world.folder / f"rsyslog-{time.monotonic_ns()}"
    folder.mkdir()
    port, out = world.port(), folder / "out.json"
    fields = {"pri": "pri", "time": "timereported", "host": "hostname", "ident": "app-name", "pid": "procid",
              "msgid": "msgid", "sd": "structured-data", "message": "msg"}
    properties = ' constant(value=",") '.join(
        f'property(outname="{name}" name="{source}" format="jsonf")' for name, source in fields.items())
    (folder / "conf").write_text(f'''
global(workDirectory="{folder}")
module(load="imptcp")
template(name="json" type="list") {{ constant(value="{{") {properties} constant(value="}}\\n") }}
input(type="imptcp" address="127.0.0.1" port="{port}")
action(type="omfile" file="{out}" template="json" ioBufferSize="64k" flushOnTXEnd="off")
''', encoding="ascii")
    process = world.run(RSYSLOGD, "-n", "-f", str(folder / "conf"), "-i", str(folder / "pid"))

    def finished(events):
        process.send_signal(signal.SIGHUP)  # Writes what is in its buffer.
        return lines_in(out) >= events

    return measure(process, port, {"command": "syslog", "to": f"127.0.0.1:{port}", "events": int(EVENTS * scale)},
                   finished)


def fluent_bit_binary():
    return FLUENT_BIT and shutil.which(FLUENT_BIT)


def start_fluent_bit(world, arguments):
    """The process, and what tells whether its output has passed on so many events."""
    http = world.port()
    process = world.run(fluent_bit_binary(), "-q", "-H", "-P", str(http), *arguments, stdout=subprocess.DEVNULL)
    wait_until(lambda: listening(http), "it listens")

    def finished(events):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/api/v1/metrics/prometheus") as answered:
                text = answered.read().decode()
        except urllib.error.HTTPError:
            return False  # Nothing is counted yet.
        return sum(float(line.split()[1]) for line in text.splitlines()
                   if line.startswith("fluentbit_output_proc_records_total")) >= events

    return process, finished


def fluent_bit(world, arguments, load, port):
    if not fluent_bit_binary():
        return None
    process, finished = start_fluent_bit(world, arguments)
    return measure(process, port, load, finished)


def fluent_bit_forward(world, scale=1, mode="packed"):
    port = world.port()
    return fluent_bit(
        world, ["-i", "forward", "-p", "listen=127.0.0.1", "-p", f"port={port}", "-o", "null", "-m", "*"],
        {"command": "forward", "to": f"127.0.0.1:{port}", "mode": mode, "events": int(EVENTS * scale),
         "chunk": 4000}, port)


def fluent_bit_message(world, scale=1):
    return fluent_bit_forward(world, scale, "message")


def fluent_bit_syslog_json(world, scale=1):
    port = world.port()
    folder = pathlib.Path(world.folder, f"fluent-bit-{time.monotonic_ns()}")
    folder.mkdir()
    parsers = folder / "parsers.conf"
    parsers.write_text(r'''[PARSER]
    Name bench5424
    Format regex
    Regex ^\<(?<pri>[0-9]{1,5})\>1 (?<time>[^ ]+) (?<host>[^ ]+) (?<ident>[^ ]+) (?<pid>[-0-9]+) (?<msgid>[^ ]+) (?<extradata>(\[(.*)\]|-)) (?<message>.+)$
    Time_Key time
    Time_Format %Y-%m-%dT%H:%M:%S.%L%z
''', encoding="ascii")
    return fluent_bit(
        world, ["-R", str(parsers), "-i", "syslog", "-p", "mode=tcp", "-p", "listen=127.0.0.1", "-p", f"port={port}",
                "-p", "parser=bench5424", "-o", "file", "-p", f"path={folder}", "-p", "format=plain", "-m", "*"],
        {"command": "syslog", "to": f"127.0.0.1:{port}", "events": int(EVENTS * scale)}, port)


def fluent_bit_tail_forward(world, scale=1):
    """An Apache log, parsed, kept on the disk, and forwarded with acknowledgements."""
    if not fluent_bit_binary():
        return None
    events = int(EVENTS * scale / 2)
    log, _ = write_log(world, events)
    port = world.port()
    sink = loadgen("sink", at=f"127.0.0.1:{port}", events=events)
    folder = pathlib.Path(world.folder, f"fluent-bit-{time.monotonic_ns()}")
    folder.mkdir()
    parsers = folder / "parsers.conf"
    parsers.write_text(r'''[PARSER]
    Name bench_apache
    Format regex
    Regex ^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \[(?<time>[^\]]*)\] "(?<method>[^ ]*) (?<path>[^ ]*) [^"]*" (?<code>[0-9]*) (?<size>[^ ]*) "(?<referer>[^"]*)" "(?<agent>[^"]*)"$
    Time_Key time
    Time_Format %d/%b/%Y:%H:%M:%S %z
''', encoding="ascii")
    process, finished = start_fluent_bit(
        world, ["-R", str(parsers), "-b", str(folder / "storage"), "-i", "tail", "-p", f"path={log}",
                "-p", "read_from_head=on", "-p", "parser=bench_apache", "-p", "storage.type=filesystem",
                "-o", "forward", "-p", "host=127.0.0.1", "-p", f"port={port}", "-p", "require_ack_response=on",
                "-m", "*"])
    began = time.monotonic()
    wait_until(lambda: finished(events), "it has sent everything", 600, step=0.2)
    sample = end(process, events, 0, began)
    sink.terminate()
    answer(sink)
    return sample
