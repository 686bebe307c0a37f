"""Configurations that the tests start from, as the YAML that they become."""

FAST_RETRY = {"initial": "20ms", "max": "200ms"}


def tail(path, **more):
    return {"type": "tail", "path": str(path), "tag": "log.tail", "read_from": "head", **more}


def syslog(port, kind="tcp", **more):
    return {"type": "syslog", "listen": f"{kind}://127.0.0.1:{port}", "tag": "log.syslog", **more}


def forward_in(port, **more):
    return {"type": "forward", "listen": f"127.0.0.1:{port}", **more}


def forward_out(*ports, **more):
    servers = [{"address": f"127.0.0.1:{port}"} for port in ports]
    return {"type": "forward", "match": "**", "servers": servers, "retry": FAST_RETRY, **more}


def file_out(folder, name="${tag}.json", match="**", **more):
    return {"type": "file", "match": match, "path": f"{folder}/{name}", "format": {"type": "json"}, **more}


def aggregator(port, folder, **more):
    """forward in, a file for each tag out."""
    return {"inputs": [forward_in(port)], "outputs": [file_out(folder)], **more}


def dummy(name, rate, **more):
    """Numbered events whose position is in the journal: the numbers go on after a crash."""
    return {"type": "dummy", "tag": "log.dummy", "rate": rate, "sequence": f"src={name} n", "first": 0, **more}
