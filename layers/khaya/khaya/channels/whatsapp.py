"""WhatsApp messages by Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource.

A business may write first only by a template that WhatsApp has approved; Twilio knows it by its content id.
"""

from __future__ import annotations

import json
import random
import time

from khaya import vault
from khaya.channels import ChannelDown, Message, Undeliverable
from khaya.errors import Unavailable
from khaya.settings import channel_settings

TRIES = 3
TIMEOUT_SECONDS = (2, 5)
"""To connect, and to answer."""


def send(message: Message) -> None:
    """Send a WhatsApp message. What Twilio could not take just now is tried again a moment later, twice."""
    for attempt in range(TRIES):
        try:
            _post(message)
        except ChannelDown:
            if attempt == TRIES - 1:
                raise
            time.sleep(random.uniform(0.1, 0.4) * 2**attempt)  # noqa: S311 - spreads retries, guards nothing
        else:
            return


def _post(message: Message) -> None:
    import requests  # noqa: PLC0415 - slow to import

    told = channel_settings()
    try:
        twilio = vault.secret_fields(told.twilio_secret_arn)
    except Unavailable:
        raise ChannelDown("no credentials") from None
    form = {"To": f"whatsapp:{message.to}", "From": f"whatsapp:{told.whatsapp_sender}"}
    if message.template:
        form |= {"ContentSid": message.template, "ContentVariables": json.dumps(dict(message.variables))}
    else:
        form["Body"] = message.text
    address = f"{told.twilio_base_url}/2010-04-01/Accounts/{twilio['accountSid']}/Messages.json"
    try:
        answer = requests.post(
            address, data=form, auth=(twilio["accountSid"], twilio["authToken"]), timeout=TIMEOUT_SECONDS
        )
    except requests.RequestException as error:
        raise ChannelDown(type(error).__name__) from None
    if answer.status_code == requests.codes.bad_request:
        raise Undeliverable("Twilio answered 400")
    if not answer.ok:
        raise ChannelDown(f"Twilio answered {answer.status_code}")
