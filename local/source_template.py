"""`template.yaml` as data, with CloudFormation's short tags in their long form."""

from pathlib import Path
from typing import Any

import yaml

from local.folder import TEMPLATE


class _Reader(yaml.CSafeLoader):
    """YAML with CloudFormation's short tags, each read as its long form."""


def _intrinsic(loader: _Reader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise TypeError(node)


_Reader.add_multi_constructor("!", _intrinsic)


def read(path: Path = TEMPLATE) -> dict[str, Any]:
    """The template's content."""
    loaded: dict[str, Any] = yaml.load(path.read_text(), _Reader)  # noqa: S506 - a SafeLoader  # nosec B506
    return loaded
