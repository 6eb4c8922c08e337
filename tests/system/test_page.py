# SPDX-License-Identifier: BSD-3-Clause
# test_page.py - the operators' page in a real browser: who signs in sees the lessons, the bad line
# by its name, and what can be done about it.
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from browser import HOST, Browser
from county import wait_until
from lesson import School
from light import LightLesson, Pair
from world import BUILD, SystemTest, World, main

LOSS_PERCENT = 3
PHONE = "0579-88001234"
FAR_S = 3000  # no lesson opens while a connection is checked


class Schools(LightLesson):
    """Two pairs, each school with somebody to call."""

    def tables(self, start, end):
        tables = super().tables(start, end)
        head, *rows = tables["schools"]
        tables["schools"] = [head] + [row.replace(",,", f",李老师,{PHONE}") for row in rows]
        return tables


class PageWorld(World):
    def __init__(self, bell_in_s=9):
        names = ("巫溪中心小学", "厚仁中心小学", "枫林镇中心小学", "潘坑小学")
        ids = ("wuxi", "houren", "fenglin", "pankeng")
        schools = [School(one, name, one, 0) for one, name in zip(ids, names)]
        self.pairs_made = [Pair("p1", *schools[:2]), Pair("p2", *schools[2:])]
        super().__init__(schools, lasts_s=180, bell_in_s=bell_in_s, open_before_s=60)

    def make_lesson(self):
        return Schools(self.county, BUILD, self.directory, self.pairs_made, self.plan)


