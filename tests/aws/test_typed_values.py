"""Rows in DynamoDB's typed format, as boto3 writes it."""

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.items import serialized

_NUMBERS = st.integers(-(10**37), 10**37) | st.decimals(-10, 10, places=9)
_PLAIN = st.none() | st.booleans() | _NUMBERS | st.text() | st.sets(st.text(), min_size=1)
_VALUES = st.recursive(
    _PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.dictionaries(st.text(), _VALUES))
def test_a_row_is_typed_as_boto3_does_it(row: dict[str, object]) -> None:
    expected = {name: TypeSerializer().serialize(value) for name, value in row.items()}
    assert serialized(row) == expected


@pytest.mark.parametrize("value", [0.5, {1}, b"x", object()])
def test_a_value_without_a_type_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match="DynamoDB has no type"):
        serialized({"value": value})
