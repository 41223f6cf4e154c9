"""A template without some of its resources: what refers to them gets their present values as plain text.

With `DeletionPolicy: Retain` the resources stay as they are when a stack is updated to such a template, and nothing
else of the stack changes, because every value is the one that it had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REF = "Ref"
Values = Mapping[str, Mapping[str, str]]
"""By the logical name of a resource: its physical name under `Ref`, and its attributes by their names."""
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


class UnknownAttribute(LookupError):
    """The template uses an attribute whose value was not given."""


def without(template: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """The template, which has no transform, without the resources that are named in `values`.

    Raises:
        UnknownAttribute: a value that the template uses is missing.
    """
    found: dict[str, Any] = {**template}
    found["Resources"] = {
        logical: _pinned(_independent(resource, values), values)
        for logical, resource in template["Resources"].items()
        if logical not in values
    }
    if "Outputs" in template:
        found["Outputs"] = _pinned(template["Outputs"], values)
    return found


def _independent(resource: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """A resource that does not wait for those that are taken out."""
    first = resource.get("DependsOn", [])
    left = [one for one in ([first] if isinstance(first, str) else first) if one not in values]
    kept = {name: value for name, value in resource.items() if name != "DependsOn"}
    return {**kept, "DependsOn": left} if left else kept


def _pinned(value: Any, values: Values) -> Any:
    if isinstance(value, list):
        return [_pinned(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(function, argument)] = value.items()
        if function == REF and argument in values:
            return _value(values, argument, REF)
        if function == "Fn::GetAtt":
            logical, _, attribute = (argument if isinstance(argument, str) else ".".join(argument)).partition(".")
            if logical in values:
                return _value(values, logical, attribute)
        if function == "Fn::Sub":
            return {function: _pinned_text(argument, values)}
    return {name: _pinned(one, values) for name, one in value.items()}


def _pinned_text(argument: Any, values: Values) -> Any:
    text, own = (argument, {}) if isinstance(argument, str) else argument

    def replaced(match: re.Match[str]) -> str:
        logical, attribute = match[1], match[2] or REF
        return match[0] if logical in own or logical not in values else _value(values, logical, attribute)

    pinned = _PLACEHOLDER.sub(replaced, text)
    return [pinned, _pinned(own, values)] if own else pinned


def _value(values: Values, logical: str, attribute: str) -> str:
    try:
        return values[logical][attribute]
    except KeyError as error:
        raise UnknownAttribute(f"{logical}.{attribute}") from error
