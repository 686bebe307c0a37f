"""A network of the bench's own, so that every machine measures the same TCP.

With BBR as the machine's congestion control, say, a sender is paced by timers on loopback too: sending
costs three times as much, receiving one and a half times.
"""

import ctypes
import fcntl
import pathlib
import socket
import struct

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
CONGESTION = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
# Every kernel has it and lets a namespace choose it. Where nothing is lost it costs what Debian's default,
# cubic, costs.
PLAIN = "reno"


def _raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        flags, = struct.unpack_from("H", fcntl.ioctl(any_socket, SIOCGIFFLAGS, name + bytes(24)), 16)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, name + struct.pack("H22x", flags | IFF_UP))


def enter():
    """Moves this process into a network namespace that has loopback alone and the plain
    congestion control. Returns what is measured with, in words."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return f"TCP {CONGESTION.read_text().strip()}, the machine's: a network namespace takes root"
    _raise_loopback()
    CONGESTION.write_text(PLAIN)
    return f"TCP {CONGESTION.read_text().strip()}, in a network namespace of its own"
