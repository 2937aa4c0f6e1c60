"""Every view of the dashboard in Chromium, before a coordinator that is made up (mock_server.py).

Usage: views_test.py [TEST...]
"""
import os
import re
import unittest

import scenes
from browser import Browser, PHONE
from mock_server import MockServer, TOKEN
from playwright.sync_api import expect

HERE = os.path.dirname(os.path.abspath(__file__))
VIEWS = {
    "#/": "Jobs", "#/job/quickstart": "quickstart", "#/job/quickstart/held-out": "quickstart",
    "#/job/quickstart/config?with=wide-mix": "quickstart", "#/job/quickstart/events": "quickstart",
    "#/job/lorenz": "lorenz", "#/compare?jobs=quickstart,flat": "Compare", "#/workers": "Workers",
    "#/evaluations": "Evaluations", "#/evaluation/suite-quick": "suite-quick", "#/submit": "Submit a job",
    "#/login": "Log in", "#/nowhere": "There is no such page",
}


def setUpModule():
    global browser, accessibility
    browser = Browser()
    expect.set_options(timeout=20000)
    with open(os.path.join(HERE, "accessibility.js"), encoding="utf-8") as file:
        accessibility = file.read()


def tearDownModule():
    browser.close()


class DashboardTest(unittest.TestCase):
    """A page before a scene. What it complains of in its console, policy violations among it, fails the test."""

    def open(self, scene, address="#/", logged_in=False, reading_open=True, **looks):
        self.server = MockServer(scene, reading_open=reading_open)
        self.server.logged_in = logged_in
        self.addCleanup(self.server.stop)
        self.page = browser.page(**looks)
        self.page.mouse.move(0, 0)
        self.page.goto(f"{self.server.address}/{address}")
        self.settled()
        return self.page

    def go(self, address):
        self.page.evaluate("(hash) => { location.hash = hash; }", address)

    def settled(self, title=None):
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(title) if title else expect(heading).to_be_visible()
        self.page.wait_for_selector("main:not([aria-busy])")

    def tearDown(self):
        page = getattr(self, "page", None)
        if page:
            self.assertEqual(page.complaints, [])
            self.assertEqual([url for url in page.requests if not url.startswith("http://127.0.0.1:")], [])


class EveryView(DashboardTest):
    def walk(self, scene, views=VIEWS, **looks):
        self.open(scene, **looks)
        for address, title in views.items():
            with self.subTest(address):
                self.go(address)
                self.settled(title)
                self.assertEqual(self.page.evaluate(accessibility), [])

    def test_light(self):
        self.walk(scenes.usual())

    def test_dark(self):
        self.walk(scenes.usual(), dark=True)

    def test_as_wide_as_a_phone(self):
        self.walk(scenes.usual(), viewport=PHONE)

    def test_of_an_empty_coordinator_tells_how_to_begin(self):
        page = self.open(scenes.empty())
        for address, command in (("#/", "paceline submit configs/quickstart.yaml"), ("#/workers", "paceline-worker --coordinator"),
                                 ("#/evaluations", "paceline evaluate configs/suites/suite-quick.yaml")):
            self.go(address)
            expect(page.locator("main pre", has_text=command)).to_be_visible()
            self.assertEqual(page.evaluate(accessibility), [])


class HostileNames(DashboardTest):
    def test_are_shown_literally_and_never_run(self):
        page = self.open(scenes.hostile(), logged_in=True)
        name = scenes.HOSTILE
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(1)
        page.get_by_role("link", name=name, exact=True).click()
        self.settled(name)
        for tab in ("Held out", "Config", "Events"):
            page.get_by_role("link", name=tab).click()
            self.settled(name)
        for address in ("#/workers", "#/evaluations"):
            self.go(address)
            expect(page.get_by_text(name).first).to_be_visible()
        page.get_by_role("link", name=name, exact=True).first.click()
        self.settled(name)
        self.assertEqual(page.locator("main img, main script").count(), 0)
        self.assertTrue(page.title().endswith("Paceline"), page.title())


