"""WhatsApp messages by Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource.

WhatsApp lets a business start a conversation only by an approved template, which Twilio identifies by a content SID.
"""

from __future__ import annotations

import json
from typing import Any, Final

from khaya.channels import ChannelDown, ChannelMessage, Undeliverable, Unsure, web
from khaya.platform.aws import secrets
from khaya.platform.base.errors import Unavailable
from khaya.platform.base.settings import ChannelSettings, settings

_OWN_ERRORS: Final = {21212, 21603, 21606, 21655, 21656}
"""Twilio's error codes about our sender or template, which an operator must correct; the address may be right."""


def send(message: ChannelMessage) -> str:
    """Send a WhatsApp message."""
    config = settings(ChannelSettings)
    try:
        twilio = secrets.secret_fields(config.twilio_secret_arn)
    except Unavailable:
        raise ChannelDown("no credentials") from None
    form = {"To": f"whatsapp:{message.to}", "From": f"whatsapp:{config.whatsapp_sender}"}
    if message.template:
        form |= {"ContentSid": message.template, "ContentVariables": json.dumps(dict(message.variables))}
    else:
        form["Body"] = message.text
    address = f"{config.twilio_base_url}/2010-04-01/Accounts/{twilio['accountSid']}/Messages.json"
    answer = web.post(address, data=form, auth=(twilio["accountSid"], twilio["authToken"]))
    if not answer.ok:
        code = _code(answer)
        is_permanent = answer.status_code == 400 and code not in _OWN_ERRORS
        raise (Undeliverable if is_permanent else ChannelDown)(f"Twilio answered {answer.status_code} {code}")
    sid = web.json_object(answer).get("sid")
    if not isinstance(sid, str):
        raise Unsure("Twilio answered without an id")
    return sid


def _code(answer: Any) -> int:
    """Twilio's error code. Its message is left out, since it may repeat the address."""
    try:
        return int(web.json_object(answer)["code"])
    except (Unsure, KeyError, TypeError, ValueError):
        return 0