class Page(SystemTest):
    maxDiff = None

    def setUp(self):
        self.shots = os.path.join(BUILD, "page")
        os.makedirs(self.shots, exist_ok=True)

    def token(self, name, role, **more):
        made = self.world.lesson.api("POST", "/v1/tokens", {"name": name, "role": role, **more})
        return made["token"]

    def sign_in(self, token):
        self.browser.wait("form.signin")
        self.browser.type("#token", token + "\n")

    def shoot(self, name):
        self.browser.shoot(os.path.join(self.shots, f"{name}.png"))

    def line(self, school, direction, light):
        return f'.school[data-school="{school}"] .{direction}[data-light="{light}"]'

    def test_an_operator_and_a_school_see_their_lessons(self):
        with PageWorld() as self.world:
            self.world.start()
            with Browser(self.world.lesson.port) as self.browser:
                self.signs_in()
                self.sees_lessons_go_live()
                self.sees_whose_line_is_bad()
                self.extends_a_lesson()
                self.reads_it_in_english()
                self.walks_through_the_views()
                self.school_sees_its_own_lesson()
                self.assert_nothing_foreign()

    def test_an_operator_checks_a_connection(self):
        with PageWorld(bell_in_s=FAR_S) as self.world:
            self.world.start()
            with Browser(self.world.lesson.port) as self.browser:
                self.sign_in_at("endpoints")
                self.checks_a_connection()
                self.is_refused_in_words()
                self.keeps_the_wall()
                self.assert_nothing_foreign()

    def sign_in_at(self, view):
        browser = self.browser
        browser.open("#" + view)
        self.sign_in(self.token("office", "operator"))
        browser.wait("#top nav a[aria-current]", text="终端")
        wait_until(lambda: len(browser.all("tr.green")) == 4, 20, "not all schools are connected")

    def checks_a_connection(self):
        browser = self.browser
        self.world.county.impair(3, LOSS_PERCENT)
        row = 'tr[data-endpoint="pankeng-1"] .check'
        browser.click(f"{row} button")
        browser.wait("#toasts", text="正在检测 ")
        browser.wait(row, text="检测中")
        self.assertEqual(len(browser.all("td.check button:disabled")), 4)
        found = browser.wait(row, 40, "上行")
        self.assertRegex(found, r"下行 \S+ [kM]bit/s，丢包 ")
        partner = browser.text('tr[data-endpoint="fenglin-1"] .check')
        self.assertIn("上行", partner)
        self.assertNotIn("上行", browser.text('tr[data-endpoint="wuxi-1"] .check'))
        check = self.world.lesson.api("GET", "/v1/checks")["checks"][0]
        self.assertEqual({one["school"] for one in check["schools"]}, {"fenglin", "pankeng"})
        self.shoot("endpoints-checked")
        link = browser.all(f"{row} a")[0].get_attribute("href")
        browser.driver.get(link)
        browser.wait("body", text="现场检测报告")
        browser.driver.back()
        browser.wait(row, text="上行")

    def is_refused_in_words(self):
        browser = self.browser
        made = {"endpoints": ["wuxi-1", "houren-1"], "minutes": 5}
        self.world.lesson.api("POST", "/v1/sessions", made)
        browser.click('tr[data-endpoint="wuxi-1"] .check button')
        browser.wait("#toasts .bad", text="现在不能检测巫溪中心小学：学校正在上课")

    def keeps_the_wall(self):
        browser = self.browser
        browser.press("w")
        browser.wait("html.wide")
        browser.open()
        browser.driver.refresh()
        browser.wait("html.wide #top nav")
        browser.press("w")
        wait_until(lambda: not browser.has("html.wide"), 5, "the wall does not end")

    def signs_in(self):
        browser = self.browser
        browser.open()
        self.sign_in("ccr_wrong")
        browser.wait("form.signin .wrong", text="口令不对")
        browser.type("#token", self.token("office", "operator") + "\n")
        browser.wait("#top nav a[aria-current]", text="实时")

    def sees_lessons_go_live(self):
        browser = self.browser
        browser.wait("article.lesson .chip", 40, "上课中")
        wait_until(lambda: len(browser.all(".chip.live")) == 2, 20, "not both lessons are live")
        browser.wait(".banner.green h1", 40, "线路全部正常")
        self.shoot("calm")

    def sees_whose_line_is_bad(self):
        """Only the school's uplink is to blame, and the page says whom to call."""
        browser = self.browser
        self.world.county.impair(3, LOSS_PERCENT)
        browser.wait(self.line("pankeng", "uplink", "amber"), 40)
        headline = browser.wait(".banner.amber h1", text="潘坑小学")
        self.assertIn("丢包", headline)
        browser.wait(".banner.amber .call", text=PHONE)
        for school in ("wuxi", "houren", "fenglin"):
            self.assertTrue(browser.has(self.line(school, "uplink", "green")), school)
        self.assertIn("潘坑小学", browser.text("article.lesson"), "the bad one comes first")
        self.shoot("loss")
        browser.click('[data-act="theme"]')
        self.shoot("loss-dark")

    def ends(self):
        sessions = self.world.lesson.api("GET", "/v1/sessions")["sessions"]
        return {one["id"]: one["ends_at"] for one in sessions}

    def extends_a_lesson(self):
        browser = self.browser
        before = self.ends()
        session = browser.all("article.lesson")[0].get_attribute("data-session")
        browser.click(f'article[data-session="{session}"] [data-act="extend"]')
        browser.wait("#toasts", text="延长到")
        after = self.ends()
        changed = {id for id in before if before[id] != after[id]}
        self.assertEqual(changed, {session})

    def reads_it_in_english(self):
        browser = self.browser
        browser.press("l")
        browser.wait("#top nav a[aria-current]", text="Now")
        self.assertIn("its uplink loses", browser.text(".banner h1"))
        self.assertEqual(
            browser.driver.execute_script("return document.documentElement.lang"), "en"
        )
        self.shoot("loss-english")

    def walks_through_the_views(self):
        browser = self.browser
        links = len(browser.all("#top nav a"))
        self.assertEqual(links, 5)
        for number in range(links, 0, -1):
            browser.press(str(number))
            browser.wait(f"#top nav a:nth-child({number})[aria-current]")
            wait_until(lambda: browser.text("main").strip(), 5, f"view {number} is empty")
            self.shoot(f"view{number}")
        browser.press("?")
        browser.wait("dialog[open]", text="Keys")
        browser.press("\ue00c")
        wait_until(lambda: not browser.has("dialog[open]"), 5, "Escape does not close the dialog")

    def school_sees_its_own_lesson(self):
        browser = self.browser
        browser.click('[data-act="sign_out"]')
        self.sign_in(self.token("houren staff room", "school", school="houren"))
        browser.wait(".air h1", text="On air")
        self.assertIn("巫溪中心小学", browser.text("main"))
        for foreign in ("枫林镇中心小学", "潘坑小学"):
            self.assertNotIn(foreign, browser.text("main"))
        self.assertFalse(browser.has("#top nav a"))
        self.shoot("school")

    def assert_nothing_foreign(self):
        self.browser.listen()
        hosts = {
            address.split("/")[2].split(":")[0]
            for address in self.browser.asked
            if address.startswith(("http", "ws"))
        }
        self.assertEqual(hosts, {HOST})
        # What a browser says of a refused sign-in is no fault of the page.
        refused = ("/v1/me", "/v1/signin", "/v1/checks")
        faults = [text for text in self.browser.said if not any(path in text for path in refused)]
        self.assertEqual(faults, [])


if __name__ == "__main__":
    main()
