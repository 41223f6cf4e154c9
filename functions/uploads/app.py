"""Routes of uploads: permission to put files into the private bucket."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.platform.web.access import SIGNED_IN
from khaya.platform.web.api import Api
from khaya.uploads import service
from khaya.uploads.model import UploadForm, UploadsRequest
from khaya.uploads.view import UploadForms
from khaya.users.store import pass_account_guard

api = Api("Uploads", pass_account_guard)


@api.post("/uploads", SIGNED_IN, "Ask leave to upload files", status=201, body=UploadForm | UploadForms)
def ask_to_upload(request: Annotated[UploadsRequest, Body()]) -> Response[UploadForm | UploadForms]:
    """One file, or up to five as `files`, which get their forms as `items`.

    Send the file as a form to `url`: all `fields` as they are, then the file itself, named `file`.

    The form works for five minutes and for one key, which is then handed in wherever a request takes an upload. What
    is not handed in within a day is removed.
    """
    person = api.caller.user_id
    if request.one is not None:
        return api.answer(
            service.offer(request.one, user_id=person, now=api.now, unit_of_work=api.unit_of_work), status=201
        )
    forms = []
    for number, file in enumerate(request.files or []):
        field = f"files.{number}."
        forms.append(service.offer(file, user_id=person, now=api.now, unit_of_work=api.unit_of_work, field=field))
    return api.answer(UploadForms(items=forms), status=201)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
