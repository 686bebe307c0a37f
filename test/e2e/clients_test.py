#!/usr/bin/python3
"""Real clients: logger(1), rsyslog's omfwd, and the fluent-logger libraries of JavaScript and Python."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

import case
import config
from certificates import Authority
from harness import Failure, wait_until

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE / "clients"
COUNT = 25


def run(*command, seconds=60, **environment):
    """Runs a client to its end; it must say that it succeeded."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=seconds, env={**os.environ, **environment})
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def need(program):
    if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
        raise unittest.SkipTest(f"{program} is not installed")


class SyslogClients(case.Case):
    def setUp(self):
        super().setUp()
        self.tcp = self.world.port()
        self.andond = self.world.andond("andond", {
            "inputs": [config.syslog(self.tcp), config.syslog(self.tcp, kind="udp")],
            "outputs": [config.file_out(self.out)]})
        self.andond.start()


    def records(self):
        file = self.out / "log.syslog.json"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def wait_records(self, count):
        wait_until(lambda: len(self.records()) >= count, f"{count} records", 30)
        self.assertEqual(len(self.records()), count)
        self.stop_all(self.andond)
        return self.records()

    def logger(self, *options):
        run("logger", "-n", "127.0.0.1", "-P", str(self.tcp), *options)

    def test_logger_in_each_network_form(self):
        need("logger")
        for n in range(COUNT):
            self.logger("--udp", "--rfc3164", "-t", "udp3164", "-p", "local0.notice", f"src=udp3164 n={n}")
            self.logger("--udp", "--rfc5424", "-t", "udp5424", "--msgid", f"ID{n}", "--sd-id", "zoo@32473",
                        "--sd-param", 'tiger="hungry"', f"src=udp5424 n={n}")
            self.logger("--tcp", "--rfc3164", "-t", "tcp3164", f"src=tcp3164 n={n}")
            self.logger("--tcp", "--octet-count", "--rfc5424", "-t", "octet", f"src=octet n={n}")
        records = self.wait_records(4 * COUNT)
        for source in ("udp3164", "udp5424", "tcp3164", "octet"):
            self.check_exact(source, COUNT)
            self.assertEqual(sum(record["ident"] == source for record in records), COUNT)
        self.assertTrue(all(record["facility"] == "local0" for record in records if record["ident"] == "udp3164"))

    def rsyslog(self, protocol, framing, template, settings="", action=""):
        need("rsyslogd")
        folder = self.folder / "rsyslog"
        folder.mkdir(exist_ok=True)
        path = folder / "rsyslog.conf"
        path.write_text(f'''
global(workDirectory="{folder}" net.enableDNS="off" localHostname="rs-host"
  {settings})
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log" CreatePath="on" RateLimit.Interval="0")
action(type="omfwd" target="127.0.0.1" port="{self.tcp}" protocol="{protocol}" TCP_Framing="{framing}"
  template="{template}" action.resumeRetryCount="-1" queue.type="LinkedList" {action})
''', encoding="utf-8")
        process = self.world.run("/usr/sbin/rsyslogd", "-n", "-f", str(path), "-i", str(folder / "pid"),
                                 stderr=subprocess.PIPE)
        wait_until((folder / "log").exists, "rsyslog's socket")
        for n in range(COUNT):
            run("logger", "-u", str(folder / "log"), "-t", "rsapp", "-p", "local4.warning", f"src=rsyslog n={n}")
        wait_until(lambda: len(self.records()) >= COUNT, f"{COUNT} records", 30)
        process.terminate()
        process.communicate(timeout=20)
        for record in self.wait_records(COUNT):
            self.assertEqual((record["host"], record["ident"]), ("rs-host", "rsapp"))
        self.check_exact("rsyslog", COUNT)

    def test_rsyslog_over_udp(self):
        self.rsyslog("udp", "traditional", "RSYSLOG_TraditionalForwardFormat")

    def test_rsyslog_over_tcp_in_rfc_3164(self):
        self.rsyslog("tcp", "traditional", "RSYSLOG_TraditionalForwardFormat")

    def test_rsyslog_over_tcp_in_rfc_5424(self):
        self.rsyslog("tcp", "traditional", "RSYSLOG_SyslogProtocol23Format")

    def test_rsyslog_octet_counted(self):
        self.rsyslog("tcp", "octet-counted", "RSYSLOG_SyslogProtocol23Format")

    def test_rsyslog_over_tls(self):
        if not list(pathlib.Path("/usr/lib").glob("*/rsyslog/lmnsd_ossl.so")):
            raise unittest.SkipTest("rsyslog-openssl is not installed")
        self.andond.stop()
        authority = Authority(self.folder / "tls")
        certificate, key = authority.issue("server")
        self.tcp = self.world.port()
        self.andond.configure({
            "inputs": [config.syslog(self.tcp, tls={"certificate": str(certificate), "key": str(key)})],
            "outputs": [config.file_out(self.out)]})
        self.andond.start()
        self.rsyslog("tcp", "octet-counted", "RSYSLOG_SyslogProtocol23Format",
                     f'DefaultNetstreamDriverCAFile="{authority.certificate}"',
                     'StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" '
                     'StreamDriverPermittedPeers="server"')

    def test_pythons_sysloghandler(self):
        run("/usr/bin/python3", str(CLIENTS / "sysloghandler.py"), "127.0.0.1", str(self.tcp), str(COUNT))
        run("/usr/bin/python3", str(CLIENTS / "sysloghandler.py"), "127.0.0.1", str(self.tcp), str(COUNT), "tcp")
        self.wait_records(2 * COUNT)

    def test_syslog_client_of_npm(self):
        modules = node_modules()
        for options in ((), ("tcp",), ("5424",), ("tcp", "5424")):
            run("node", str(CLIENTS / "syslog-client.js"), "127.0.0.1", str(self.tcp), str(COUNT), *options,
                NODE_PATH=modules)
        self.wait_records(4 * COUNT)


