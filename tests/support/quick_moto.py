"""A faster moto.

Before each transaction moto copies every table that it touches, with its stream, once for every write. Here only the
written items are copied, and restored if the transaction is cancelled. Lookups that moto repeats for every attribute and
expression are cached, with what an expression consists of. Attributes are in the form of an answer already, so they are
answered as they are. Calls of DynamoDB are not signed, since moto reads no signature, and go to its backend without a
search through the addresses of all services.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections import deque
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore.signers import RequestSigner
from joserfc import jwk
from moto.cognitoidp import models as cognito
from moto.core import responses
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.request import normalize_request
from moto.core.serialize import AttributePicker, BaseJSONSerializer
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import bytesize
from moto.dynamodb.parsing import validators
from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

_transact = DynamoDBBackend.transact_write_items
_pick = AttributePicker.__call__
_structure = BaseJSONSerializer._serialize_type_structure
_lex = ConditionExpressionParser._lex_condition_expression
_parse_update = UpdateExpressionParser.make
_sign = RequestSigner.handler
_process = BotocoreStubber.process_request
_processed: dict[type, tuple[type, ...]] = {}
_DYNAMODB = "https://dynamodb.af-south-1.amazonaws.com/"
_ITEM_BYTES = 405_000  # moto's limit
_AT_THE_ROOT = (validators.ActionCountValidator, validators.OverlappingPathsValidator)
_TYPES = frozenset({"S", "N", "BOOL", "NULL", "L", "M", "SS", "NS", "B", "BS"})


def quicken() -> None:
    """Patch moto: copy written items instead of tables, and cache lookups."""
    Table.__deepcopy__ = lambda table, _: table  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = _transact_keeping_items  # type: ignore[method-assign,assignment]
    AttributePicker.__call__ = _pick_quickly  # type: ignore[method-assign]
    BaseJSONSerializer._serialize_type_structure = _structure_quickly  # type: ignore[method-assign]
    DepthFirstTraverser.nodes_to_be_processed = _nodes  # type: ignore[method-assign]
    DepthFirstTraverser.traverse_node_recursively = _traverse  # type: ignore[method-assign]
    ConditionExpressionParser._lex_condition_expression = _lex_quickly  # type: ignore[method-assign]
    UpdateExpressionParser.make = staticmethod(_update)  # type: ignore[assignment]
    validators.deepcopy = _copy_of_tree  # type: ignore[attr-defined]
    validators.Validator.validate = _validate  # type: ignore[method-assign]
    cognito.jwk = SimpleNamespace(RSAKey=SimpleNamespace(import_key=_signing_key))  # type: ignore[attr-defined]
    LimitedSizeDict.__setitem__ = _set_attribute  # type: ignore[method-assign]
    responses.method_names_from_class = dir  # type: ignore[attr-defined]
    RequestSigner.handler = _sign_others  # type: ignore[method-assign]
    BotocoreStubber.process_request = _process_quickly  # type: ignore[method-assign]


def _sign_others(signer: Any, operation_name: Any = None, request: Any = None, **given: Any) -> Any:
    """Sign a call of another service than DynamoDB."""
    return None if request.url == _DYNAMODB else _sign(signer, operation_name=operation_name, request=request, **given)


def _process_quickly(stubber: BotocoreStubber, request: Any) -> Any:
    """The answer to a call: DynamoDB's backend, or what moto finds for the address."""
    if request.url != _DYNAMODB:
        return _process(stubber, request)
    call = normalize_request(request)
    try:
        return DynamoHandler.dispatch(call, call.raw_url, call.headers)
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


def _pick_quickly(picker: AttributePicker, context: Any) -> Any:
    """The value under a key; an attribute value such as `{"S": "text"}` has one key only."""
    there = context.obj
    if type(there) is dict and len(there) == 1 and not _TYPES.isdisjoint(there):
        return there.get(context.key)
    return _pick(picker, context)


