"""docs/operating.md has a section for each alarm, and no others."""

import pytest

from tests.docs.markdown import read
from tests.infrastructure.stacks import template

WATCH = template("watch")["Resources"].values()
OPERATING = read("docs/operating.md")
PREFIX = "darkroom-${Stage}-"
ALARMS = {
    made["Properties"]["AlarmName"]["Fn::Sub"].removeprefix(PREFIX)
    for made in WATCH
    if made["Type"] == "AWS::CloudWatch::Alarm"
}


def test_the_sections_are_those_of_the_alarms() -> None:
    assert {heading.text for heading in OPERATING.below("Alarms")} == ALARMS


@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_a_section_says_where_to_look_and_what_to_do(alarm: str) -> None:
    section = OPERATING.text.partition(f"### {alarm}\n")[2].partition("\n#")[0]
    assert section.count("- **Look**: ") == section.count("- **Do**: ") == 1
