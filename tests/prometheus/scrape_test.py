#!/usr/bin/env python3
"""A real Prometheus, with the configuration of deploy/prometheus, scrapes a real coordinator and a real worker: both are
up, a query has the outer step, promtool likes what they serve, and it is what docs/metrics.md tells of. Then the
coordinator is killed: its alert is on its way, and the worker says why it is not ready.
Usage: scrape_test.py BIN     (from the repository root)
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import metric_names

SKIPPED = 77
PATIENCE = 60  # seconds
# Of coordinators with TLS, and of jobs of several tasks, with `evaluate`, or whose estimator tells a variance.
NOT_HERE = {"paceline_certificate_expiry_timestamp_seconds", "paceline_job_task_loss", "paceline_job_held_out_progress",
            "paceline_job_gradient_variance", "paceline_worker_device_memory_free_bytes",
            "paceline_worker_device_memory_size_bytes"}
JOB = """
name: scraped
seed: 7
optimizer: {adafac_mlp: {hidden: 4}}
tasks: [{quadratic: {dimension: 10, kind: target}}]
episode: {constant: {steps: 20}}
estimator: {nres: {window: 5, sigma: 0.01}, particles: 4, block: 2}
outer: {steps: 1000000, optimizer: {adam: {learning_rate: 1.0e-2}}}
"""


def wait_for(what, condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come about within {PATIENCE} s")


def get(url):
    """(status, text); (0, why) where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def free_port():
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


class Programs:
    def __init__(self, binaries):
        self.binaries, self.folder, self.running = binaries, tempfile.mkdtemp(prefix="paceline-prometheus-"), []

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, program, *arguments):
        log = self.path(f"{len(self.running)}.log")
        with open(log, "w", encoding="utf-8") as file:
            process = subprocess.Popen([program, *arguments], stdout=file, stderr=subprocess.STDOUT)
        self.running.append(process)
        return process, log

    def ours(self, program, *arguments):
        """(process, where it answers HTTP)"""
        process, log = self.start(os.path.join(self.binaries, program), *arguments)
        found = wait_for(f"{program}'s HTTP address", lambda: re.search(r"http://([\d.]+:\d+)", open(log).read()))
        return process, found[1]

    def client(self, *arguments):
        subprocess.run([os.path.join(self.binaries, "paceline"), *arguments], check=True, capture_output=True)

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)


class Prometheus:
    def __init__(self, programs, coordinator, worker):
        for name in ("alerts.yml", "prometheus.yml", "workers.json"):
            text = open(os.path.join("deploy/prometheus", name), encoding="utf-8").read()
            text = text.replace("127.0.0.1:7780", coordinator).replace("127.0.0.1:7702", worker)
            with open(programs.path(name), "w", encoding="utf-8") as file:
                file.write(text.replace(": 15s", ": 500ms"))
        self.url = f"http://127.0.0.1:{free_port()}"
        programs.start("prometheus", "--config.file=" + programs.path("prometheus.yml"),
                       "--storage.tsdb.path=" + programs.path("tsdb"), "--web.listen-address=" + self.url[7:])

    def ask(self, expression):
        """Values by the labels that tell series apart."""
        status, text = get(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        if status != 200:
            return []
        return [(row["metric"], float(row["value"][1])) for row in json.loads(text)["data"]["result"]]


def check_page(address, headings):
    status, text = get(f"http://{address}/metrics")
    assert status == 200, text
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout + lint.stderr
    served = set(re.findall(r"^# TYPE (\w+)", text, re.M))
    told = set().union(*(metric_names.documented(heading) for heading in headings))
    assert not served - told, f"docs/metrics.md does not tell of {sorted(served - told)}"
    assert not told - served - NOT_HERE, f"only docs/metrics.md has {sorted(told - served - NOT_HERE)}"


def main(binaries):
    if not shutil.which("prometheus") or not shutil.which("promtool"):
        print("SKIPPED: there is no Prometheus here; deploy/setup.sh --tests installs it")
        return SKIPPED
    programs = Programs(binaries)
    try:
        data = programs.path("data")
        coordinator, at = programs.ours("paceline-coordinator", "--data", data, "--listen", "127.0.0.1:0",
                                        "--http", "127.0.0.1:0")
        address = wait_for("the coordinator", lambda: os.path.exists(data + "/address") and open(data + "/address").read())
        _, worker_at = programs.ours("paceline-worker", "--coordinator", address.strip(), "--threads", "1",
                                     "--http", "127.0.0.1:0")
        prometheus = Prometheus(programs, at, worker_at)
        with open(programs.path("job.yaml"), "w", encoding="utf-8") as file:
            file.write(JOB)
        programs.client("submit", programs.path("job.yaml"), "--coordinator", address.strip())

        wait_for("both up", lambda: sorted(value for _, value in prometheus.ask("up")) == [1, 1])
        step = wait_for("outer steps", lambda: prometheus.ask('paceline_job_outer_step{name="scraped"} > 10'))
        assert step[0][0]["job"] == "paceline-coordinator", step
        wait_for("the worker's own count", lambda: prometheus.ask("paceline_worker_inner_steps_total > 0"))
        wait_for("a rate", lambda: prometheus.ask("rate(paceline_inner_steps_total[10s]) > 0"))
        assert not prometheus.ask('ALERTS{alertstate="firing"}'), prometheus.ask("ALERTS")
        check_page(at, ["Of both programs", "Of the coordinator"])
        check_page(worker_at, ["Of both programs", "Of a worker"])
        for where in (at, worker_at):
            for path, word in (("healthz", "ok"), ("readyz", "ready")):
                assert get(f"http://{where}/{path}") == (200, '{"status":"%s"}\n' % word)

        coordinator.kill()
        coordinator.wait()
        wait_for("the alert", lambda: prometheus.ask('ALERTS{alertname="PacelineCoordinatorDown", alertstate="pending"}'))
        status, text = wait_for("the worker's trouble", lambda: "cannot be reached" in get(f"http://{worker_at}/readyz")[1]
                                and get(f"http://{worker_at}/readyz"))
        assert status == 503, text
        assert get(f"http://{worker_at}/healthz")[0] == 200
        wait_for("it to be scraped", lambda: prometheus.ask("paceline_worker_ready == 0"))
    finally:
        programs.close()
    print("Prometheus has seen a coordinator and a worker")
    return 0


sys.exit(main(sys.argv[1]))
