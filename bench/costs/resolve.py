"""Parameters, conditions and intrinsic functions that decide which resources and settings a stack has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ABSENT: Any = object()
"""Value of a property that is `AWS::NoValue`."""

LOOP = "Fn::ForEach"


class Resolver:
    """Evaluates a template for given parameters."""

    def __init__(self, template: Mapping[str, Any], overrides: Mapping[str, str]) -> None:
        """Parameters take their override, else their default.

        Args:
            template: a parsed template, intrinsic functions in their long form.
            overrides: values of parameters by name; names that the template lacks are ignored.
        """
        self._template = template
        self._parameters = {
            name: overrides.get(name, parameter.get("Default", ""))
            for name, parameter in template.get("Parameters", {}).items()
        }

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Every parameter's value."""
        return self._parameters

    def resources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Type and resolved properties of each resource whose condition holds, loops expanded."""
        yield from self._each(self._template.get("Resources", {}))

    def globals_of(self, section: str) -> dict[str, Any]:
        """Resolved section of SAM's Globals."""
        found: dict[str, Any] = self.value(self._template.get("Globals", {}).get(section, {}))
        return found

    def holds(self, condition: str) -> bool:
        """Whether a named condition holds."""
        return self._test(self._template.get("Conditions", {})[condition])

    def value(self, value: Any) -> Any:
        """A value with Ref to parameters and Fn::If resolved; other intrinsic functions stay as they are."""
        if isinstance(value, list):
            return [one for one in map(self.value, value) if one is not ABSENT]
        if not isinstance(value, Mapping):
            return value
        if "Ref" in value:
            return self._reference(value)
        if "Fn::If" in value:
            condition, then, otherwise = value["Fn::If"]
            return self.value(then if self.holds(condition) else otherwise)
        resolved = {name: self.value(one) for name, one in value.items()}
        return {name: one for name, one in resolved.items() if one is not ABSENT}

    def _reference(self, value: Mapping[str, Any]) -> Any:
        if value["Ref"] == "AWS::NoValue":
            return ABSENT
        return self._parameters.get(value["Ref"], dict(value))

    def _each(self, resources: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in resources.items():
            if name.startswith(LOOP):
                _, collection, body = resource
                for _ in self._collection(collection):
                    yield from self._each(body)
            elif "Condition" not in resource or self.holds(resource["Condition"]):
                yield resource["Type"], self.value(resource.get("Properties", {}))

    def _collection(self, collection: Any) -> list[Any]:
        items = self.value(collection)
        return items.split(",") if isinstance(items, str) else list(items)

    def _test(self, test: Mapping[str, Any]) -> bool:
        ((function, argument),) = test.items()
        match function:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = map(self.value, argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self._test(argument[0])
            case "Fn::And":
                return all(map(self._test, argument))
            case "Fn::Or":
                return any(map(self._test, argument))
        raise ValueError(f"unknown condition function {function}")
