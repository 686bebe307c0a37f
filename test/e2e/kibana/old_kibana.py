"""A real Kibana 5 in front of a real Elasticsearch 5.6, with andon's objects in it, and a browser."""

import json
import os
import pathlib
import signal
import subprocess
import sys

from harness import Failure

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "deploy" / "kibana"))

from objects import kibana5  # noqa: E402  (found by the line above)

STARTER = ROOT / "test" / "setup" / "kibana"
BROWSER = pathlib.Path(__file__).resolve().parent / "browser.js"


def put_objects(node):
    for kind, identity, document in kibana5.documents():
        node.must("PUT", f"/.kibana/{kind}/{identity}", document)
    node.refresh(".kibana")


class Kibana:
    def __init__(self, world, node):
        self.folder = world.folder / "kibana"
        self.port = world.port()
        self.url = f"http://127.0.0.1:{self.port}"
        started = subprocess.run([STARTER, self.folder, str(self.port), str(node.port)], capture_output=True,
                                 text=True, timeout=900, check=False)
        if started.returncode != 0:
            raise Failure(f"kibana did not start: {started.stderr}")
        self.pid = int(started.stdout.split()[-1])
        world.at_end(lambda: os.kill(self.pid, signal.SIGKILL))

    def look(self, pages, pictures):
        """Opens each page of {name: address} and returns what is to be seen of it, by name."""
        pictures.mkdir(parents=True, exist_ok=True)
        modules = subprocess.run([STARTER, "--install"], capture_output=True, text=True, timeout=900, check=True).stdout
        ran = subprocess.run(["node", str(BROWSER), str(pictures)], capture_output=True, text=True, timeout=400,
                             input=json.dumps({name: f"{self.url}/app/kibana#{page}" for name, page in pages.items()}),
                             env={**os.environ, "NODE_PATH": modules.strip()}, check=False)
        if ran.returncode != 0:
            raise Failure(f"the browser failed: {ran.stderr[-2000:]}")
        return json.loads(ran.stdout)
