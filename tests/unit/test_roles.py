"""The roles in a token's claim, in all forms in which API Gateway passes it on."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaya.platform.base.roles import ROLES, Role, roles_in


@given(st.lists(st.sampled_from(ROLES), unique=True))
def test_all_forms_of_the_claim_give_the_same_roles(held: list[Role]) -> None:
    forms: list[object] = [
        held,
        ",".join(held),
        ", ".join(held),
        " ".join(held),
        f"[{' '.join(held)}]",
        f"[{','.join(held)}]",
        f"[{', '.join(held)}]",
        json.dumps(held),
        json.dumps(held, separators=(",", ":")),
        str(held),
        f" {json.dumps(held)} ",
    ]
    for form in forms:
        assert roles_in(form) == {*held}, form


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        "",
        " ",
        "[]",
        "[",
        "]",
        "[]]",
        0,
        1.5,
        True,
        {},
        {"admin": True},
        "null",
        '"',
        "administrators",
        "ADMIN",
        "[[]]",
    ],
)
def test_other_values_give_no_roles(nothing: object) -> None:
    assert roles_in(nothing) == frozenset()


@pytest.mark.parametrize(
    "groups", ["worker,plumbers", ["worker", "plumbers"], "[worker af-south-1_Google]", ["worker", 7, None, ["admin"]]]
)
def test_other_groups_are_not_roles(groups: object) -> None:
    assert roles_in(groups) == {"worker"}


def test_a_group_whose_name_contains_a_role_is_not_the_role() -> None:
    for role, around in itertools.product(ROLES, ("x{}", "{}s", "{}-1", "not_{}", "{}.old")):
        assert roles_in(around.format(role)) == frozenset()
        assert roles_in([around.format(role)]) == frozenset()
        assert roles_in(f"[{around.format(role)}]") == frozenset()


@given(st.text() | st.lists(st.text()))
def test_arbitrary_claims_raise_no_error(groups: object) -> None:
    assert roles_in(groups) <= {*ROLES}
