#!/usr/bin/python3
"""Peers that misbehave: silent, slow, half-open, frozen, and a thousand at once."""

import signal
import socket
import threading
import time

import msgpack

import case
import config
from harness import wait_until
from ledger import Metrics
from load import ForwardSender, LogWriter

MIB = 1024  # KiB, as /proc says it.


class Peers(case.Case):
    def start_behind(self, server_port, **more):
        self.log = self.folder / "app.log"
        self.writer = LogWriter("tail", self.log, batch=200)
        self.collector = self.world.andond("collector", {
            "inputs": [config.tail(self.log)], "outputs": [config.forward_out(server_port, **more)]})
        self.collector.start()
        self.writer.start()

    def deliver_to_a_good_one(self):
        self.aggregator = self.world.andond(
            "aggregator", config.aggregator(self.forward_port, self.out))
        self.aggregator.start()
        self.writer.stop()
        self.wait_arrived("tail", self.writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_a_server_that_accepts_and_never_answers_costs_no_memory_and_no_line(self):
        self.forward_port = self.world.port()
        with socket.create_server(("127.0.0.1", self.forward_port)) as silent:
            self.start_behind(self.forward_port)
            held = [silent.accept()[0]]
            wait_until(lambda: self.writer.sent >= 100000, "100000 lines written", 60)
            self.collector.check_running()
            self.assertLess(self.collector.status_field("VmHWM"), 64 * MIB)
            for connection in held:
                connection.close()
        self.deliver_to_a_good_one()

    def test_a_server_that_reads_slowly_and_answers_wrong_is_no_harm(self):
        self.forward_port = self.world.port()
        stop = threading.Event()
        server = socket.create_server(("127.0.0.1", self.forward_port))

        def serve():
            server.settimeout(0.1)
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(0.2)
                    for _ in range(20):
                        try:
                            connection.recv(100)
                            connection.sendall(msgpack.packb({"ack": "of somebody else"}))
                        except OSError:
                            break
                        if stop.wait(0.02):
                            break

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            self.start_behind(self.forward_port)
            wait_until(lambda: self.writer.sent >= 50000, "50000 lines written", 60)
            self.collector.check_running()
        finally:
            stop.set()
            thread.join()
            server.close()
        self.deliver_to_a_good_one()

    def test_a_frozen_aggregator_is_waited_for_and_gets_nothing_twice(self):
        self.start_aggregator()
        self.start_behind(self.forward_port)
        wait_until(lambda: self.arrived().count("tail") > 1000, "1000 lines")
        for _ in range(3):
            self.aggregator.signal(signal.SIGSTOP)
            written = self.writer.sent
            wait_until(lambda w=written: self.writer.sent > w + 20000, "20000 lines meanwhile")
            self.aggregator.signal(signal.SIGCONT)
            seen = self.arrived().count("tail")
            wait_until(lambda s=seen: self.arrived().count("tail") > s, "more lines")
        self.writer.stop()
        self.wait_arrived("tail", self.writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_half_a_message_and_then_nothing_holds_up_nobody(self):
        self.start_aggregator()
        whole = msgpack.packb(["log.half", [[1, {"message": "src=half n=0"}]], {"chunk": "c"}])
        half_open = []
        for cut in (1, 5, len(whole) // 2, len(whole) - 1):
            connection = socket.create_connection(("127.0.0.1", self.forward_port))
            connection.sendall(whole[:cut])
            half_open.append(connection)
        sender = ForwardSender("forward", self.forward_port)
        sender.start()
        wait_until(lambda: sender.acked >= 2000, "others are served")
        sender.stop()
        half_open[-1].sendall(whole[-1:])
        self.wait_arrived("half", 1)
        for connection in half_open:
            connection.close()
        self.wait_arrived("forward", sender.sent)
        self.stop_all(self.aggregator)

    def test_a_sender_that_never_reads_its_acks_holds_up_nobody(self):
        self.start_aggregator()
        deaf = socket.create_connection(("127.0.0.1", self.forward_port))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(0.2)
        message = msgpack.packb(["log.deaf", [[1, {"message": "x"}]], {"chunk": "d" * 200}])
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            try:
                deaf.sendall(message * 100)
            except TimeoutError:
                break
        sender = ForwardSender("forward", self.forward_port)
        sender.start()
        wait_until(lambda: sender.acked >= 2000, "others are served")
        sender.stop()
        self.wait_arrived("forward", sender.sent)
        self.assertLess(self.aggregator.status_field("VmHWM"), 64 * MIB)
        deaf.close()
        self.stop_all(self.aggregator)

    def test_a_thousand_connections_at_once_are_all_acknowledged(self):
        self.start_aggregator()
        connections = [socket.create_connection(("127.0.0.1", self.forward_port), 10) for _ in range(1000)]
        for n, connection in enumerate(connections):
            entry = [1700000000, {"message": f"src=many n={n}"}]
            connection.sendall(msgpack.packb(["log.many", [entry], {"chunk": f"many-{n}"}]))
        for n, connection in enumerate(connections):
            connection.settimeout(10)
            self.assertEqual(msgpack.unpackb(connection.recv(1000)), {"ack": f"many-{n}"})
        self.wait_arrived("many", 1000)
        self.assertLess(self.aggregator.status_field("VmHWM"), 64 * MIB)
        for connection in connections:
            connection.close()
        self.stop_all(self.aggregator)

    def test_a_dead_server_is_left_for_the_standby_and_nothing_is_lost(self):
        self.start_aggregator()
        dead = self.world.port()
        self.start_behind(dead)
        self.collector.configure({
            "inputs": [config.tail(self.log)],
            "outputs": [{**config.forward_out(dead), "servers": [
                {"address": f"127.0.0.1:{dead}"},
                {"address": f"127.0.0.1:{self.forward_port}", "standby": True}]}]})
        self.collector.reload()
        wait_until(lambda: self.arrived().count("tail") > 1000, "lines at the standby")
        self.writer.stop()
        self.wait_arrived("tail", self.writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_metrics_tell_what_is_held_while_the_server_is_away(self):
        self.forward_port = self.world.port()
        self.start_behind(self.forward_port)
        wait_until(lambda: self.writer.sent >= 5000, "5000 lines written")
        self.writer.stop()
        wait_until(lambda: self.held() >= self.writer.sent, "everything is held")
        self.assertEqual(self.held(), self.writer.sent)
        self.aggregator = self.world.andond(
            "aggregator", config.aggregator(self.forward_port, self.out))
        self.aggregator.start()
        self.wait_arrived("tail", self.writer.sent)
        wait_until(lambda: self.held() == 0, "nothing is held")
        self.stop_all(self.collector, self.aggregator)

    def held(self):
        return Metrics(self.collector.metrics()).sum("andon_events_held", kind="output")


if __name__ == "__main__":
    case.main()
