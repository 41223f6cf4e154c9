"""WhatsApp messages by Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource.

A business may write first only by a template that WhatsApp has approved; Twilio knows it by its content id.
"""

from __future__ import annotations

import json
from typing import Any, Final

from khaya.channels import ChannelDown, Message, Undeliverable, Unsure, web
from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import ChannelSettings, settings

_OURS: Final = {21212, 21603, 21606, 21655, 21656}
"""Twilio's numbers for what is wrong with our sender or template, which an operator mends; not with the address."""


def send(message: Message) -> str:
    """Send a WhatsApp message."""
    told = settings(ChannelSettings)
    try:
        twilio = secrets.secret_fields(told.twilio_secret_arn)
    except Unavailable:
        raise ChannelDown("no credentials") from None
    form = {"To": f"whatsapp:{message.to}", "From": f"whatsapp:{told.whatsapp_sender}"}
    if message.template:
        form |= {"ContentSid": message.template, "ContentVariables": json.dumps(dict(message.variables))}
    else:
        form["Body"] = message.text
    address = f"{told.twilio_base_url}/2010-04-01/Accounts/{twilio['accountSid']}/Messages.json"
    answer = web.post(address, data=form, auth=(twilio["accountSid"], twilio["authToken"]))
    if not answer.ok:
        code = _code(answer)
        hopeless = answer.status_code == 400 and code not in _OURS
        raise (Undeliverable if hopeless else ChannelDown)(f"Twilio answered {answer.status_code} {code}")
    sid = web.object_in(answer).get("sid")
    if not isinstance(sid, str):
        raise Unsure("Twilio answered without an id")
    return sid


def _code(answer: Any) -> int:
    """Twilio's number for why it refuses; never its message, which may repeat the address."""
    try:
        return int(web.object_in(answer)["code"])
    except (Unsure, KeyError, TypeError, ValueError):
        return 0
