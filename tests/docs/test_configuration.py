"""docs/configuration.md matches the code."""

import inspect

import msgspec
import pytest

from chalicelib.settings import Settings
from ops.docs.configuration import PAGE, page
from ops.setting_remarks import remarks

FIELDS = [field.name for field in msgspec.structs.fields(Settings)]


def test_the_page_is_what_python_m_ops_configuration_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", FIELDS)
def test_every_setting_is_described(name: str) -> None:
    assert remarks(inspect.getsource(Settings))[name]


def test_a_remark_is_the_comment_beside_its_field() -> None:
    source = (
        'class A:\n    # not this\n    one: str = "#"  # the first\n    two: int\n    # nor this\n'
    )
    assert remarks(source) == {"one": "the first"}
