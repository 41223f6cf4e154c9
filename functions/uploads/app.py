"""Routes of uploads: forms to put a file into the private bucket."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.platform.aws import media
from khaya.platform.base import clock
from khaya.platform.web.access import SIGNED_IN
from khaya.platform.web.api import Api
from khaya.uploads.model import LARGEST_BYTES, Upload, UploadRequest, key_for
from khaya.users.store import pass_account_guard

api = Api("Uploads", pass_account_guard)


@api.post("/uploads", SIGNED_IN, "Ask leave to upload a file", status=201, body=Upload)
def request_upload(request: Annotated[UploadRequest, Body()]) -> Response[Upload]:
    """Send the file as a form to `url`: all `fields` unchanged, then the file itself as `file`.

    The form is valid for five minutes and one key. Use the key in requests that accept an upload.
    """
    key = key_for(request, api.caller.user_id)
    url, fields = media.form(key, request.content_type, LARGEST_BYTES)
    expires_at = clock.plus(api.now, seconds=media.FORM_SECONDS)
    api.count("UploadOffered")
    return api.answer(Upload(key=key, url=url, fields=fields, expires_at=expires_at), status=201)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