class ManyJobs(DashboardTest):
    def test_are_shown_page_by_page(self):
        page = self.open(scenes.large())
        rows = page.locator("tbody tr:not(.group)")
        expect(rows).to_have_count(50)
        expect(page.get_by_text("1–50 of 1,000")).to_be_visible()
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("51–100 of 1,000")).to_be_visible()

    def test_are_found_by_name_and_state(self):
        page = self.open(scenes.large())
        page.get_by_label("Name").fill("sweep-099")
        page.get_by_label("Name").press("Enter")
        expect(page.locator("tbody tr:not(.group)")).to_have_count(10)
        page.get_by_label("State").select_option("running")
        expect(page.get_by_text("No job is like that.")).to_be_visible()

    def test_are_compared_when_they_are_chosen(self):
        page = self.open(scenes.usual())
        for name in ("quickstart", "flat"):
            page.get_by_label(f"Compare {name}", exact=True).check()
        page.get_by_role("link", name="Compare (2)").click()
        self.settled("Compare")
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* flat: from "))).to_be_visible()

    def test_five_hundred_workers_are_sorted_and_found(self):
        page = self.open(scenes.large(), "#/workers")
        rows = page.locator("tbody tr")
        expect(rows).to_have_count(500)
        page.get_by_role("button", name="Answers").click()
        expect(rows.first).to_contain_text("node-500")
        expect(page.get_by_role("columnheader", name="Answers")).to_have_attribute("aria-sort", "descending")
        page.get_by_label("Find").fill("node-04")
        expect(rows).to_have_count(10)
        expect(page.get_by_text("10 workers")).to_be_visible()


class ALostConnection(DashboardTest):
    def test_is_told_and_comes_back_with_fresh_data(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        connection = page.locator("#connection")
        expect(connection).to_have_text("live")
        self.server.stop()
        expect(connection).to_have_text("lost, trying again")
        expect(page.get_by_text("What you see is of")).to_be_visible()
        self.server.job("quickstart").update(step=3100)
        self.server.start()
        expect(connection).to_have_text("live")
        expect(page.get_by_text("3,100 / 4,000")).to_be_visible()
        expect(page.get_by_text("What you see is of")).to_have_count(0)

    def test_of_a_coordinator_that_is_busy_is_asked_for_again(self):
        page = self.open(scenes.usual())
        self.server.busy = True
        self.go("#/workers")
        expect(page.get_by_role("alert")).to_contain_text("the coordinator is busy")
        self.server.busy = False
        expect(page.get_by_role("row", name=re.compile("node-001"))).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)

    def test_before_the_first_answer_is_told(self):
        page = self.open(scenes.usual())
        self.server.stop()
        self.go("#/workers")
        expect(page.get_by_role("alert")).to_contain_text("The coordinator does not answer.")
        self.server.start()
        expect(page.get_by_role("row", name=re.compile("node-001"))).to_be_visible()


