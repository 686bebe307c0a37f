"""A real search node of its own for a test, and what is in it."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

from harness import Failure, wait_until

STARTER = pathlib.Path(__file__).resolve().parents[1] / "setup" / "search_node"
PAGE = 5000


class SearchNode:
    """Elasticsearch or OpenSearch in a folder that the node's own user can enter."""

    def __init__(self, port, kind="elasticsearch", version="", settings="", user=""):
        self.port, self.kind, self.version, self.user = port, kind, version, user
        self.url = f"http://127.0.0.1:{port}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"andon-{kind}-"))
        self.folder.chmod(0o755)
        self.settings = self.folder / "settings.yml"
        self.settings.write_text(settings, encoding="utf-8")
        self.pid = None

    def start(self):
        environment = {**os.environ, "ANDON_NODE_USERS": self.user}
        started = subprocess.run(
            [STARTER, self.folder / "node", str(self.port), self.kind, self.version, self.settings],
            env=environment, capture_output=True, text=True, timeout=300, check=False)
        if started.returncode != 0:
            raise Failure(f"{self.kind} did not start: {started.stderr}")
        self.pid = int(started.stdout.split()[-1])
        return self

    def _signal(self, number):
        if self.pid is None:
            return
        pid, self.pid = self.pid, None
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists() or zombie(pid), "the node's end", 60)

    def kill(self):
        self._signal(signal.SIGKILL)

    def end(self):
        self._signal(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method, path, body=None, kind="application/json"):
        """(status, decoded answer)"""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", kind)
        if self.user:
            manager = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            name, _, password = self.user.partition(":")
            manager.add_password(None, self.url, name, password)
            opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager))
        else:
            opener = urllib.request.build_opener()
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, json.loads(text or b"null")
            except ValueError:
                return error.code, text.decode(errors="replace")

    def must(self, method, path, body=None, kind="application/json"):
        status, answer = self.ask(method, path, body, kind)
        if status >= 300:
            raise Failure(f"{method} {path}: {status}: {answer}")
        return answer

    def refresh(self, index):
        self.must("POST", f"/{index}/_refresh?ignore_unavailable=true", b"")

    def count(self, index):
        """How many documents there are; 0 while an index that was just made is not ready."""
        self.refresh(index)
        status, answer = self.ask("GET", f"/{index}/_count?ignore_unavailable=true")
        if status == 503:
            return 0
        if status >= 300:
            raise Failure(f"count of {index}: {status}: {answer}")
        return answer["count"]

    def documents(self, index):
        """Every document: (_index, _id, _source)."""
        self.refresh(index)
        answer = self.must("POST", f"/{index}/_search?scroll=1m&ignore_unavailable=true",
                           {"size": PAGE, "sort": ["_doc"]})
        while answer["hits"]["hits"]:
            for hit in answer["hits"]["hits"]:
                yield hit["_index"], hit["_id"], hit["_source"]
            answer = self.must("POST", "/_search/scroll", {"scroll": "1m", "scroll_id": answer["_scroll_id"]})


def zombie(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def numbers_once(case, documents, source, field, expected):
    """Each number of `source` from 0 is in one document and in no second one."""
    seen = {}
    for _, _, document in documents:
        number = document.get(field)
        seen[number] = seen.get(number, 0) + 1
    lost = [n for n in range(expected) if n not in seen]
    doubled = [n for n, times in seen.items() if times > 1]
    case.assertEqual((len(lost), len(doubled)), (0, 0),
                     f"{source}: {expected} sent, {len(seen)} arrived, lost {lost[:5]}, doubled {doubled[:5]}")
