"""A coordinator's HTTP side without a coordinator: it serves the dashboard's own files and a scene (scenes.py).

Usage: mock_server.py [SCENE] [PORT]   (for looking around; the token is "let-me-in")
"""
import functools
import json
import os
import queue
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import scenes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FILES = os.path.join(ROOT, "coordinator", "dashboard")
CHART_JS = "/usr/share/javascript/chart.js/chart.min.js"
TOKEN = "let-me-in"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                               "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
ACTIONS = {"pause": "paused", "resume": "running", "cancel": "cancelled"}


class Refused(Exception):
    def __init__(self, status, code, message, faults=None):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message}} | ({"faults": faults} if faults else {})


def served_files():
    names = ["index.html", "app.css", "app.js", "favicon.svg"]
    names += [f"js/{name}" for name in sorted(os.listdir(os.path.join(FILES, "js")))]
    found = {"/" + name: os.path.join(FILES, name) for name in names}
    found["/"] = found.pop("/index.html")
    found["/chart.js"] = CHART_JS
    return found


def faults_of(yaml):
    """Of a config that is good but for lines with `bad`, or without a name."""
    faults = [{"line": number, "column": 1 + line.index("bad"), "message": "unknown key 'bad'; did you mean 'batch'?"}
              for number, line in enumerate(yaml.split("\n"), 1) if "bad" in line]
    if not re.search(r"^name: ", yaml, re.M):
        faults.append({"line": 0, "column": 0, "message": "name is missing"})
    return faults


class MockServer:
    """Listens when it is made. `reading_open`: nobody has to log in to look."""

    def __init__(self, scene, port=0, reading_open=True):
        self.scene = scene
        self.reading_open = reading_open
        self.logged_in = False
        self.busy = False  # answers 503
        self.asked = []  # (method, path, body)
        self.streams = []
        self.port = port
        self.start()

    def start(self):
        handler = functools.partial(Handler, self)
        self.http = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self):
        """As if it were killed: streams break, the port is free."""
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()
        for stream in self.streams:
            stream.put(None)
        self.streams = []

    def tell(self, kind, data):
        """An event to every page."""
        for stream in self.streams:
            stream.put(f"event: {kind}\ndata: {json.dumps(data)}\n\n")

    def job(self, name):
        for summary in self.scene["jobs"]:
            if summary["job"] == name:
                return summary
        raise Refused(404, "NOT_FOUND", f"there is no job '{name}'")

    def change(self, name, **values):
        summary = self.job(name)
        summary.update(values)
        self.tell("job", summary)
        return summary

    # What each path answers.

    def session(self):
        who = {"name": "ann", "role": "submitter", "shown_by": "token", "expires_ms": scenes.NOW_MS, "job_prefix": ""}
        return {"identity": who if self.logged_in else None, "csrf": "word" if self.logged_in else None, "version": "0.1.0",
                "may": ["view", "submit", "rule"] if self.logged_in else [], "reading_open": self.reading_open}

    def cluster(self):
        states = [summary["state"] for summary in self.scene["jobs"]]
        workers = self.scene["workers"]
        return {"version": "0.1.0", "started_ms": scenes.NOW_MS - 86_400_000, "now_ms": scenes.NOW_MS,
                "jobs": {state: states.count(state) for state in set(states)}, "workers": len(workers),
                "inner_steps_per_second": sum(one["inner_steps_per_second"] for one in workers),
                "healthy": not self.scene.get("reasons"), "reasons": self.scene.get("reasons", []), "disk_free_bytes": 212_000_000_000}

    def jobs(self, query):
        state, words = query.get("state", ""), query.get("q", "")
        found = [one for one in self.scene["jobs"] if state in ("", one["state"]) and words in one["job"]]
        offset = int(query.get("offset", 0))
        return {"total": len(found), "jobs": found[offset:offset + int(query.get("limit", 200))]}

    def of_job(self, name, part, query):
        summary = self.job(name)
        if part == "series":
            first, last = int(query.get("from", 1)), int(query.get("to", 0))
            metrics = query["metrics"].split(",")
            if len(metrics) > 16:
                raise Refused(400, "INVALID_ARGUMENT", "metrics lists 1 to 16 names")
            return scenes.series(summary, metrics, first, last, int(query.get("points", 600)))
        if part == "diff":
            return {"lines": [{"kind": " ", "text": "seed: 1"}, {"kind": "-", "text": "hidden: 4"}, {"kind": "+", "text": "hidden: 32"}]}
        return {"": lambda: scenes.detail(summary), "staleness": lambda: {"ages": [900, 80, 20]},
                "held_out": lambda: scenes.held_out(summary), "events": lambda: scenes.events(summary),
                "config": lambda: {"yaml": scenes.CONFIG.format(name=name)}}[part]()

    def evaluation(self, name):
        for found in self.scene["evaluations"]:
            if found["evaluation"] == name:
                return found
        raise Refused(404, "NOT_FOUND", f"there is no evaluation '{name}'")

    def get(self, parts, query):
        if self.busy:
            raise Refused(503, "UNAVAILABLE", "the coordinator is busy")
        if parts == ["session"]:
            return self.session()
        if not self.reading_open and not self.logged_in:
            raise Refused(401, "UNAUTHENTICATED", "this coordinator asks for an identity")
        if parts[0] == "jobs" and len(parts) > 1:
            return self.of_job(parts[1], parts[2] if len(parts) > 2 else "", query)
        if parts[0] == "evaluations" and len(parts) > 1:
            return self.evaluation(parts[1])
        return {"cluster": self.cluster, "jobs": lambda: self.jobs(query),
                "workers": lambda: {"total": len(self.scene["workers"]), "workers": self.scene["workers"]},
                "evaluations": lambda: {"evaluations": self.scene["evaluations"]}}[parts[0]]()

    def post(self, parts, body, headers):
        if parts == ["login"]:
            if json.loads(body).get("token") != TOKEN:
                raise Refused(401, "UNAUTHENTICATED", "the token is not known here")
            self.logged_in = True
            return self.session()
        if not self.logged_in or headers.get("X-Paceline-CSRF") != "word":
            raise Refused(401, "UNAUTHENTICATED", "log in first")
        if parts == ["logout"]:
            self.logged_in = False
            return self.session()
        if parts == ["check"]:
            return {"faults": faults_of(body), "name": "mine"}
        if parts == ["jobs"]:
            return self.submit(body)
        return self.act(parts[1], parts[2], body)

    def submit(self, body):
        if faults_of(body):
            raise Refused(400, "INVALID_ARGUMENT", "the config has faults", faults_of(body))
        name = re.search(r"^name: (.*)$", body, re.M)[1]
        self.scene["jobs"].insert(0, scenes.job(name, step=0))
        return {"job": name}

    def act(self, name, action, body):
        if action == "delete":
            self.scene["jobs"].remove(self.job(name))
            self.tell("gone", {"job": name})
            return {}
        if action == "priority":
            return self.change(name, priority=json.loads(body)["priority"])
        return self.change(name, state=ACTIONS[action])


