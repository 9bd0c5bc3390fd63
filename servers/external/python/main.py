"""A Python web application under Interleave's server contract, served in several ways: main.py MODEL [OPTIONS].

MODEL is the name of a module beside this file, or the path of a file of yours (my_server.py), that defines FAMILY, SUMMARY,
CAPABILITIES, IN_FLIGHT_LIMIT and Server; the standard library is all it takes. `main.py MODEL --help` says more.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

if sys.version_info < (3, 11):
    print(f"error: needs Python 3.11 or newer (tomllib, asyncio.timeout), this is {sys.version.split()[0]}",
          file=sys.stderr)
    sys.exit(77)

from application import Application  # noqa: E402
from counters import Counters, say  # noqa: E402
from options import Config, parse_options  # noqa: E402
from workload import ConfigError, load_workload  # noqa: E402

MODELS = ("asyncio_server", "wsgiref_server")
FORCED_AFTER_S = 1.5


def raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def handle_signals(server: Any, counters: Counters) -> None:
    def stop(*_: object) -> None:
        server.stop()
        signal.setitimer(signal.ITIMER_REAL, FORCED_AFTER_S)

    def force(*_: object) -> None:
        say(counters.line())
        os._exit(0)

    signal.signal(signal.SIGUSR1, lambda *_: say(counters.line()))
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, force)


def serve(config: Config, model: ModuleType) -> None:
    raise_descriptor_limit()
    counters = Counters()
    application = Application(load_workload(config.workload), counters)
    try:
        server = model.Server(config, application, counters)
    except OSError as error:
        address, port = config.listen
        raise OSError(f"cannot bind {address}:{port} (choose another --listen, or port 0 for any): "
                      f"{error.strerror}") from None
    handle_signals(server, counters)
    say(json.dumps({"ready": True, "port": server.port}))
    server.run()
    signal.setitimer(signal.ITIMER_REAL, 0)
    say(counters.line())


def find_model(word: str) -> ModuleType:
    if word in MODELS:
        return importlib.import_module(word)
    if not word.endswith(".py") or not Path(word).is_file():
        raise ConfigError(f"name the model first: {', '.join(MODELS)} or a file of yours, as my_server.py")
    spec = importlib.util.spec_from_file_location(Path(word).stem, word)
    model = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    return model


def main(words: list[str]) -> int:
    try:
        model = find_model(words[0] if words else "")
        config = parse_options(words[1:], Path(words[0]).stem, model)
        if config is not None:
            serve(config, model)
        return 0
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
