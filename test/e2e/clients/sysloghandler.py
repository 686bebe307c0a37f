"""sysloghandler.py HOST PORT N [tcp] : Python's logging.handlers.SysLogHandler; UDP ends with a NUL."""
import logging
import logging.handlers
import socket
import sys

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
tcp = "tcp" in sys.argv
handler = logging.handlers.SysLogHandler(
    (host, port), facility="local6", socktype=socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
handler.ident = "pyapp[4242]: "
if tcp:
    handler.append_nul = False
    handler.setFormatter(logging.Formatter("%(message)s\n"))
log = logging.getLogger("client")
log.addHandler(handler)
for n in range(count):
    log.warning("src=sysloghandler%s n=%d", "tcp" if tcp else "udp", n)
handler.close()
