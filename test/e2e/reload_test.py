#!/usr/bin/python3
"""SIGHUP under load: nothing is lost or doubled, and a bad file changes nothing and says why."""

import socket

import case
import config
from harness import wait_until
from load import ForwardSender, LogWriter, SyslogSender


def stamp(value):
    return {"type": "record_transformer", "match": "log.**", "set": {"round": str(value)}}


class Reload(case.Case):
    def start_under_load(self):
        self.start_aggregator()
        self.log = self.folder / "app.log"
        self.tcp, self.forward = self.world.port(), self.world.port()
        self.inputs = [config.tail(self.log), config.syslog(self.tcp), config.forward_in(self.forward)]
        self.sources = [LogWriter("tail", self.log), SyslogSender("syslog", self.tcp),
                        ForwardSender("forward", self.forward)]
        self.start_collector(self.inputs)
        for source in self.sources:
            source.start()
        wait_until(lambda: self.arrived().count("tail") > 0, "the first lines")

    def finish(self):
        for source in self.sources:
            source.stop()
        for source in self.sources:
            self.wait_arrived(source.source, source.sent)
        self.stop_all(self.collector, self.aggregator)

    def collect(self, inputs=None, outputs=None, **more):
        self.collector.configure({
            "inputs": inputs or self.inputs,
            "outputs": outputs or [config.forward_out(self.forward_port)], **more})

    def test_a_filter_that_comes_and_changes_under_load(self):
        self.start_under_load()
        for value in range(6):
            self.collect(filters=[stamp(value)])
            self.collector.reload()
            written = self.sources[0].sent
            self.assertEqual(wait_until(lambda w=written: self.arrived().count("tail") > w,
                                        "lines after the reload"), True)
        self.finish()
        text = (self.out / "log.tail.json").read_text()
        for value in range(6):
            self.assertIn(f'"round":"{value}"', text.replace('": "', '":"'))

    def test_an_output_that_is_rebuilt_under_load_keeps_its_cursor(self):
        self.start_under_load()
        for compress in ("gzip", "none", "zstd", "none"):
            output = config.forward_out(self.forward_port, compress=compress)
            self.collect(outputs=[output])
            self.collector.reload()
            seen = self.arrived().count("tail")
            wait_until(lambda s=seen: self.arrived().count("tail") > s + 200, "200 more events")
        self.finish()

    def test_inputs_that_change_and_go_under_load(self):
        self.start_under_load()
        extra = self.world.port()
        self.collect(inputs=self.inputs + [config.syslog(extra, tag="log.extra")])
        self.collector.reload()
        with socket.create_connection(("127.0.0.1", extra)) as to:
            to.sendall(b"<13>1 - - - - - - src=extra n=0\n")
        self.wait_arrived("extra", 1)
        self.collect()
        self.collector.reload()
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", extra), 2).close()
        self.finish()

    def test_the_aggregator_reloads_under_load_too(self):
        self.start_under_load()
        for value in range(4):
            self.aggregator.configure(config.aggregator(
                self.forward_port, self.out, filters=[stamp(value)]))
            self.aggregator.reload()
            seen = self.arrived().count("tail")
            wait_until(lambda s=seen: self.arrived().count("tail") > s + 200, "200 more events")
        self.finish()

    def test_a_connection_stays_open_over_a_reload(self):
        self.start_under_load()
        with socket.create_connection(("127.0.0.1", self.tcp)) as to:
            to.sendall(b"<13>1 - - - - - - src=kept n=0\n<13>1 - - - - - - src=ke")
            self.collect(filters=[stamp(1)])
            self.collector.reload()
            to.sendall(b"pt n=1\n")
            self.wait_arrived("kept", 2)
        self.finish()

    def test_a_bad_file_leaves_the_old_pipeline_and_says_why(self):
        self.start_under_load()
        good = self.collector.config_path.read_text()
        broken = {
            "unknown plugin": good.replace("type: tail", "type: tial"),
            "no yaml": good + "\noutputs: [",
            "port taken": good.replace(f"127.0.0.1:{self.tcp}", f"127.0.0.1:{self.forward_port}"),
        }
        for what, text in broken.items():
            with self.subTest(what):
                self.collector.config_path.write_text(text)
                said = self.collector.reload()
                self.assertRegex(said, r"andond\.yaml:\d+:\d+" if what != "port taken" else str(self.forward_port))
                self.collector.check_running()
                seen = self.arrived().count("tail")
                wait_until(lambda s=seen: self.arrived().count("tail") > s + 200, "the old pipeline runs")
        self.collector.config_path.write_text(good)
        self.collector.reload()
        self.finish()


if __name__ == "__main__":
    case.main()
