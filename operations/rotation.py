"""One rotation of a secret: the state of the secret, what would be done, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from operations import payment_mode, secret_state
from operations.rotate import CURRENT, KINDS, PREVIOUS, Secret

SERVICE_KEY, PAYMENT_KEY = "service-key", "payment-key"


@dataclass(frozen=True)
class Rotation:
    """A rotation; by default it makes a new value.

    Attributes:
        name: the name of the secret's kind.
        secret: the secret.
        environment: the environment.
        served: the parameter with the version that CloudFront sends; None if the functions read the secret themselves.
        disclosed: whether others know the service key.
        retire: whether it ends the validity of the version before instead.
        undo: whether it takes the version before instead.
    """

    name: str
    secret: Secret
    environment: str
    served: str | None = None
    disclosed: bool = False
    retire: bool = False
    undo: bool = False

    def state(self) -> Iterator[str]:
        """The present state of the secret, in lines."""
        return secret_state.lines(self.name, self.secret, self.environment, self.served)

    def check(self) -> None:
        """Refuse what would stop something, before anybody is asked for anything.

        Raises:
            Refused: there is no version before, it is a payment key of the other mode, CloudFront sends what would
                end, or the service key was rotated lately.
        """
        if self.undo:
            self.secret.check_undo()
            if self.name == PAYMENT_KEY:
                self._check_mode_before()
        elif self.retire:
            self.secret.check_retire(served=self.served)
        elif self.name == SERVICE_KEY:
            self.secret.check_service_key(disclosed=self.disclosed)
        elif self.served is not None:
            self.secret.check_replace(served=self.served)

    def planned(self) -> str:
        """What `run` would do to the versions, in words."""
        by_stage = {one.stage: one.id for one in self.secret.versions()}
        current, previous = by_stage[CURRENT], by_stage.get(PREVIOUS)
        if self.undo:
            return f"{previous} would be {CURRENT} again, and {current} {PREVIOUS}"
        if self.retire:
            return f"nothing would read {previous} any more; a copy of {current} would be {CURRENT}"
        ended = f"; nothing would read {previous} any more" if previous else ""
        return f"a new version would be {CURRENT}, and {current} {PREVIOUS}{ended}"

    def run(self, ask: Callable[[str], str]) -> None:
        """Do it.

        Args:
            ask: what asks the operator for a value that nobody else sees.

        Raises:
            Refused: as of `check`, or the new payment key is of the other mode.
        """
        self.check()
        kind = KINDS[self.name]
        if self.undo:
            self.secret.undo()
        elif self.retire:
            self.secret.retire(served=self.served)
        elif self.name == SERVICE_KEY:
            self.secret.rotate_service_key(disclosed=self.disclosed)
        elif kind.field:
            value = ask(kind.prompt)
            if self.name == PAYMENT_KEY:
                payment_mode.check(value, self.environment)
            self.secret.replace_field(kind.field, value)
        else:
            self.secret.replace()

    def _check_mode_before(self) -> None:
        """Refuse to take a payment key of the other mode again, where the operator may read it."""
        value = next((one.value for one in self.secret.versions() if one.stage == PREVIOUS), None)
        key = payment_mode.key_in(value) if value is not None else ""
        if key:
            payment_mode.check(key, self.environment)

    @property
    def then(self) -> str:
        """What the operator does next."""
        return "" if self.undo or self.retire else KINDS[self.name].then
