"""Every house check is able to fail, and lets pass what is right. Paths and texts are made up."""

import ast

import pytest

from infra.checks.__main__ import CHECKS, run
from infra.checks.layout import FILES
from infra.checks.size import code_lines
from infra.checks.source import Finding, Source, dotted, imports

Files = dict[str, str]

DOMAIN = "services/mill/domain/melt.py"
HANDLER = "services/mill/application/handlers/melts.py"
API = "services/mill/api/melts.py"
PORTS = "services/mill/application/ports.py"
ERRORS = "services/mill/domain/errors.py"
PROBLEMS = "services/mill/api/problems.py"
TEST = "tests/unit/mill/test_melt.py"

NOTE, NOTED = "TO" + "DO", "FIX" + "ME"
REFUSAL = "class Cold(Refusal):\n    code = 'cold'\n"
TABLE = "PROBLEMS = ProblemTable({errors.Cold.code: (409, 'Too cold', 'cold')})\n"
ROUTE = "@router.get('/melts')\n"

BAD: list[tuple[str, Files, str]] = [
    ("file-size", {DOMAIN: "x = 1\n" * 250}, "250 lines of code, 249 at most"),
    ("file-size", {TEST: "x = 1\n" * 400}, "400 lines of code, 399 at most"),
    ("no-float", {DOMAIN: "mass_kg: float\n"}, "use Decimal"),
    ("no-float", {DOMAIN: "def f(x: list[float]) -> None: ...\n"}, "use Decimal"),
    ("no-float", {DOMAIN: "x = float(y)\n"}, "use Decimal"),
    ("no-float", {DOMAIN: "LIMIT = 0.5\n"}, "0.5 is a binary float"),
    ("no-float", {DOMAIN: "LIMIT = 1e3\n"}, "1000.0 is a binary float"),
    ("no-float", {"schemas/contracts/mill_v1.py": "mass_kg: float\n"}, "use Decimal"),
    ("no-float", {"services/chassis/kernel.py": "x: float\n"}, "use Decimal"),
    ("no-outside-world", {DOMAIN: "now = datetime.now(UTC)\n"}, "datetime.now: ids and times come in"),
    ("no-outside-world", {DOMAIN: "import datetime as dt\nx = dt.datetime.utcnow()\n"}, "dt.datetime.utcnow"),
    ("no-outside-world", {HANDLER: "today = date.today()\n"}, "date.today"),
    ("no-outside-world", {DOMAIN: "import uuid\nx = uuid.uuid4()\n"}, "uuid.uuid4"),
    ("no-outside-world", {DOMAIN: "clock = datetime.now\n"}, "datetime.now"),
    ("no-outside-world", {DOMAIN: "import random\n"}, "random: a decision gets what it needs"),
    ("no-outside-world", {DOMAIN: "from time import monotonic\n"}, "time.monotonic"),
    ("no-outside-world", {DOMAIN: "print('melted')\n"}, "print"),
    ("no-outside-world", {DOMAIN: "text = open('melt').read()\n"}, "open"),
    ("no-outside-world", {"services/mill/application/handlers.py": "import os\n"}, "os"),
    ("room-imports", {DOMAIN: "import pydantic\n"}, "pydantic is not for this room"),
    ("room-imports", {DOMAIN: "from services.chassis.decimals import parse_decimal\n"}, "parse_decimal is not"),
    ("room-imports", {DOMAIN: "from services.mill.application.ports import MELTS\n"}, "MELTS is not for this room"),
    ("room-imports", {DOMAIN: "from services.foundry.domain.melt import Melt\n"}, "Melt is not for this room"),
    ("room-imports", {DOMAIN: "from services.mill.domainlike import x\n"}, "x is not for this room"),
    ("room-imports", {"services/mill/domain/rules/heat.py": "import orjson\n"}, "orjson is not for this room"),
    ("room-imports", {PORTS: "from services.chassis.unit import CommandBus\n"}, "CommandBus is not for this room"),
    ("room-imports", {API: "import pymongo\n"}, "pymongo is not for this room"),
    ("room-imports", {"services/mill/stream/routes.py": "import fastapi\n"}, "fastapi is not for this room"),
    ("room-imports", {"schemas/contracts/mill_v1.py": "from schemas.topics import Topic\n"}, "Topic is not"),
    ("room-imports", {"services/chassis/kernel.py": "from services.chassis import ids\n"}, "nothing is"),
    ("same-files", {"services/mill/settings.py": "", "services/mill/__init__.py": ""}, "every service has this file"),
    ("same-files", {"infra/mill/run.py": ""}, "every folder of Python files is a package"),
    ("kinds-have-one-writer", {PORTS: "MELTS = Kind('melts', Melt)\n"}, "the writer must be written out"),
    ("kinds-have-one-writer", {PORTS: "MELTS = Kind('melts', Melt, 'relay')\n"}, "one of api, worker"),
    ("kinds-have-one-writer", {PORTS: "MELTS = Kind(NAME, Melt, 'api')\n"}, "name must be written out"),
    (
        "kinds-have-one-writer",
        {PORTS: "A = Kind('melts', A, 'api')\n", API: "B = Kind('melts', B, writer='worker')\n"},
        "collection 'melts' is declared in services/mill/application/ports.py already",
    ),
    (
        "kinds-have-one-writer",
        {PORTS: "A = Kind('replies', A, 'api')\n", "services/chassis/replies.py": "R = Kind('replies', R, 'api')\n"},
        "belongs to the chassis",
    ),
    ("refusals-have-codes", {ERRORS: "class Cold(Refusal):\n    pass\n", PROBLEMS: TABLE}, "Cold needs a `code`"),
    (
        "refusals-have-codes",
        {ERRORS: REFUSAL + "class Colder(Cold):\n    pass\n", PROBLEMS: TABLE},
        "Colder needs a `code`",
    ),
    (
        "refusals-have-codes",
        {ERRORS: REFUSAL + "class Frozen(Refusal):\n    code = 'cold'\n", PROBLEMS: TABLE},
        "code 'cold' belongs to Cold already",
    ),
    ("refusals-have-codes", {ERRORS: REFUSAL}, "a ProblemTable must map"),
    (
        "refusals-have-codes",
        {ERRORS: REFUSAL, PROBLEMS: "PROBLEMS = ProblemTable({})\n"},
        "cold is missing in the table",
    ),
    (
        "refusals-have-codes",
        {ERRORS: REFUSAL, PROBLEMS: "PROBLEMS = ProblemTable({'cold': (409, 'a', 'b'), 'hot': (409, 'a', 'b')})\n"},
        "hot is in the table, but no refusal",
    ),
    ("routes-name-their-caller", {API: ROUTE + "async def melts(page: PageQuery): ...\n"}, "melts: take the caller"),
    (
        "routes-name-their-caller",
        {API: ROUTE + "@public\nasync def melts(caller: Caller): ...\n"},
        "a @public route has no caller",
    ),
    (
        "routes-name-their-caller",
        {API: "async def melts(page: PageQuery): ...\nrouter.add_api_route('/melts', melts)\n"},
        "melts: take the caller",
    ),
    (
        "routes-name-their-caller",
        {API: "def maker():\n    async def melt(): ...\n    return melt\nrouter.add_api_route('/melt', maker())\n"},
        "melt: take the caller",
    ),
    (
        "routes-name-their-caller",
        {API: "router.add_api_route('/melts', elsewhere.melts)\n"},
        "name a function of this file",
    ),
    ("applications-are-guarded", {"services/mill/bootstrap.py": "app = FastAPI()\n"}, "it is guarded"),
    ("applications-are-guarded", {API: "app.mount('/files', files)\n"}, "mount: declare routes"),
    ("applications-are-guarded", {API: "@router.websocket('/melts')\nasync def melts(): ...\n"}, "websocket"),
    ("no-sleep-in-tests", {TEST: "import time\ntime.sleep(0.1)\n"}, "time.sleep: wait for a condition"),
    ("no-sleep-in-tests", {TEST: "from asyncio import sleep\nasync def f():\n    await sleep(1)\n"}, "sleep: wait"),
    ("no-print-in-services", {DOMAIN: "print('melted')\n"}, "write to the log"),
    ("switched-off-rules-say-why", {DOMAIN: "x = 1  # noqa\n"}, "write `# noqa: CODE - reason`"),
    ("switched-off-rules-say-why", {DOMAIN: "x = 1  # noqa: E501\n"}, "write `# noqa: CODE - reason`"),
    ("switched-off-rules-say-why", {DOMAIN: "# ruff: noqa\n"}, "write `# noqa: CODE - reason`"),
    ("switched-off-rules-say-why", {DOMAIN: "x = f()  # type: ignore\n"}, "`# type: ignore[code]  # reason`"),
    ("switched-off-rules-say-why", {DOMAIN: "x = f()  # type: ignore[misc]\n"}, "`# type: ignore[code]  # reason`"),
    ("switched-off-rules-say-why", {DOMAIN: "# mypy: ignore-errors\n"}, "`# type: ignore[code]  # reason`"),
    (
        "switched-off-rules-say-why",
        {DOMAIN: "x = 1  # noqa: E501 - a table\ny = f()  # noqa: E501, S101\n"},
        "write `# noqa: CODE - reason`",
    ),
    ("no-unwelcome-words", {"README.md": f"First.\n{NOTE}: more\n"}, f"{NOTE}: a note to oneself"),
    ("no-unwelcome-words", {DOMAIN: f"x = 1  # {NOTED}\n"}, "a note to oneself"),
    ("no-unwelcome-words", {"Makefile": "run: ; cd /ro" + "ot/mill && make\n"}, "a path of one machine"),
    ("no-unwelcome-words", {"x.yaml": "path: /ho" + "me/somebody/mill\n"}, "a path of one machine"),
    ("no-unwelcome-words", {"x.toml": "url = 'https://py" + "pi.org/simple'\n"}, "registry's host"),
]
GOOD: list[tuple[str, Files]] = [
    ("file-size", {DOMAIN: "x = 1\n" * 249 + "\n" * 50 + "# why\n" * 50}),
    ("file-size", {TEST: "x = 1\n" * 399}),
    ("file-size", {"schemas/asyncapi/mill.yaml": "x: 1\n" * 900}),
    ("no-float", {DOMAIN: 'LIMIT = Decimal("0.5")\ncount: int = 3\nfloat_glass = True\n'}),
    ("no-float", {"services/mill/adapters/meter.py": "x = 0.5\n", "services/chassis/retry.py": "pause_s: float\n"}),
    ("no-outside-world", {DOMAIN: "from datetime import datetime, time\nfrom uuid import uuid5\nx = meta.at\n"}),
    ("no-outside-world", {DOMAIN: "class Market:\n    open: bool\n\ndef f(m):\n    return m.open, m.now\n"}),
    ("no-outside-world", {"services/mill/bootstrap.py": "import os\nx = datetime.now(UTC)\n"}),
    ("room-imports", {DOMAIN: "from decimal import Decimal\nfrom services.chassis.kernel import Refusal\n"}),
    ("room-imports", {DOMAIN: "from services.mill.domain.heat import Heat\n"}),
    ("room-imports", {PORTS: "from services.chassis.kernel import Kind\nfrom services.mill.domain.melt import Melt\n"}),
    ("room-imports", {API: "from fastapi import APIRouter\nfrom services.chassis.auth import Caller\n"}),
    ("room-imports", {"services/mill/adapters/x.py": "import anything\n", "services/mill/bootstrap.py": "import x\n"}),
    (
        "same-files",
        {
            f"services/mill/{name}": ""
            for name in (*FILES, *(f"{f}/__init__.py" for f in ("adapters", "api", "application", "domain", "stream")))
        }
        | {"services/mill/__init__.py": "", "services/chassis/ids.py": "", "services/chassis/__init__.py": ""},
    ),
    ("kinds-have-one-writer", {PORTS: "A = Kind('melts', A, 'api')\nB = kernel.Kind('heats', B, writer='worker')\n"}),
    ("kinds-have-one-writer", {PORTS: "A = Kind('m', A, 'api')\n", "services/forge/p.py": "A = Kind('m', A, 'api')\n"}),
    ("refusals-have-codes", {ERRORS: REFUSAL, PROBLEMS: TABLE}),
    (
        "refusals-have-codes",
        {ERRORS: "class Base(Refusal):\n    pass\nclass Cold(Base):\n    code: str = 'cold'\n", PROBLEMS: TABLE},
    ),
    (
        "refusals-have-codes",
        {
            ERRORS: REFUSAL + "class Away(Refusal):\n    code = 'away'\n",
            PROBLEMS: TABLE,
            API: "try:\n    f()\nexcept (OAuthError, errors.Away):\n    pass\n",
        },
    ),
    ("refusals-have-codes", {ERRORS: "class Melted(Exception):\n    pass\n"}),
    ("routes-name-their-caller", {API: ROUTE + "async def melts(caller: Caller): ...\n"}),
    ("routes-name-their-caller", {API: ROUTE + "async def melts(*, caller: Annotated[Principal, Depends(x)]): ...\n"}),
    ("routes-name-their-caller", {API: ROUTE + "@public\nasync def melts(): ...\n"}),
    (
        "routes-name-their-caller",
        {
            "services/mill/api/edge.py": "Miller = Annotated[Principal, Depends(require(role='miller'))]\n",
            API: ROUTE + "async def melts(caller: Miller): ...\n",
        },
    ),
    ("routes-name-their-caller", {API: "@cache\ndef f(): ...\n@limits.get\ndef g(): ...\ndef h(): ...\n"}),
    (
        "routes-name-their-caller",
        {API: "def m():\n    async def melt(c: Caller): ...\n    return melt\nrouter.add_api_route('/m', m())\n"},
    ),
    ("applications-are-guarded", {"services/chassis/api.py": "app = FastAPI()\n", API: "app = create_api()\n"}),
    ("no-sleep-in-tests", {TEST: "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n"}),
    ("no-sleep-in-tests", {"tests/support/wait.py": "import time\ntime.sleep(0.02)\n"}),
    ("no-print-in-services", {"services/mill/__main__.py": "print(1)\n", "services/mill/x.py": "x.print(1)\n"}),
    ("no-print-in-services", {"services/mill/seed.py": "import argparse\nprint(1)\n"}),
    ("no-print-in-services", {"services/mill/table.py": "if __name__ == '__main__':\n    print(1)\n"}),
    ("switched-off-rules-say-why", {DOMAIN: "x = 1  # noqa: E501, S101 - a table\ny = 2  # noqa: S101\n"}),
    ("switched-off-rules-say-why", {DOMAIN: "x = f()  # type: ignore[misc, arg-type]  # it ships no types\n"}),
    ("switched-off-rules-say-why", {DOMAIN: "# ruff: noqa: S101 - asserts are what it is made of\n"}),
    ("switched-off-rules-say-why", {DOMAIN: 'text = "# noqa"\n'}),
    ("no-unwelcome-words", {"README.md": f"Add it to the {NOTE}s.\nGET /v1/home/x, services/work/x, a/root/x\n"}),
    ("no-unwelcome-words", {"x.md": "https://example.org/work/x, {s}/work/x, ./root/x, PyPI, $(HOME)/home/x\n"}),
]


