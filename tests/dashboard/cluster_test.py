"""The dashboard of a real coordinator with a real worker, in Chromium: a job from its submission to its end.

Usage: cluster_test.py BIN
"""
import re
import sys
import unittest

from browser import Browser
from cluster import Cluster
from playwright.sync_api import expect

CONFIG = """name: seen
seed: 1
optimizer: {learnable_adam: {}}
tasks:
  - quadratic: {}
episode: {constant: {steps: 20}}
estimator: {pes: {window: 10, sigma: 0.01}, particels: 4, block: 2}
outer: {steps: 1000000, optimizer: {adam: {learning_rate: 1.0e-3}}}
"""
PATIENCE_MS = 60000


class ARealCluster(unittest.TestCase):
    def setUp(self):
        expect.set_options(timeout=PATIENCE_MS)
        self.cluster = Cluster(programs)
        self.addCleanup(self.cluster.stop)
        browser = Browser()
        self.addCleanup(browser.close)
        self.page = browser.page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.goto(self.cluster.url)

    def test_is_ruled_and_watched_from_a_browser(self):
        self.log_in()
        self.submit()
        self.curves_grow(0)
        self.pause_and_resume()
        self.outlives_its_coordinator()
        self.end()
        self.assertEqual(self.page.complaints, [])

    def log_in(self):
        page = self.page
        page.goto(f"{self.cluster.url}/#/login")
        page.get_by_label("Token").fill(self.cluster.token("ann", "submitter"))
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_role("link", name="ann (submitter)")).to_be_visible()

    def submit(self):
        page = self.page
        page.get_by_role("link", name="Submit").first.click()
        field = page.get_by_label("Config of the job")
        field.fill(CONFIG)
        expect(page.locator(".faulty .remark")).to_contain_text("particels")
        expect(page.locator(".faulty .unseen")).to_contain_text("particels: 4")
        field.fill(CONFIG.replace("particels", "particles"))
        expect(page.get_by_text("seen: no faults.")).to_be_visible()
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("seen")

    def newest_step(self):
        words = self.page.get_by_role("img", name=re.compile("^seen: from ")).get_attribute("aria-label")
        return int(re.search(r" to .* at step ([\d,]+); lowest", words)[1].replace(",", ""))

    def curves_grow(self, step):
        """Past `step`, in the page that is open, without anybody's doing."""
        curve = self.page.get_by_role("img", name=re.compile("^seen: from "))
        expect(curve).to_be_visible()
        before = max(step, self.newest_step())
        words = re.escape(f"at step {before:,};")
        expect(curve).not_to_have_attribute("aria-label", re.compile(words))
        self.assertGreater(self.newest_step(), before)

    def act(self, verb, state):
        page = self.page
        page.get_by_role("button", name=verb).click()
        page.get_by_role("dialog").get_by_role("button", name=verb).click()
        expect(page.locator("h1 + .state")).to_have_text(state)

    def pause_and_resume(self):
        self.act("Pause", "paused")
        self.act("Resume", "running")
        self.curves_grow(self.newest_step())

    def outlives_its_coordinator(self):
        page = self.page
        before = self.newest_step()
        self.cluster.kill_coordinator()
        expect(page.locator("#connection")).to_have_text("lost, trying again")
        self.cluster.restart_coordinator()
        expect(page.locator("#connection")).to_have_text("live")
        self.curves_grow(before)
        expect(page.locator("main").get_by_role("link", name="Log in")).to_be_visible()

    def end(self):
        self.log_in()
        self.page.goto(f"{self.cluster.url}/#/job/seen")
        self.act("Cancel", "cancelled")
        self.page.get_by_role("link", name="Events").click()
        expect(self.page.get_by_role("row", name=re.compile("cancelled"))).to_be_visible()


if __name__ == "__main__":
    programs = sys.argv.pop(1)
    unittest.main()