class Handler(BaseHTTPRequestHandler):
    def __init__(self, mock, *arguments):
        self.mock = mock
        super().__init__(*arguments)

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/api/v1/events":
            return self.stream()
        if not url.path.startswith("/api/v1/"):
            return self.file(url.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.told(lambda parts: self.mock.get(parts, query))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.mock.asked.append(("POST", self.path, body))
        self.told(lambda parts: self.mock.post(parts, body, self.headers))

    def told(self, answer):
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[3:]]
        try:
            self.reply(200, json.dumps(answer(parts)).encode(), "application/json")
        except Refused as refused:
            self.reply(refused.status, json.dumps(refused.body).encode(), "application/json")
        except KeyError:
            self.reply(404, b'{"error": {"code": "NOT_FOUND", "message": "there is no such path"}}', "application/json")

    def file(self, path):
        found = served_files().get(path)
        if not found:
            return self.reply(404, b"not here", "text/plain")
        with open(found, "rb") as file:
            kind = ".html" if path == "/" else os.path.splitext(path)[1]
            return self.reply(200, file.read(), TYPES[kind])

    def reply(self, status, body, kind):
        self.send_response(status)
        for name, value in (SECURITY | {"Content-Type": kind, "Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the page has gone on

    def stream(self):
        self.send_response(200)
        for name, value in (SECURITY | {"Content-Type": "text/event-stream"}).items():
            self.send_header(name, value)
        self.end_headers()
        mine = queue.Queue()
        mine.put('event: hello\ndata: {"version": "0.1.0"}\n\n')
        self.mock.streams.append(mine)
        while (text := mine.get()) is not None:
            try:
                self.wfile.write(text.encode())
            except OSError:
                return
        self.close_connection = True

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    scene = getattr(scenes, sys.argv[1] if len(sys.argv) > 1 else "usual")()
    server = MockServer(scene, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(server.address, flush=True)
    while True:
        time.sleep(3600)
