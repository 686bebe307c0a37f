"""The paths that are measured: each function makes one run and returns its Sample."""

import atexit
import time

from measure import (Sample, answer, context_switches, cpu_seconds, loadgen, peak_rss, touch_memory, wait_passed,
                     waited_for_cpu)

EVENTS = 4_000_000
SEGMENT = "64MiB"


def forward_in(port, **more):
    return {"type": "forward", "listen": f"127.0.0.1:{port}", **more}


NULL = {"type": "null", "match": "**"}


class Run:
    """An andond with a fresh folder; measures it from its readiness to `end`."""

    def __init__(self, world, inputs, outputs, journal, scale):
        self.events = int(EVENTS * scale)
        whole = {"inputs": inputs, "outputs": outputs}
        whole["journal"] = {"segment": SEGMENT, "sync": "group"} if journal else "none"
        self.daemon = world.andond(f"andond-{time.monotonic_ns()}", whole)
        touch_memory()
        self.daemon.start()
        self.pid = self.daemon.process.pid
        self.cpu = cpu_seconds(self.pid)
        self.began = time.monotonic()
        self.took = None

    def lap(self):
        """The rate is that up to here; the cost goes on to the end."""
        self.took = time.monotonic() - self.began

    def end(self, load=None, note=""):
        seconds = self.took or time.monotonic() - self.began
        sample = Sample(self.events, cpu_seconds(self.pid) - self.cpu, seconds, peak_rss(self.pid),
                        load_cpu=load["cpu"] / load["events"] * 1e6 if load else None, note=note,
                        byte_count=load["bytes"] if load else 0)
        self.daemon.stop()
        return sample


def packed_null(world, scale=1, journal=False, connections=1, chunk=4000, ack=0, window=8, mode="packed"):
    port = world.port()
    run = Run(world, [forward_in(port)], [NULL], journal, scale)
    load = answer(loadgen("forward", to=f"127.0.0.1:{port}", mode=mode, events=run.events, chunk=chunk, ack=ack,
                          connections=connections, window=window))
    run.events = load["events"]
    if ack:
        run.lap()
    wait_passed(run.daemon, run.events, kind="output")
    return run.end(load)


def thousand_connections(world, scale=1):
    return packed_null(world, scale, connections=1000, chunk=500)


def packed_journal(world, scale=1):
    return packed_null(world, scale, journal=True, ack=1, connections=2)


def packed_none_acked(world, scale=1):
    return packed_null(world, scale, journal=False, ack=1, connections=2)


def small_chunks(world, scale=1):
    return packed_null(world, scale / 2, journal=True, ack=1, connections=100, chunk=100, window=1)


def message_null(world, scale=1):
    return packed_null(world, scale, mode="message", chunk=4000)


def bare_receive(world, scale=1, mode="packed", connections=1):
    port = world.port()
    server = loadgen("discard", at=f"127.0.0.1:{port}", bytes=1)
    time.sleep(0.1)  # Until it listens.
    load = answer(loadgen("forward", to=f"127.0.0.1:{port}", mode=mode, events=int(EVENTS * scale), chunk=4000,
                          connections=connections))
    taken = answer(server)
    return Sample(load["events"], taken["cpu"], load["seconds"], 0, load["cpu"] / load["events"] * 1e6)


def write_log(world, events):
    path = world.folder / f"access-{events}.log"
    if path.exists():
        return path, path.stat().st_size
    made = answer(loadgen("lines", path=path, events=events))
    return path, made["bytes"]


def tail_forward(world, scale=1, journal=True, parse="apache2"):
    events = int(EVENTS * scale / 2)
    log, size = write_log(world, events)
    port = world.port()
    sink = loadgen("sink", at=f"127.0.0.1:{port}", events=events)
    source = {"type": "tail", "path": str(log), "tag": "bench", "read_from": "head", "parse": {"type": parse}}
    out = {"type": "forward", "match": "**", "servers": [{"address": f"127.0.0.1:{port}"}]}
    run = Run(world, [source], [out], journal, scale)
    run.events = events
    wait_passed(run.daemon, events, kind="output")
    sample = run.end(note=f"{size / events:.0f} bytes a line")
    answer(sink)
    return sample


def tail_raw(world, scale=1):
    events = int(EVENTS * scale * 1.5)
    log, size = write_log(world, events)
    with open(log, "rb") as file:  # From memory: the disk is not what is measured.
        while file.read(1 << 20):
            pass
    source = {"type": "tail", "path": str(log), "tag": "bench", "read_from": "head", "parse": {"type": "none"}}
    run = Run(world, [source], [NULL], False, scale)
    run.events = events
    wait_passed(run.daemon, events, kind="output")
    sample = run.end()
    sample.bytes = size
    sample.note = f"{size / sample.cpu / 1e9:.2f} GB a CPU-second"
    return sample


def syslog_json(world, scale=1, journal=True, octet=0):
    port = world.port()
    out = world.folder / f"syslog-{time.monotonic_ns()}.json"
    source = {"type": "syslog", "listen": f"tcp://127.0.0.1:{port}", "tag": "bench", "protocol": "rfc5424"}
    run = Run(world, [source], [{"type": "file", "match": "**", "path": str(out), "format": {"type": "json"}}],
              journal, scale)
    load = answer(loadgen("syslog", to=f"127.0.0.1:{port}", events=run.events, octet=octet, connections=1))
    run.events = load["events"]
    wait_passed(run.daemon, run.events, kind="output")
    sample = run.end(load)
    out.unlink()
    return sample


