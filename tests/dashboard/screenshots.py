"""Pictures of every view, in light, in dark and as wide as a phone, to be looked at.

Usage: screenshots.py FOLDER
"""
import os
import sys

import scenes
from browser import Browser, DESK, PHONE
from mock_server import MockServer, TOKEN

VIEWS = {
    "jobs": "#/", "job": "#/job/quickstart", "job-with": "#/job/quickstart?with=wide-mix", "failed": "#/job/lorenz",
    "held-out": "#/job/quickstart/held-out", "config": "#/job/quickstart/config?with=wide-mix",
    "events": "#/job/quickstart/events", "compare": "#/compare?jobs=quickstart,mlp-lopt-pes,flat", "workers": "#/workers",
    "evaluations": "#/evaluations", "evaluation": "#/evaluation/suite-quick", "submit": "#/submit?from=quickstart",
    "login": "#/login",
}
KINDS = {"light": (DESK, False), "dark": (DESK, True), "phone": (PHONE, False)}


def take(browser, server, folder, prefix, views):
    for kind, (viewport, dark) in KINDS.items():
        page = browser.page(viewport, dark)
        page.goto(server.address)
        for name, address in views.items():
            page.goto(f"{server.address}/{address}")
            page.wait_for_timeout(150)
            page.wait_for_selector("main:not([aria-busy]) h1")
            if name == "submit" and server.logged_in:
                page.get_by_label("Config of the job").fill(scenes.CONFIG.format(name="mine") + "bad: 3\n")
                page.wait_for_selector(".remark")
            page.wait_for_timeout(150)
            page.screenshot(path=os.path.join(folder, f"{prefix}{name}-{kind}.png"), full_page=prefix != "large-", timeout=60000)
        for complaint in page.complaints:
            print(f"{prefix}{kind}: {complaint}")


def main(folder):
    os.makedirs(folder, exist_ok=True)
    browser = Browser()
    for scene, logged_in, prefix, views in (
            (scenes.usual(), True, "", VIEWS), (scenes.empty(), False, "empty-", {name: VIEWS[name] for name in (
                "jobs", "workers", "evaluations", "submit", "login")}),
            (scenes.large(), False, "large-", {name: VIEWS[name] for name in ("jobs", "workers")})):
        server = MockServer(scene)
        server.logged_in = logged_in
        take(browser, server, folder, prefix, views)
        server.stop()
    browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
