"""fluent_logger_py.py HOST PORT N [nano] [async] : Debian's python3-fluent-logger."""
import sys

from fluent import asyncsender, sender

host, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
options = sys.argv[4:]
kind = asyncsender.FluentSender if "async" in options else sender.FluentSender
client = kind("client.python", host=host, port=port, nanosecond_precision="nano" in options)
ok = 0
for n in range(count):
    time = sender.EventTime(1700000000 + n + 0.5) if "nano" in options else 1700000000 + n
    ok += bool(client.emit_with_time("x", time, {"text": f"src=python n={n}", "b": True, "none": None}))
error = client.last_error
client.close()
print(f"python3-fluent-logger: {count} sent, {ok} taken, last error: {error}")
sys.exit(0 if ok == count else 1)
