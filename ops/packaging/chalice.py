"""`python -m ops.packaging.chalice`: Chalice's command line with the packagers of this project."""

import sys

from chalice.cli import main
from chalice.deploy import deployer

from ops.packaging.gateway import use_own_answers
from ops.packaging.packagers import CodePackager, LayerPackager


def use_own_packagers() -> None:
    """Have Chalice, in this process, make its packages with the packagers of this project."""
    deployer.AppOnlyDeploymentPackager = CodePackager  # type: ignore[attr-defined]
    deployer.LayerDeploymentPackager = LayerPackager  # type: ignore[attr-defined]


if __name__ == "__main__":
    use_own_packagers()
    use_own_answers()
    sys.exit(main())
