"""Lambda functions as processes of this machine, with Lambda's own runtime client.

LocalStack runs them in containers. `FUNCTIONS_PYTHON` is the interpreter with awslambdaric,
`FUNCTIONS_ENVIRONMENT` has further variables as JSON.
"""

import json
import os
import subprocess
import threading
from typing import Any

from localstack.services.lambda_ import provider
from localstack.services.lambda_.invocation import (
    execution_environment,
    runtime_executor,
    version_manager,
)
from localstack.services.lambda_.invocation.lambda_models import InvocationResult

from tests.sandbox.runtime import RuntimeApi

_PYTHON = os.environ["FUNCTIONS_PYTHON"]
_MORE: dict[str, str] = json.loads(os.environ["FUNCTIONS_ENVIRONMENT"])
_START_SECONDS = 60.0


class ProcessExecutor(runtime_executor.RuntimeExecutor):
    """One execution environment: a process that handles one call after another."""

    def start(self, env_vars: dict[str, str]) -> None:
        """Start the process, and wait for its first request for an invocation."""
        self._variables = self._all_variables({k: str(v) for k, v in env_vars.items()})
        self._lock = threading.Lock()
        self._start()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._api.close()

    def get_address(self) -> str:
        """Loopback."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Loopback."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Unused: the process has a runtime API of its own."""
        return "http://127.0.0.1:1"

    def get_logs(self) -> str:
        """Nothing: the output goes to the emulator's log."""
        return ""

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """The answer to one event; a process that died or ran out of time is replaced."""
        with self._lock:
            if self._process.poll() is not None:
                self._start()
            answer, body = "error", b'{"errorType": "Runtime.ExitError"}'
            try:
                found = self._api.call(json.loads(payload["payload"] or "{}"))
                answer, body = found.outcome, json.dumps(found.body).encode()
            except Exception as error:
                body = json.dumps({"errorMessage": f"Task timed out: {error!r}"}).encode()
                self._process.kill()
                self._process.wait()
        return InvocationResult(payload["invoke-id"], body, answer != "response", "")

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:
        """Unzip the code."""
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:
        """Keep the code; its folder goes with the emulator's."""

    def _start(self) -> None:
        config = self.function_version.config
        self._api = RuntimeApi(self.function_version.id.qualified_arn(), float(config.timeout))
        self._process = subprocess.Popen(
            [_PYTHON, "-m", "awslambdaric", config.handler],
            cwd=self._variables["LAMBDA_TASK_ROOT"],
            env={**self._variables, "AWS_LAMBDA_RUNTIME_API": self._api.address},
            stdin=subprocess.DEVNULL,
        )
        if not self._api.started.wait(_START_SECONDS):
            raise runtime_executor.LambdaRuntimeException("The function does not start.")

    def _all_variables(self, given: dict[str, str]) -> dict[str, str]:
        config = self.function_version.config
        root = str(config.code.get_unzipped_code_location())
        path = [root]
        for layer in config.layers:
            layer.code.prepare_for_execution()
            folder = layer.code.get_unzipped_code_location()
            path += [f"{folder}/python/lib/{config.runtime}/site-packages", f"{folder}/python"]
        return {
            **given,
            "PATH": os.defpath,
            "HOME": "/nonexistent",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": config.handler,
            "AWS_LAMBDA_FUNCTION_NAME": self.function_version.id.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.memory_size),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.runtime}",
            "LAMBDA_TASK_ROOT": root,
            "PYTHONPATH": os.pathsep.join(path),
            **_MORE,
        }


def patch() -> None:
    """Use it in place of containers."""
    for module in (runtime_executor, execution_environment, version_manager, provider):
        module.get_runtime_executor = lambda: ProcessExecutor
    _list_mappings_by_function()
    _list_layers_with_versions()


def _list_mappings_by_function() -> None:
    """LocalStack filters event source mappings by a part of the name; AWS by the function."""
    listing = provider.LambdaProvider.list_event_source_mappings

    def list_event_source_mappings(
        self: Any,
        context: Any,
        event_source_arn: Any = None,
        function_name: Any = None,
        *more: Any,
        **others: Any,
    ) -> Any:
        answer = listing(self, context, event_source_arn, function_name, *more, **others)
        if function_name:
            wanted = function_name.rpartition(":")[2]
            found = answer["EventSourceMappings"]
            mine = [m for m in found if m["FunctionArn"].rpartition(":")[2] == wanted]
            answer["EventSourceMappings"] = mine
        return answer

    list_event_source_mappings.__dict__.update(listing.__dict__)
    provider.LambdaProvider.list_event_source_mappings = list_event_source_mappings


def _list_layers_with_versions() -> None:
    """A layer goes with its last version, which LocalStack then fails to list."""
    listing = provider.LambdaProvider.list_layers

    def list_layers(self: Any, context: Any, *more: Any, **others: Any) -> Any:
        layers = provider.lambda_stores[context.account_id][context.region].layers
        for name in [name for name, layer in layers.items() if not layer.layer_versions]:
            del layers[name]
        return listing(self, context, *more, **others)

    list_layers.__dict__.update(listing.__dict__)
    provider.LambdaProvider.list_layers = list_layers