def relay(world, scale=1, journal=True):
    port, to = world.port(), world.port()
    sink = loadgen("sink", at=f"127.0.0.1:{to}")
    out = {"type": "forward", "match": "**", "servers": [{"address": f"127.0.0.1:{to}"}]}
    run = Run(world, [forward_in(port)], [out], journal, scale)
    load = answer(loadgen("forward", to=f"127.0.0.1:{port}", events=run.events, chunk=4000, ack=1, connections=2))
    run.events = load["events"]
    wait_passed(run.daemon, run.events, kind="output")
    sample = run.end(load)
    sink.terminate()
    answer(sink)
    return sample


def elasticsearch(port, **more):
    return {"type": "elasticsearch", "match": "**", "hosts": [f"127.0.0.1:{port}"], **more}


def relay_elasticsearch(world, scale=1, journal=True, **more):
    events = int(EVENTS * scale / 2)
    port, to = world.port(), world.port()
    sink = loadgen("bulk", at=f"127.0.0.1:{to}", events=1)
    run = Run(world, [forward_in(port)], [elasticsearch(to, **more)], journal, 1)
    run.events = events
    load = answer(loadgen("forward", to=f"127.0.0.1:{port}", mode="packed", events=events, chunk=4000, ack=1,
                          connections=2, window=8))
    run.events = load["events"]
    wait_passed(run.daemon, run.events, kind="output")
    sample = run.end(load)
    sample.note = f"{answer(sink)['bytes'] / run.events:.0f} bytes an event sent"
    return sample


def tail_elasticsearch(world, scale=1, journal=True, parse="apache2", **more):
    events = int(EVENTS * scale / 2)
    log, size = write_log(world, events)
    to = world.port()
    sink = loadgen("bulk", at=f"127.0.0.1:{to}", events=1)
    source = {"type": "tail", "path": str(log), "tag": "bench", "read_from": "head", "parse": {"type": parse}}
    run = Run(world, [source], [elasticsearch(to, **more)], journal, 1)
    run.events = events
    wait_passed(run.daemon, events, kind="output")
    sample = run.end()
    sample.note = f"{size / events:.0f} bytes a line, {answer(sink)['bytes'] / events:.0f} sent"
    return sample


# One broker for all runs: a start takes seconds, and a topic for each run is enough.
KAFKA = {}


def kafka_broker():
    if "server" not in KAFKA:
        from harness import World
        from kafka_server import Kafka
        KAFKA["world"] = World("bench-kafka")
        KAFKA["server"] = Kafka(KAFKA["world"]).start()
        atexit.register(KAFKA["world"].__exit__, None, None, None)
    return KAFKA["server"]


def kafka_out(exactly_once=True, compression="lz4", **more):
    broker = kafka_broker()
    topic = f"bench-{time.monotonic_ns()}"
    return {"type": "kafka", "match": "**", "brokers": broker.address, "topic": topic,
            "create_topics": {"partitions": 3}, "exactly_once": exactly_once, "compression": compression, **more}


def relay_kafka(world, scale=1, journal=True, **options):
    """Only andond's processor time counts: the broker has its own."""
    port = world.port()
    out = kafka_out(**options)
    run = Run(world, [forward_in(port)], [out], journal, scale / 2)
    load = answer(loadgen("forward", to=f"127.0.0.1:{port}", events=run.events, chunk=4000, ack=1, connections=2))
    run.events = load["events"]
    wait_passed(run.daemon, run.events, kind="output")
    return run.end(load)


def tail_kafka(world, scale=1, **options):
    events = int(EVENTS * scale / 4)
    log, _ = write_log(world, events)
    source = {"type": "tail", "path": str(log), "tag": "bench", "read_from": "head", "parse": {"type": "apache2"}}
    run = Run(world, [source], [kafka_out(**options)], True, scale)
    run.events = events
    wait_passed(run.daemon, events, kind="output")
    return run.end()


class Idle:
    """A collector that has nothing to do: syslog, tail, forward, journal."""

    def __init__(self, world, seconds=10):
        log = world.folder / "idle.log"
        log.touch()
        to = world.port()
        sink = loadgen("sink", at=f"127.0.0.1:{to}")
        daemon = world.andond("idle", {
            "inputs": [
                {"type": "tail", "path": str(log), "tag": "idle"},
                {"type": "syslog", "listen": f"udp://127.0.0.1:{world.port()}", "tag": "idle"},
                {"type": "syslog", "listen": f"tcp://127.0.0.1:{world.port()}", "tag": "idle"},
            ],
            "outputs": [{"type": "forward", "match": "**", "servers": [{"address": f"127.0.0.1:{to}"}]}]})
        starts = []
        for _ in range(5):
            daemon.start()
            starts.append((daemon.ready_after * 1000, waited_for_cpu(daemon.process.pid) * 1000))
            daemon.stop()
        self.ready_ms, self.waited_ms = sorted(starts)[2]
        daemon.start()
        time.sleep(2)  # What a start leaves behind settles.
        before = context_switches(daemon.process.pid)
        time.sleep(seconds)
        self.wakes = (context_switches(daemon.process.pid) - before) * 10 / seconds
        self.rss_kib = daemon.status_field("VmRSS")
        daemon.stop()
        sink.terminate()
        answer(sink)


