"""The phones of the cases, behind a network that can fail. Each person signs in once, because that takes long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.support.faulty_proxy import FaultyProxy
from tests.web.conftest import ON_THE_WAY, a_phone
from tests.web.faults.cast import Admin, Cast
from tests.web.faults.write import Member
from tests.web.newcomers import Newcomer


class Stage:
    """The people, their phones and the network between them and Khaya."""

    def __init__(self, browser: Browser, network: FaultyProxy, cast: Cast) -> None:
        self.network, self.cast = network, cast
        self._browser = browser
        self._phones: dict[Member, tuple[ExitStack, Page]] = {}

    @contextmanager
    def page_of(self, who: Member) -> Iterator[Page]:
        """The page of somebody, who is signed in. After a case that fails, the next begins with a new person and phone."""
        self.network.heal()
        if who not in self._phones:
            self._phones[who] = self._sign_in(who)
        try:
            yield self._phones[who][1]
        except BaseException:
            self.network.heal()
            self._drop(who)
            raise
        self.network.heal()
        if not self.cast.keeps(who):
            self._drop(who)

    def close(self) -> None:
        """Put all phones away."""
        for stack, _ in self._phones.values():
            stack.close()

    def _drop(self, who: Member) -> None:
        self.cast.forget(who)
        stack, _ = self._phones.pop(who)
        stack.close()

    def _sign_in(self, who: Member) -> tuple[ExitStack, Page]:
        stack = ExitStack()
        phone = stack.enter_context(a_phone(self._browser, self.network.url, "en"))
        if isinstance(who, Newcomer):
            return stack, who.sign_in_on(phone, self.network.url)
        assert isinstance(who, Admin)
        page = phone.new_page()
        page.goto("/demo")
        page.get_by_role("button", name=who.name).tap()
        page.wait_for_url(lambda url: urlsplit(url).path not in ON_THE_WAY)
        return stack, page
