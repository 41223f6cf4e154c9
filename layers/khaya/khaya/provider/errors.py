"""What can go wrong at a payment provider. No message holds a number of an account, a person's data or a key."""

from __future__ import annotations


class ProviderError(Exception):
    """A payment provider did not do what it was asked."""


class ProviderUnavailable(ProviderError):
    """The provider was not reached, is down or refuses our key: nothing was done. Ask again later.

    Attributes:
        retry_after: seconds that the provider asks to wait; 0 if it names none.
    """

    def __init__(self, why: str, retry_after: int = 0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class RateLimited(ProviderUnavailable):
    """The provider was asked too often: nothing was done. Ask again after `retry_after` seconds."""


class WrongMode(ProviderUnavailable):
    """A key or an answer is of the test mode in prod, or of the live mode elsewhere. An operator must act."""


class Unclear(ProviderError):
    """The provider was asked and gave no readable answer: it may have been done. Look it up."""


class Refused(ProviderError):
    """The provider refuses the request for good: nothing was done, and the same request will be refused again.

    Attributes:
        code: the provider's word for the reason; empty if it gives none.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code or "no code")
        self.code = code


class DuplicateReference(Refused):
    """The reference was used before. Look it up."""


class TooLittleBalance(ProviderError):
    """There is not enough money at the provider: nothing was done. This is no failed attempt."""


class WrongSignature(ProviderError):
    """A request that claims to come from the provider is not signed with a key of ours."""
