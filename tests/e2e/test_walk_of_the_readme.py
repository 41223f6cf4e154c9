"""The README's example requests as they stand there, and the checkout in a browser.

It runs last, because it makes all data older.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.marketplace import Marketplace, eventually
from tests.support.template import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM, DRIVER = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
POSTING: dict[str, Any] = {
    "title": "Paint the garden wall",
    "description": "Ten metres of wall, paint is there.",
    "category": "painting",
    "budgetCents": 100_000,
    "location": "Pinetown",
    "payment": "escrow",
}
OFFER = {"amountCents": 100_000, "timelineDays": 2, "proposal": "I bring brushes and a ladder."}


def test_given_the_commands_of_the_readme_when_they_run_then_the_money_is_in_the_workers_account(
    marketplace: Marketplace,
) -> None:
    # given
    section = (ROOT / "README.md").read_text().split("## From a job to money")[1]
    commands = section.split("```sh")[1].split("```")[0]
    subprocess.run(["make", "tokens"], cwd=ROOT, check=True, capture_output=True)
    # when
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=ROOT, capture_output=True, text=True, check=False
    )
    # then
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert '"status":"held"' in run.stdout
    assert '"payoutStatus":"paid"' in run.stdout
    job = re.findall(r'"jobId":"(\w+)"', run.stdout)[0].lower()
    books = marketplace.http.get(f"{marketplace.run['paymentProvider']}/_control/books", timeout=10).json()
    sent = [one for one in books["transfers"] if job in one["reference"]]
    assert [(one["amountCents"], one["status"]) for one in sent] == [(38_000, "success")]


def test_given_a_checkout_in_a_browser_when_the_card_is_declined_and_then_taken_then_the_deposit_is_paid(
    marketplace: Marketplace, browser: webdriver.Chrome
) -> None:
    # given
    buyer, worker = marketplace.token("buyer", 1), marketplace.token("worker", 1)
    job = marketplace.call("POST", "/jobs", POSTING, token=buyer).json()["id"]
    bid = marketplace.call("POST", f"/jobs/{job}/bids", OFFER, token=worker).json()["id"]
    assert marketplace.call("POST", f"/bids/{bid}/acceptance", token=buyer).ok
    checkout = marketplace.call(
        "POST", f"/jobs/{job}/escrow/checkouts", {"part": "deposit"}, token=buyer, headers={"Idempotency-Key": job}
    ).json()
    # when
    browser.get(checkout["checkoutUrl"])
    assert browser.find_element(By.TAG_NAME, "h1").text == "Pay ZAR 315.00"
    _press(browser, "failed")
    WebDriverWait(browser, 10).until(expected.text_to_be_present_in_element((By.TAG_NAME, "body"), "declined"))
    _press(browser, "success")
    # then the browser is sent back to the job, and the deposit is paid
    WebDriverWait(browser, 10).until(expected.url_contains(f"/deals/{job}/paid"))

    def status() -> str:
        found: str = marketplace.call("GET", f"/jobs/{job}/escrow", token=buyer).json()["status"]
        return found

    assert eventually(lambda: status() == "deposit_paid"), status()
    assert marketplace.call("POST", f"/jobs/{job}/start", token=worker).ok


def test_after_everything_the_reconciliation_finds_no_difference(marketplace: Marketplace) -> None:
    marketplace.http.post(f"{marketplace.run['paymentProvider']}/_control/settlements", timeout=10)
    run = subprocess.run(["make", "task", "NAME=reconciliation"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "found=0 open=0 unfinished=0" in run.stdout


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """A headless Chromium of the operating system."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("needs Chromium and its driver (Debian: apt install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def _press(browser: webdriver.Chrome, outcome: str) -> None:
    """Press the button of an outcome on the checkout page."""
    browser.find_element(By.CSS_SELECTOR, f"button[value={outcome}]").click()