class LiveEvents(DashboardTest):
    def test_move_a_job_in_the_list(self):
        page = self.open(scenes.usual())
        expect(page.locator("#connection")).to_have_text("live")
        self.server.change("quickstart", step=3000)
        expect(page.get_by_text("3,000 / 4,000")).to_be_visible()
        self.server.change("quickstart", state="paused")
        expect(page.locator("tbody", has_text="quickstart").locator("tr.group")).to_have_text("Paused")

    def test_make_curves_grow(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* at step 2,800;"))).to_be_visible()
        self.server.change("quickstart", step=3000)
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* at step 3,000;"))).to_be_visible()

    def test_tell_of_a_deleted_job(self):
        page = self.open(scenes.usual(), "#/job/flat")
        expect(page.locator("#connection")).to_have_text("live")
        self.server.tell("gone", {"job": "flat"})
        expect(page.get_by_text("This job was deleted.")).to_be_visible()

    def test_what_is_wrong_with_the_coordinator_is_said(self):
        page = self.open(scenes.usual() | {"reasons": ["the disk of /srv/paceline is full"]})
        expect(page.get_by_text("the disk of /srv/paceline is full")).to_be_visible()


class Curves(DashboardTest):
    def test_zoom_by_dragging_and_by_numbers_fetches_that_part(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        box = page.locator(".plot.large").first.bounding_box()
        middle = box["y"] + 100
        page.mouse.move(box["x"] + box["width"] / 2, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 3 / 4, middle, steps=4)
        page.mouse.up()
        first = page.get_by_label("first outer step")
        expect(first).to_have_value(re.compile(r"1[345]\d\d"))
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* at step 1,[345]"))).to_be_visible()
        first.fill("2000")
        page.get_by_label("last outer step").fill("2010")
        page.keyboard.press("Enter")
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* at step 2,000 to .* at step 2,010"))).to_be_visible()
        page.get_by_role("button", name="All steps").click()
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* at step 2,800;"))).to_be_visible()

    def test_of_a_million_outer_steps_are_fetched_thinned(self):
        scene = {"jobs": [scenes.job("long", step=1_000_000, steps=1_000_000)], "workers": [], "evaluations": []}
        page = self.open(scene, "#/job/long")
        expect(page.get_by_role("img", name=re.compile("long: from .* at step 1,000,000;"))).to_be_visible()
        asked = [url for url in page.requests if "/series?" in url]
        self.assertTrue(asked and all(re.search(r"points=(600|240)\b", url) for url in asked), asked)

    def test_have_their_numbers_as_a_table(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        page.locator("details.numbers summary").first.click()
        numbers = page.get_by_role("region", name="Numbers of quickstart")
        expect(numbers.get_by_role("row")).to_have_count(61)
        expect(numbers.get_by_role("row").last).to_contain_text("2,800")

    def test_scale_and_smoothing_are_remembered(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        page.get_by_label("Scale").select_option("log")
        page.get_by_label("Smoothing").fill("0.5")
        page.reload()
        expect(page.get_by_label("Scale")).to_have_value("log")
        expect(page.get_by_label("Smoothing")).to_have_value("0.5")

    def test_another_job_stands_beside(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        page.get_by_label("Compare with").fill("wide-mix")
        page.get_by_label("Compare with").press("Enter")
        expect(page.get_by_role("img", name=re.compile("quickstart: from .* wide-mix: from "))).to_be_visible()

    def test_those_of_a_strict_job_show_no_ages(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        expect(page.get_by_role("region", name="Learning rate")).to_be_visible()
        expect(page.get_by_role("region", name="Age of answers")).to_have_count(0)


class Actions(DashboardTest):
    def test_are_offered_to_those_who_may(self):
        page = self.open(scenes.usual(), "#/job/quickstart")
        expect(page.get_by_role("button", name="Pause")).to_have_count(0)
        page.locator("main").get_by_role("link", name="Log in").click()
        page.get_by_label("Token").fill("wrong")
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_role("alert")).to_have_text("the token is not known here")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        self.go("#/job/held-out")
        expect(page.get_by_text("bob rules this job")).to_be_visible()

    def test_pause_and_resume_are_asked_for_and_done(self):
        page = self.open(scenes.usual(), "#/job/quickstart", logged_in=True)
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Leave it").click()
        self.assertEqual(self.server.asked, [])
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("dialog").get_by_role("button", name="Pause").click()
        expect(page.locator("h1 + .state")).to_have_text("paused")
        page.get_by_role("button", name="Resume").click()
        page.get_by_role("dialog").get_by_role("button", name="Resume").click()
        expect(page.locator("h1 + .state")).to_have_text("running")

    def test_priority_is_a_number(self):
        page = self.open(scenes.usual(), "#/job/curvature", logged_in=True)
        page.get_by_role("button", name="Priority").click()
        page.get_by_role("dialog").get_by_role("spinbutton").fill("-7")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        self.assertEqual(self.server.job("curvature")["priority"], -7)

    def test_a_job_is_deleted_by_those_who_type_its_name(self):
        page = self.open(scenes.usual(), "#/job/flat", logged_in=True)
        page.get_by_role("button", name="Delete").click()
        name = page.get_by_role("dialog").get_by_role("textbox")
        name.fill("flt")
        name.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="That is not flat.")).to_be_visible()
        name.fill("flat")
        name.press("Enter")
        self.settled("Jobs")
        expect(page.get_by_role("link", name="flat", exact=True)).to_have_count(0)


class Submitting(DashboardTest):
    def test_shows_faults_at_their_lines_until_there_are_none(self):
        page = self.open(scenes.usual(), "#/submit", logged_in=True)
        field = page.get_by_label("Config of the job")
        field.fill("name: mine\nseed: 1\nbad: 3\n")
        expect(page.locator(".faulty .remark")).to_have_text("unknown key 'bad'; did you mean 'batch'?")
        expect(field).to_have_attribute("aria-invalid", "true")
        page.get_by_role("button", name="line 3, column 1:").click()
        self.assertEqual(field.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)"), "bad: 3")
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_role("alert").filter(has_text="the config has faults")).to_be_visible()
        field.fill("name: mine\nseed: 1\n")
        expect(page.get_by_text("mine: no faults.")).to_be_visible()
        page.get_by_role("button", name="Submit").click()
        self.settled("mine")

    def test_asks_for_a_token_first(self):
        page = self.open(scenes.usual(), "#/submit")
        expect(page.get_by_role("button", name="Submit")).to_be_disabled()
        page.locator("main").get_by_role("link", name="Log in").click()
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_role("button", name="Submit")).to_be_enabled()


class Identities(DashboardTest):
    def test_nothing_is_shown_to_strangers_where_reading_is_closed(self):
        page = self.open(scenes.usual(), "#/job/quickstart", reading_open=False)
        self.settled("Log in")
        expect(page.get_by_text("quickstart")).to_have_count(0)
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_label("Token").press("Enter")
        self.settled("quickstart")
        page.get_by_role("button", name="Log out").click()
        self.settled("Log in")
        expect(page.get_by_text("quickstart")).to_have_count(0)

    def test_a_session_that_ended_leads_to_the_login(self):
        self.open(scenes.usual(), "#/workers", reading_open=False, logged_in=True)
        self.server.logged_in = False
        self.go("#/")
        self.settled("Log in")


class Keyboard(DashboardTest):
    def test_reaches_everything_in_order(self):
        page = self.open(scenes.usual(), "#/job/quickstart", logged_in=True)
        page.evaluate("() => document.activeElement.blur()")
        names = []
        for _ in range(14):
            page.keyboard.press("Tab")
            names.append(page.evaluate("() => document.activeElement.textContent.trim()"))
        self.assertEqual(names[:6], ["Skip to the content", "Paceline", "Jobs", "Workers", "Evaluations", "Submit"])
        self.assertEqual([name for name in names if name in ("Pause", "Cancel", "Priority")], ["Pause", "Cancel", "Priority"])

    def test_a_dialog_keeps_it_and_gives_it_back(self):
        page = self.open(scenes.usual(), "#/job/quickstart", logged_in=True)
        page.get_by_role("button", name="Cancel").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        self.assertEqual(page.evaluate("() => document.activeElement.textContent"), "Cancel")
        self.assertEqual(self.server.asked, [])

    def test_stays_on_a_button_while_numbers_move(self):
        page = self.open(scenes.usual(), "#/job/quickstart", logged_in=True)
        page.get_by_role("button", name="Pause").focus()
        self.server.change("quickstart", step=3000)
        expect(page.get_by_text("3,000 / 4,000")).to_be_visible()
        self.assertEqual(page.evaluate("() => document.activeElement.textContent"), "Pause")

    def test_skipping_leads_to_the_content(self):
        page = self.open(scenes.usual())
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        self.assertEqual(page.evaluate("() => document.activeElement.id"), "main")
        self.settled("Jobs")


class Themes(DashboardTest):
    def test_are_chosen_and_remembered(self):
        page = self.open(scenes.usual(), "#/workers")
        ground = "() => getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        for _ in range(2):
            page.get_by_role("button", name="Theme").click()
        dark = page.evaluate(ground)
        self.assertNotEqual(light, dark)
        page.reload()
        self.settled("Workers")
        self.assertEqual(page.evaluate(ground), dark)


if __name__ == "__main__":
    unittest.main()
