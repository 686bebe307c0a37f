#!/usr/bin/python3
"""SIGTERM delivers and ends with 0; a second one ends at once; neither loses anything."""

import signal
import socket
import time

import case
import config
from harness import wait_until
from load import ForwardSender, LogWriter


class Shutdown(case.Case):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "app.log"
        self.writer = LogWriter("tail", self.log)

    def test_sigterm_under_load_ends_with_0_and_the_next_start_goes_on(self):
        self.start_aggregator()
        self.start_collector([config.tail(self.log)])
        self.writer.start()
        for _ in range(4):
            seen = self.arrived().count("tail")
            wait_until(lambda s=seen: self.arrived().count("tail") > s + 500, "500 more events")
            self.collector.stop()
            self.aggregator.stop()
            self.aggregator.start()
            self.collector.start()
        self.writer.stop()
        self.wait_arrived("tail", self.writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_sigterm_delivers_what_is_held_within_the_grace(self):
        self.start_aggregator()
        self.start_collector([config.tail(self.log)])
        self.writer.start()
        wait_until(lambda: self.writer.sent >= 5000, "5000 lines written")
        self.writer.stop()
        wait_until(lambda: self.arrived().count("tail") > 0, "the first lines")
        self.collector.stop()
        held = self.arrived().count("tail")
        self.collector.start()
        self.wait_arrived("tail", self.writer.sent)
        self.assertGreater(held, 0)
        self.stop_all(self.collector, self.aggregator)

    def test_a_second_sigterm_ends_at_once_and_loses_nothing(self):
        self.forward_port = self.world.port()
        silent = socket.create_server(("127.0.0.1", self.forward_port))
        self.start_collector([config.tail(self.log)], service={"shutdown_grace": "60s"})
        self.writer.start()
        wait_until(lambda: self.writer.sent >= 2000, "2000 lines written")
        self.writer.stop()
        silent.accept()
        self.collector.signal(signal.SIGTERM)
        time.sleep(0.3)  # It waits for the server, which never answers.
        self.assertTrue(self.collector.running(), "the grace was not given")
        self.collector.signal(signal.SIGTERM)
        self.collector.wait_end(5)
        silent.close()
        self.aggregator = self.world.andond(
            "aggregator", config.aggregator(self.forward_port, self.out))
        self.aggregator.start()
        self.collector.start()
        self.wait_arrived("tail", self.writer.sent)
        self.stop_all(self.collector, self.aggregator)

    def test_what_was_acknowledged_is_there_after_sigterm(self):
        self.start_aggregator()
        port = self.world.port()
        self.start_collector([config.forward_in(port)])
        sender = ForwardSender("forward", port)
        sender.start()
        wait_until(lambda: sender.acked >= 2000, "2000 events acknowledged")
        self.collector.signal(signal.SIGTERM)
        self.assertEqual(self.collector.wait_end(), 0)
        acked = sender.acked
        self.collector.start()
        sender.stop()
        wait_until(lambda: not self.arrived().lost("forward", sender.sent), "everything arrives", 60)
        self.assertGreaterEqual(sender.acked, acked)
        self.stop_all(self.collector, self.aggregator)


if __name__ == "__main__":
    case.main()
