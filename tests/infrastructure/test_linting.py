"""Linters' findings are fixed or suppressed in the template, and no suppression is unused."""

from pathlib import Path

import pytest

from ops.commands.templates import complaints_of

UNVERSIONED = "LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: 1 }] }"
VERSIONED = f"VersioningConfiguration: {{ Status: Enabled }}\n      {UNVERSIONED}"
SUPPRESSION = "Metadata: { cfripper: { skip: [{ id: S3ObjectVersioningRule, comment: So. }] } }"


@pytest.mark.parametrize(
    ("properties", "metadata", "complaints"),
    [
        (UNVERSIONED, "", ["a.yaml: Images: cfripper: S3ObjectVersioningRule"]),
        (UNVERSIONED, SUPPRESSION, []),
        (VERSIONED, SUPPRESSION, ["a.yaml: Images: unused skip: S3ObjectVersioningRule"]),
    ],
    ids=["finding", "suppressed", "unused suppression"],
)
def test_an_unsuppressed_finding_and_an_unused_suppression_are_reported(
    tmp_path: Path, properties: str, metadata: str, complaints: list[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "Parameters: { Stage: { Type: String, Default: dev } }\n"
        "Resources:\n  Images:\n    Type: AWS::S3::Bucket\n"
        f"    {metadata}\n    Properties:\n      {properties}\n"
    )
    assert complaints_of(file) == complaints
