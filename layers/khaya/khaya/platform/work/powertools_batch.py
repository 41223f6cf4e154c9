"""Powertools' batch processing, imported without Powertools' parser.

Where pydantic is loaded, Powertools' batch package also imports its parser models. The dependency layer leaves the
parser out: no record is parsed with it, and it makes cold starts longer. So pydantic is hidden during the import.
"""

from __future__ import annotations

import sys

_pydantic = sys.modules.pop("pydantic", None)
try:
    from aws_lambda_powertools.utilities.batch import (
        BatchProcessor,
        EventType,
        SqsFifoPartialProcessor,
        process_partial_response,
    )
finally:
    if _pydantic is not None:
        sys.modules["pydantic"] = _pydantic

__all__ = ["BatchProcessor", "EventType", "SqsFifoPartialProcessor", "process_partial_response"]