def found(name: str, files: Files) -> list[Finding]:
    return run([name], [Source(path, text) for path, text in files.items()])


@pytest.mark.parametrize(("name", "files", "told"), BAD, ids=range(len(BAD)))
def test_it_finds(name: str, files: Files, told: str) -> None:
    findings = found(name, files)
    assert any(told in str(finding) for finding in findings), findings


@pytest.mark.parametrize(("name", "files"), GOOD, ids=range(len(GOOD)))
def test_it_lets_pass(name: str, files: Files) -> None:
    assert found(name, files) == []


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_is_shown_from_both_sides(name: str) -> None:
    assert name in {entry[0] for entry in BAD}
    assert name in {entry[0] for entry in GOOD}


def test_a_finding_names_the_place() -> None:
    [finding] = found("no-print-in-services", {DOMAIN: "x = 1\nprint(x)\n"})
    assert str(finding).startswith(f"{DOMAIN}:2: print")


@pytest.mark.parametrize("name", FILES)
def test_each_file_of_a_service_is_missed(name: str) -> None:
    files = {f"services/mill/{other}": "" for other in FILES if other != name}
    assert any(finding.path == f"services/mill/{name}" for finding in found("same-files", files))


@pytest.mark.parametrize(
    ("text", "expected"), [("a", "a"), ("a.b.c", "a.b.c"), ("f().b", ""), ("a[0].b", ""), ("1", "")]
)
def test_a_name_is_written_out(text: str, expected: str) -> None:
    assert dotted(ast.parse(text, mode="eval").body) == expected


def test_imports_are_named_with_what_they_bring() -> None:
    tree = ast.parse("import a.b\nfrom c import d, e\n")
    assert list(imports(tree)) == [("a.b", 1), ("c.d", 2), ("c.e", 2)]


def test_lines_of_code_are_neither_blank_nor_comment() -> None:
    assert code_lines("x = 1  # one\n\n    \n# why\n    # indented\ny = 2") == 2
