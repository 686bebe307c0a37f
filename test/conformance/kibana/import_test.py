#!/usr/bin/python3
"""deploy/kibana/import against a server that takes what the import APIs take, and refuses the rest."""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3] / "deploy" / "kibana"
OBJECTS = {name: (ROOT / name).read_text(encoding="utf-8").splitlines()
           for name in ("kibana.ndjson", "opensearch-dashboards.ndjson")}
BASIC = "Basic " + base64.b64encode(b"ana:s\xc3\xa9cret").decode()
API_KEY = "ApiKey " + base64.b64encode(b"id:key").decode()


class Handler(http.server.BaseHTTPRequestHandler):
    """Kibana as far as the script speaks with it: it keeps objects by space, type and id."""

    def do_GET(self):
        self.answer_or(lambda: self.reply(200, {"version": {"number": self.server.version}}))

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["content-length"]))
        self.answer_or(self.take)

    def answer_or(self, good):
        if self.server.canned:
            status, headers, body = self.server.canned
            self.reply(status, body, headers)
        elif self.server.authorization and self.headers.get("authorization") not in self.server.authorization:
            self.reply(401, {"statusCode": 401, "message": "Unauthorized"})
        else:
            good()

    def take(self):
        path, _, query = self.path.partition("?")
        if not self.headers.get("osd-xsrf" if self.server.osd else "kbn-xsrf"):
            return self.reply(400, {"message": "Request must contain a kbn-xsrf header."})
        space = self.headers.get("securitytenant", "") if self.server.osd else ""
        if path.startswith("/s/"):
            space, path = path[3:].split("/", 1)
            path = "/" + path
        if path != "/api/saved_objects/_import" or space not in self.server.spaces:
            return self.reply(404, {"message": "Not Found"})
        boundary = self.headers["content-type"].split("boundary=")[1].encode()
        _, part, end = self.body.split(b"--" + boundary)
        head, _, ndjson = part.partition(b"\r\n\r\n")
        if b'name="file"; filename="andon.ndjson"' not in head or end != b"--\r\n":
            return self.reply(400, {"message": "no file"})
        self.reply(200, self.store(space, ndjson.decode().split("\n"), query == "overwrite=true"))

    def store(self, space, lines, overwrite):
        errors, count = [], 0
        for one in (json.loads(line) for line in lines if line.strip()):
            key = space, one["type"], one["id"]
            if key in self.server.kept and not overwrite:
                errors.append({"id": one["id"], "type": one["type"], "error": {"type": "conflict"}})
            else:
                self.server.kept[key] = one
                count += 1
        return {"success": not errors, "successCount": count, **({"errors": errors} if errors else {})}

    def reply(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("osd-name" if self.server.osd else "kbn-name", "test")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Import(unittest.TestCase):
    def setUp(self):
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.server.version, self.server.osd, self.server.canned = "8.19.0", False, None
        self.server.authorization, self.server.spaces, self.server.kept = (), {"", "ops"}, {}
        thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def run_import(self, *arguments, url=None, **environment):
        return subprocess.run(["/usr/bin/python3", "-B", ROOT / "import", "--url", url or self.url, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], **environment})

    def secret(self, text):
        path = self.folder / "secret"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def good(self, *arguments, **environment):
        ran = self.run_import(*arguments, **environment)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        return ran.stdout

    def bad(self, wanted, *arguments, status=1, **options):
        ran = self.run_import(*arguments, **options)
        self.assertEqual(ran.returncode, status, ran.stderr)
        self.assertIn(wanted, ran.stderr)
        self.assertNotIn("Traceback", ran.stderr)
        return ran

    def kept(self, space=""):
        return [json.dumps(one, separators=(",", ":"), sort_keys=True) for (where, *_), one
                in self.server.kept.items() if where == space]

    def test_every_object_arrives_as_it_is_shipped(self):
        self.assertEqual(self.good(), f"import: {len(OBJECTS['kibana.ndjson'])} objects are in Kibana\n")
        self.assertEqual(self.kept(), OBJECTS["kibana.ndjson"])

    def test_opensearch_dashboards_gets_its_own_objects(self):
        self.server.osd, self.server.version = True, "2.19.3"
        self.assertIn("OpenSearch Dashboards", self.good("--space", "ops"))
        self.assertEqual(self.kept("ops"), OBJECTS["opensearch-dashboards.ndjson"])

    def test_a_space_is_part_of_the_path(self):
        self.good("--space", "ops", "--url", self.url + "/")
        self.assertEqual(len(self.kept("ops")), len(OBJECTS["kibana.ndjson"]))
        self.bad('whether there is a space "none"', "--space", "none")

    def test_what_is_there_is_left_alone_unless_asked(self):
        self.good()
        ran = self.bad("dashboard andon-http: is there already; --overwrite replaces it")
        self.assertIn(f"0 objects are in Kibana, {len(OBJECTS['kibana.ndjson'])} are not", ran.stdout)
        self.good("--overwrite")

    def test_the_indices_can_be_named(self):
        self.good("--index", "logs-andon-*")
        self.assertEqual(self.server.kept["", "index-pattern", "andon"]["attributes"]["title"], "logs-andon-*")

    def test_a_user_and_an_api_key_are_sent(self):
        self.server.authorization = (BASIC, API_KEY)
        self.good("--user", "ana", "--password-file", self.secret("sécret\n"))
        self.good("--user", "ana", "--overwrite", ANDON_KIBANA_PASSWORD="sécret")
        self.good("--api-key-file", self.secret("id:key\n"), "--overwrite")
        self.good("--overwrite", ANDON_KIBANA_API_KEY=API_KEY.split()[1])

    def test_missing_and_wrong_credentials_are_told_apart(self):
        self.server.authorization = (BASIC,)
        self.bad("credentials are asked for: give --user or --api-key-file")
        self.bad("is not accepted", "--user", "ana", ANDON_KIBANA_PASSWORD="wrong")
        self.bad("no password: give --password-file", "--user", "ana")
        self.bad("No such file", "--user", "ana", "--password-file", "/not/there")
        self.bad("one is enough", "--user", "ana", status=2, ANDON_KIBANA_API_KEY="k")

    def test_an_address_that_is_none_is_told(self):
        self.bad("must begin with http://", url="localhost:5601", status=2)
        self.bad("is --url right, and does the server run?", url="http://127.0.0.1:1")
        self.bad("http://[::1", url="http://[::1", status=2)
        ran = self.bad("--user and --password-file", url="http://ana:secret@localhost:5601", status=2)
        self.assertNotIn("secret", ran.stderr)
        self.bad("is it http://", url=self.url.replace("http:", "https:"))
        self.bad("look at --url and its base path", url=self.url + "/kibana")

    def test_answers_that_are_no_import_are_explained(self):
        for canned, wanted in (
                ((403, (), {"message": "no"}), "the role needs Saved Objects Management: All"),
                ((302, (("location", "/login"),), b""), "redirected to /login"),
                ((503, (), b"Kibana server is not ready yet"), "not ready yet; try again later"),
                ((500, (), {"message": "it broke"}), "500: it broke"),
                ((413, (), {"message": "Payload content length greater than maximum"}), "413: Payload"),
                ((200, (), b"<html>"), "what is no JSON"),
                ((200, (), []), "what is no answer of the import API")):
            with self.subTest(wanted):
                self.server.canned = canned
                self.bad(wanted)

    def test_objects_that_are_refused_are_named_with_the_reason(self):
        refused = [{"type": "search", "id": "s", "error": {"type": "missing_references", "references": [
                        {"type": "index-pattern", "id": "andon"}]}},
                   {"type": "dashboard", "id": "d", "error": {"type": "unsupported_type"}},
                   {"type": "dashboard", "id": "e", "error": {
                       "type": "unknown", "message": "belongs to a more recent version"}}]
        self.server.canned = 200, (), {"success": False, "successCount": 1, "errors": refused}
        ran = self.bad("search s: refers to what is not there: index-pattern andon")
        self.assertIn("dashboard d: is of a type that this server does not import", ran.stderr)
        self.assertIn("dashboard e: belongs to a more recent version", ran.stderr)
        self.assertIn("1 objects are in Kibana, 3 are not", ran.stdout)

    def test_a_server_that_is_too_old_is_told_before_anything_is_sent(self):
        self.server.version = "7.17.28"
        self.bad("Kibana 7.17.28 is too old: the objects need 8.0 or newer")
        self.assertEqual(self.kept(), [])


if __name__ == "__main__":
    unittest.main()
