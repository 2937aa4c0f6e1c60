#!/usr/bin/env python3
"""Checks what deploy/prometheus has: the configuration and the alerts by promtool, that each alert is shown to fire and
not to fire, and that alerts and the dashboard name metrics that there are.
Usage: files_test.py     (from the repository root)
"""
import json
import re
import shutil
import subprocess
import sys

import metric_names

FOLDER = "deploy/prometheus"
SKIPPED = 77
faults = []


def promtool(*arguments):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        faults.append(f"promtool {' '.join(arguments)}:\n{done.stdout}{done.stderr}")


def check_names(where, expression):
    for name in sorted(metric_names.used(expression) - metric_names.documented()):
        faults.append(f"{where}: there is no metric {name} (docs/metrics.md)")


def check_alerts():
    text = open(f"{FOLDER}/alerts.yml", encoding="utf-8").read()
    tests = open(f"{FOLDER}/alerts_test.yml", encoding="utf-8").read()
    page = open("docs/metrics.md", encoding="utf-8").read()
    alerts = re.split(r"^      - alert: ", text, flags=re.M)[1:]
    if len(alerts) < 20:
        faults.append(f"{FOLDER}/alerts.yml: only {len(alerts)} alerts were found")
    for alert in alerts:
        name = alert.split("\n", 1)[0]
        check_names(name, alert.split("labels:")[0])
        for part in ("severity:", "summary:", "description:"):
            if part not in alert:
                faults.append(f"{name} has no {part}")
        for end in ("fires", "does not fire"):
            if f"name: {name} {end}\n" not in tests:
                faults.append(f"alerts_test.yml does not show that {name} {end}")
        if f"`{name}`" not in page:
            faults.append(f"docs/metrics.md does not tell of {name}")


def check_dashboard():
    with open(f"{FOLDER}/grafana/paceline.json", encoding="utf-8") as file:
        dashboard = json.load(file)
    numbers = [panel["id"] for panel in dashboard["panels"]]
    if len(numbers) != len(set(numbers)):
        faults.append("the dashboard has two panels of one id")
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    if variables["datasource"]["type"] != "datasource":
        faults.append("the dashboard lets nobody choose the data source")
    shown = set()
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            shown |= metric_names.used(target["expr"])
            check_names(panel["title"], target["expr"])
            if target["datasource"]["uid"] != "${datasource}":
                faults.append(f"{panel['title']} has a data source of its own")
            for variable in re.findall(r"\$(\w+)", target["expr"]):
                if variable not in variables:
                    faults.append(f"{panel['title']}: there is no variable ${variable}")
    if len(shown) < 50:
        faults.append(f"the dashboard shows {len(shown)} metrics only")


def main():
    check_alerts()
    check_dashboard()
    if shutil.which("promtool"):
        promtool("check", "config", f"{FOLDER}/prometheus.yml")
        promtool("check", "rules", f"{FOLDER}/alerts.yml")
        promtool("test", "rules", f"{FOLDER}/alerts_test.yml")
    print("\n".join(faults), file=sys.stderr)
    if not faults and not shutil.which("promtool"):
        print("SKIPPED: promtool is not here; deploy/setup.sh --tests installs it")
        return SKIPPED
    return 1 if faults else 0


sys.exit(main())
