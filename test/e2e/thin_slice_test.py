#!/usr/bin/python3
"""syslog -> journal -> forward -> journal -> file, and what a service manager sees of it."""

import json
import socket

import case
import config
from certificates import Authority
from harness import wait_until
from load import SyslogSender


class ThinSlice(case.Case):
    def test_syslog_arrives_in_the_aggregators_file_once(self):
        self.start_aggregator()
        port = self.world.port()
        self.start_collector([config.syslog(port)])
        sender = SyslogSender("tcp", port)
        sender.start()
        wait_until(lambda: sender.sent >= 5000, "5000 messages sent")
        sender.stop()
        self.wait_arrived("tcp", sender.sent)
        self.stop_all(self.collector, self.aggregator)
        self.check_exact("tcp", sender.sent)

    def test_every_framing_and_transport_of_syslog_arrives(self):
        self.start_aggregator()
        tcp, udp = self.world.port(), self.world.port()
        stream = self.folder / "stream.sock"
        self.start_collector([
            config.syslog(tcp),
            config.syslog(udp, kind="udp"),
            {"type": "syslog", "listen": f"unix://{stream}", "tag": "log.syslog"},
        ])
        text = b"<13>Jan  2 03:04:05 host app: src=%s n=%d"
        with socket.create_connection(("127.0.0.1", tcp)) as to:
            for n in range(20):  # Detected for each frame.
                message = text % (b"mixed", n)
                to.sendall(message + b"\n" if n % 2 else b"%d %s" % (len(message), message))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to:
            for n in range(20):
                to.sendto(text % (b"udp", n), ("127.0.0.1", udp))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as to:
            to.connect(str(stream))
            for n in range(20):
                to.sendall(text % (b"unix", n) + b"\n")
        for source in ("mixed", "udp", "unix"):
            self.wait_arrived(source, 20)
        self.stop_all(self.collector, self.aggregator)

    def test_the_records_are_what_was_sent(self):
        self.start_aggregator()
        port = self.world.port()
        self.start_collector([config.syslog(port)])
        with socket.create_connection(("127.0.0.1", port)) as to:
            to.sendall(b'<165>1 2026-01-02T03:04:05.000006Z web1 nginx 42 ID7 [a@1 b="c"] src=record n=0\n')
        self.wait_arrived("record", 1)
        line = json.loads((self.out / "log.syslog.json").read_text())
        self.assertEqual(line["host"], "web1")
        self.assertEqual(line["ident"], "nginx")
        self.assertEqual(line["message"], "src=record n=0")
        self.stop_all(self.collector, self.aggregator)

    def test_mutual_tls_on_the_hop_and_nobody_else_is_taken(self):
        ours, theirs = Authority(self.folder / "ours"), Authority(self.folder / "theirs", "somebody else")
        certificate, key = ours.issue("aggregator")
        self.forward_port = self.world.port()
        self.aggregator = self.world.andond("aggregator", {
            "inputs": [config.forward_in(self.forward_port, tls={
                "certificate": str(certificate), "key": str(key), "ca": str(ours.certificate),
                "client_certificate": True})],
            "outputs": [config.file_out(self.out)]})
        self.aggregator.start()
        collectors = []
        for number, authority in enumerate((ours, theirs)):
            certificate, key = authority.issue(f"collector{number}")
            log = self.folder / f"{number}.log"
            log.write_text("".join(f"src=tls{number} n={n}\n" for n in range(100)))
            collectors.append(self.world.andond(f"collector{number}", {
                "inputs": [config.tail(log)],
                "outputs": [config.forward_out(self.forward_port, tls={
                    "ca": str(ours.certificate), "certificate": str(certificate), "key": str(key)})]}))
            collectors[-1].start()
        self.wait_arrived("tls0", 100)
        wait_until(lambda: "certificate" in self.aggregator.said(), "the aggregator says whom it refused")
        self.assertEqual(self.arrived().count("tls1"), 0)
        collectors[1].kill()
        self.stop_all(collectors[0], self.aggregator)

    def test_health_says_ready_and_a_wrong_path_is_404(self):
        self.start_aggregator()
        self.assertEqual(self.aggregator.get("/health/live")[0], 200)
        self.assertEqual(self.aggregator.get("/health/ready")[0], 200)
        self.assertEqual(self.aggregator.get("/nothing")[0], 404)


if __name__ == "__main__":
    case.main()
