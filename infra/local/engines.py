"""Both engines together: as a context manager for tests and the story, and as `python -m infra.local.engines`.

`up` runs them in the foreground until Ctrl-C; `status` and `down` talk to that process from another terminal.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local import jars
from infra.local.errors import EngineError
from infra.local.java import find_java
from infra.local.kafka import KafkaEngine
from infra.local.mongo import MongoEngine
from infra.local.mongod import find_mongod
from infra.local.owner import StateDirOwner

DEFAULT_STATE_DIR = Path(".local")
DEFAULT_KAFKA_PORT = 19092
DEFAULT_CONTROLLER_PORT = 19093
DEFAULT_MONGO_PORT = 27117
WATCH_S = 0.5
DOWN_TIMEOUT_S = 40.0


@dataclass(frozen=True, slots=True)
class Engines:
    """The running pair."""

    kafka: KafkaEngine
    mongo: MongoEngine

    def dead(self) -> list[str]:
        """Name the engines whose process is gone."""
        return [engine.name for engine in (self.kafka, self.mongo) if not engine.is_running]


@contextmanager
def running_engines(
    state_dir: Path,
    *,
    kafka_port: int = 0,
    controller_port: int = 0,
    mongo_port: int = 0,
    fail_points: bool = False,
) -> Iterator[Engines]:
    """Start both side by side, hand them over ready, stop both at the end. Port 0 is any free port.

    Raises:
        EngineError: the state directory is in use, a part is missing, or an engine did not start.

    """
    kafka = KafkaEngine(
        state_dir,
        kafka_port,
        controller_port,
        port_setting="--kafka-port",
        controller_port_setting="--controller-port",
    )
    mongo = MongoEngine(state_dir, mongo_port, fail_points=fail_points, port_setting="--mongo-port")
    endpoints = {"kafka": kafka.bootstrap, "mongo": mongo.uri}
    with ExitStack() as stack:
        stack.enter_context(StateDirOwner(state_dir).held(endpoints))
        for engine in (kafka, mongo):
            engine.require_ports()  # both, before either is fetched or started
            stack.callback(engine.stop)
        mongo.launch()
        kafka.launch()
        mongo.wait_ready()
        kafka.wait_ready()
        yield Engines(kafka, mongo)


def up(args: argparse.Namespace) -> int:
    """Run both until Ctrl-C, SIGTERM, or the death of one."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _say("starting Kafka and MongoDB ...")
        with running_engines(
            args.state_dir,
            kafka_port=args.kafka_port,
            controller_port=args.controller_port,
            mongo_port=args.mongo_port,
        ) as engines:
            _watch(engines)
    except KeyboardInterrupt:
        _say("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _watch(engines: Engines) -> None:
    _say(f"kafka  {engines.kafka.bootstrap}")
    _say(f"mongo  {engines.mongo.uri}")
    _say(f"ready; logs in {engines.kafka.log_path.parent}; Ctrl-C stops both")
    while not (dead := engines.dead()):
        time.sleep(WATCH_S)
    raise EngineError(f"{' and '.join(dead)} ended by itself: see {engines.kafka.log_path.parent}.")


def down(args: argparse.Namespace) -> int:
    """Stop the engines that `up` runs on this state directory."""
    if StateDirOwner(args.state_dir).end(DOWN_TIMEOUT_S):
        _say("stopped")
    else:
        _say(f"nothing runs on {args.state_dir}")
    return 0


def status(args: argparse.Namespace) -> int:
    """Say what runs; exit code 1 if nothing does."""
    running = StateDirOwner(args.state_dir).read()
    if running is None:
        _say(f"nothing runs on {args.state_dir}")
        return 1
    for name, address in running.endpoints.items():
        _say(f"{name}  {address}  (run by process {running.pid})")
    return 0


def fetch(_: argparse.Namespace) -> int:
    """Get and check everything the engines need, without starting them."""
    _say(f"java    {find_java()}")
    _say(f"mongod  {find_mongod()}")
    _say(f"kafka   {len(jars.fetch())} jars, checksums verified")
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"[engines] {line}\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.engines", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (up, down, status, fetch):
        sub = commands.add_parser(command.__name__, help=command.__doc__, description=command.__doc__)
        sub.set_defaults(command=command)
        sub.add_argument("--state-dir", type=Path, default=DEFAULT_STATE_DIR)
        if command is up:
            sub.add_argument("--kafka-port", type=int, default=DEFAULT_KAFKA_PORT)
            sub.add_argument("--controller-port", type=int, default=DEFAULT_CONTROLLER_PORT)
            sub.add_argument("--mongo-port", type=int, default=DEFAULT_MONGO_PORT)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; a part that cannot be had is one paragraph and exit code 2."""
    args = _parser().parse_args(argv)
    try:
        return int(args.command(args))
    except EngineError as error:
        _say(str(error))
        return 2


if __name__ == "__main__":
    sys.exit(main())
