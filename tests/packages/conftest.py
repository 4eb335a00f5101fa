from tests.packages.npm import npm_packages

__all__ = ["npm_packages"]
