"""The demo people's accounts in the deployed user pool, and access tokens for them.

Accounts are made as an operator would make them, with Cognito's own API, because sign-up through Khaya asks
for a code that is sent to a phone. Everything else about them goes through the API (see `local.demo`).
"""

import base64
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
import requests

from local import CannotRun
from local.deployment import Stack
from local.people import DEMO_PASSWORD, Person

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

WAIT = 35.0  # seconds; more than any route may take
SIGN_IN_ATTEMPTS = 6


@dataclass(frozen=True)
class SignedIn:
    """A person of the demo with the id and an access token good for an hour."""

    person: Person
    user_id: str
    token: str


class UserPool:
    """The deployed pool, as its operator sees it."""

    def __init__(self, session: boto3.Session, stack: Stack) -> None:
        self.cognito: CognitoIdentityProviderClient = session.client("cognito-idp")
        self.pool_id = stack.user_pool_id
        self.api_url = stack.api_url

    def settle(self, person: Person) -> None:
        """Make the account, its password and its roles; an account that is there already keeps its id."""
        try:
            self.cognito.admin_create_user(
                UserPoolId=self.pool_id,
                Username=person.phone,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "name", "Value": person.name},
                    {"Name": "email", "Value": person.email},
                    {"Name": "email_verified", "Value": "true"},
                    {"Name": "phone_number", "Value": person.phone},
                    {"Name": "phone_number_verified", "Value": "true"},
                ],
            )
        except self.cognito.exceptions.UsernameExistsException:
            return  # kept from an earlier run, and perhaps changed since
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=person.phone, Password=DEMO_PASSWORD, Permanent=True
        )
        for role in person.roles:
            self.cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=person.phone, GroupName=role)

    def sign_in(self, person: Person) -> SignedIn:
        """Sign a person in through the API, with the demo's password."""
        body = {"username": person.phone, "password": DEMO_PASSWORD}
        for attempt in range(1, SIGN_IN_ATTEMPTS + 1):
            answer = requests.post(f"{self.api_url}/auth/tokens", json=body, timeout=WAIT)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE or attempt == SIGN_IN_ATTEMPTS:
                break
            time.sleep(float(answer.headers.get("Retry-After", "1")))  # a busy stand-in starts functions late
        if not answer.ok:
            raise CannotRun(f"{person.name} cannot sign in: {answer.status_code} {answer.text}\nTry the command again.")
        token = answer.json()["accessToken"]
        return SignedIn(person, _user_id(token), token)


def _user_id(token: str) -> str:
    """The person's id in an access token."""
    payload = token.split(".")[1]
    found: str = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["khaya_user_id"]
    return found