def node_modules():
    need("node")
    done = subprocess.run([str(HERE.parent / "setup" / "clients")], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise unittest.SkipTest(f"the npm clients are not installed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()


class ForwardClients(case.Case):
    def start(self, **more):
        self.port = self.world.port()
        self.andond = self.world.andond("andond", {
            "inputs": [config.forward_in(self.port, **more)], "outputs": [config.file_out(self.out)]})
        self.andond.start()

    def finish(self, source, count=COUNT):
        self.wait_arrived(source, count)
        self.stop_all(self.andond)

    def node(self, script, *options):
        print(run("node", str(CLIENTS / script), "127.0.0.1", str(self.port), str(COUNT), *options,
                  NODE_PATH=self.modules).strip())

    def test_fluent_org_logger_in_each_mode(self):
        self.modules = node_modules()
        for mode in ("Message", "Forward", "PackedForward", "CompressedPackedForward"):
            for ack in ((), ("ack",)):
                with self.subTest(mode=mode, ack=bool(ack)):
                    self.start()
                    self.node("fluent-org-logger.js", f"mode={mode}", *ack)
                    self.finish("node")
                    self.clear()

    def clear(self):
        for file in self.out.iterdir():
            file.unlink()
        shutil.rmtree(self.andond.folder)
        self.andond = None

    def test_fluent_org_logger_with_a_shared_key(self):
        self.modules = node_modules()
        self.start(security={"shared_key": "secret", "self_hostname": "server"})
        self.node("fluent-org-logger.js", "mode=PackedForward", "ack", "key=secret")
        with self.assertRaises(Failure):
            self.node("fluent-org-logger.js", "mode=PackedForward", "ack", "key=wrong", "timeout=4000")
        self.finish("node")

    def test_fluent_org_logger_with_a_user(self):
        self.modules = node_modules()
        self.start(security={"shared_key": "secret", "self_hostname": "server",
                             "users": [{"username": "ada", "password": "lovelace"}]})
        self.node("fluent-org-logger.js", "mode=Forward", "ack", "key=secret", "user=ada", "pass=lovelace")
        self.finish("node")

    def test_the_old_fluent_logger_of_npm(self):
        self.modules = node_modules()
        self.start()
        self.node("fluent-logger-old.js", "ack")
        self.finish("oldnode")

    def test_fluent_logger_of_python(self):
        for options in ((), ("nano",), ("async",)):
            with self.subTest(options):
                self.start()
                run("/usr/bin/python3", str(CLIENTS / "fluent_logger_py.py"), "127.0.0.1", str(self.port),
                    str(COUNT), *options)
                self.finish("python")
                self.clear()

    def test_a_real_forward_server_takes_what_andond_sends(self):
        self.modules = node_modules()
        self.port = self.world.port()
        with open(self.out / "entries.json", "wb") as entries:
            self.world.run("node", str(CLIENTS / "fluent-org-server.js"), str(self.port), stdout=entries,
                           env={**os.environ, "NODE_PATH": self.modules})
        log = self.folder / "app.log"
        log.write_text("".join(f"src=tail n={n}\n" for n in range(COUNT)))
        self.andond = self.world.andond("andond", {
            "inputs": [config.tail(log)], "outputs": [config.forward_out(self.port)]})
        self.andond.start()
        self.wait_arrived("tail", COUNT)
        self.stop_all(self.andond)


if __name__ == "__main__":
    case.main()
