"""`python -m tests.cloud.emulator`: serves at GATEWAY_LISTEN until the process is ended."""

from localstack.runtime.main import main

from tests.cloud.emulator import authorizers, events, functions, lists, resources

if __name__ == "__main__":
    functions.patch()
    events.patch()
    authorizers.patch()
    resources.patch()
    lists.patch()
    main()