def _structure_quickly(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Put a structure into an answer; an attribute value is put there as it is, unless it holds bytes."""
    plain = _plain(value) if shape.name == "AttributeValue" and key else None
    if plain is None:
        _structure(serializer, serialized, value, shape, key)
    else:
        serialized[key] = plain


def _plain(value: Any) -> dict[str, Any] | None:
    """An attribute value as JSON; None if it holds bytes."""
    if isinstance(value, DynamoType):
        kind, content = value.type, value.value
    else:
        ((kind, content),) = value.items()
    match kind:
        case "S" | "N" | "BOOL" | "NULL" | "SS" | "NS":
            return {kind: content}
        case "M":
            parts = {name: _plain(part) for name, part in content.items()}
            return None if None in parts.values() else {kind: parts}
        case "L":
            items = [_plain(part) for part in content]
            return None if None in items else {kind: items}
    return None


def _nodes(traverser: Any) -> tuple[type, ...]:
    """The node types that a traverser processes, cached by its class."""
    kind = type(traverser)
    if kind not in _processed:
        _processed[kind] = tuple(traverser._processing_map())
    return _processed[kind]


def _traverse(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Process a node and those below it, as moto does, without asking for the class of each node anew."""
    is_node, is_processed, looks_first = _role(type(traverser), type(node), _nodes(traverser))
    if not is_node:
        return node
    for place, child in enumerate(node.children or ()):
        if looks_first:
            traverser.pre_processing_of_child(node, place)
        _traverse(traverser, child, place)
    if is_processed:
        parent = node.parent
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


@cache
def _role(traverser: type, node: type, processed: tuple[type, ...]) -> tuple[bool, bool, bool]:
    """Whether it is a node, whether the traverser processes it, and whether it looks at children before."""
    looks_first = traverser.pre_processing_of_child is not DepthFirstTraverser.pre_processing_of_child  # type: ignore[attr-defined]
    return issubclass(node, Node), issubclass(node, processed), looks_first


def _signing_key(content: dict[str, str]) -> Any:
    """The key of a user pool, which is read once: moto has one for all pools, and checking its primes takes long."""
    return _read_key(json.dumps(content))


@cache
def _read_key(content: str) -> Any:
    return jwk.RSAKey.import_key(json.loads(content))


def _update(expression: str) -> Any:
    """The tree of an update expression, new for each caller, since processing changes it."""
    return pickle.loads(_pickled(expression))  # noqa: S301 - our own bytes


@cache
def _pickled(expression: str) -> bytes:
    """The tree of an update expression as bytes: reading them is quicker than parsing."""
    return pickle.dumps(_parse_update(expression))


def _copy_of_tree(tree: Node) -> Any:
    return pickle.loads(pickle.dumps(tree))  # noqa: S301 - our own bytes


def _validate(validator: Any) -> Any:
    """The tree after all processors; those that look at whole expressions look once, at the root."""
    tree, present = validator.node_to_validate, None
    for processor in validator.processors:
        if isinstance(processor, _AT_THE_ROOT):
            processor.process(tree)
            continue
        if present is None:
            present = _types(tree)
        if any(_role(type(processor), kind, _nodes(processor))[1] for kind in present):
            tree, present = processor.traverse(tree), None
    return tree


def _types(node: Any) -> set[type]:
    """The types of all nodes of a tree."""
    found, left = set(), [node]
    while left:
        node = left.pop()
        found.add(type(node))
        if isinstance(node, Node):
            left += node.children or ()
    return found


def _set_attribute(attributes: Any, name: str, value: Any) -> None:
    """Set an attribute of an item, within the limit of an item's size; changes inside values are not counted."""
    if "bytes" not in attributes.__dict__:
        attributes.bytes = sum(bytesize(key) + _size(held) for key, held in attributes.items())
    grown = attributes.bytes + _size(value)
    grown += -_size(attributes[name]) if name in attributes else bytesize(name)
    if grown > _ITEM_BYTES:
        raise ItemSizeTooLarge
    attributes.bytes = grown
    dict.__setitem__(attributes, name, value)


def _size(value: Any) -> int:
    return value.size() if type(value) is DynamoType else bytesize(str(value))


@cache
def _tokens(condition: str) -> tuple[tuple[Any, Any, str], ...]:
    """The tokens of a condition."""
    parser = ConditionExpressionParser(condition, None, None)
    return tuple((node.nonterminal, node.kind, node.text) for node in _lex(parser))


def _lex_quickly(parser: Any) -> deque[Any]:
    """The tokens of the parser's condition as new nodes, since parsing changes them."""
    node = ConditionExpressionParser.Node
    return deque(
        node(nonterminal, kind, text, text, []) for nonterminal, kind, text in _tokens(parser.condition_expression)
    )


def _transact_keeping_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    copies = [_copy_of_item(backend, write) for asked in transact_items for write in asked.values()]
    lengths = {table.name: len(_stream_items(table)) for table, _, _ in copies}
    try:
        _transact(backend, transact_items)
    except Exception:
        for table, key, item in copies:
            if item is None:
                table.items.pop(key, None)
            else:
                table.items[key] = item
            del _stream_items(table)[lengths[table.name] :]
        raise


def _copy_of_item(backend: DynamoDBBackend, write: dict[str, Any]) -> tuple[Any, DynamoType, Any]:
    """A table, a key in it, and a copy of its item."""
    table = backend.tables[write["TableName"]]
    key = DynamoType((write.get("Key") or write["Item"])[table.hash_key_attr])
    return table, key, copy.deepcopy(table.items.get(key))


def _stream_items(table: Table) -> list[Any]:
    return table.stream_shard.items if table.stream_shard is not None else []
