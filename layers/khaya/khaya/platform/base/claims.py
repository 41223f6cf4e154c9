"""Claims of this application in Cognito's tokens."""

from __future__ import annotations

from typing import Final

USER_ID: Final = "khaya_user_id"
"""The claim with a person's id. The pre-token trigger adds it; Cognito's own `sub` only names the account."""
