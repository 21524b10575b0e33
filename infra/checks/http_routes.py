"""Nothing is open by oversight: a route names its caller, or says `@public`. The guard itself is chassis/auth.py."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from infra.checks.source import Finding, Source, calls, dotted, python_files

METHODS: Final = frozenset({"delete", "get", "head", "options", "patch", "post", "put"})
CALLER_TYPES: Final = frozenset({"Caller", "Principal"})
UNGUARDED_DOORS: Final = frozenset({"add_route", "api_route", "mount", "route", "websocket"})
"""Ways to add a route that this check, or the guard, does not see."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def routes_name_their_caller(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find routes that neither take the caller nor are public, or that do both."""
    files = list(_api_files(sources))
    callers = CALLER_TYPES | {alias for source in files for alias in _caller_aliases(source.tree)}
    for source in files:
        for function in _routes(source.tree):
            takes_caller = bool(callers & _parameter_types(function))
            if not takes_caller and not _is_public(function):
                yield Finding(
                    source.path,
                    function.lineno,
                    f"{function.name}: take the caller (`caller: Caller`), whose tenancy queries need, or say @public",
                )
            if takes_caller and _is_public(function):
                yield Finding(source.path, function.lineno, f"{function.name}: a @public route has no caller")
        for call in _added_routes(source.tree):
            if not _endpoints(call, source.tree):
                yield Finding(source.path, call.lineno, "add_api_route: name a function of this file")


def applications_are_guarded(sources: Sequence[Source]) -> Iterator[Finding]:
    """Find applications made without the chassis' guard, and routes added by other doors than the decorators."""
    for source in python_files(sources, "services/"):
        if source.service is None:
            continue
        for name, call in calls(source.tree):
            last = name.split(".")[-1]
            if last == "FastAPI":
                yield Finding(
                    source.path, call.lineno, "make the application with chassis.api.create_api: it is guarded"
                )
            if "." in name and last in UNGUARDED_DOORS:
                yield Finding(source.path, call.lineno, f"{last}: declare routes with @router.get and the like")


def _api_files(sources: Iterable[Source]) -> Iterator[Source]:
    return (
        source for source in python_files(sources, "services/") if source.service is not None and "api" in source.parts
    )


def _caller_aliases(tree: ast.Module) -> Iterator[str]:
    """Yield names bound to a form of the caller: `Seller = Annotated[Principal, Depends(require(role=...))]`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(dotted(part) in CALLER_TYPES for part in ast.walk(node.value)):
            yield from (dotted(target) for target in node.targets)


def _routes(tree: ast.Module) -> Iterator[_Function]:
    """Yield functions under a route decorator, and those given to `add_api_route`."""
    for node in ast.walk(tree):
        if isinstance(node, _Function) and any(_is_route(decorator) for decorator in node.decorator_list):
            yield node
    for call in _added_routes(tree):
        yield from _endpoints(call, tree)


def _added_routes(tree: ast.Module) -> Iterator[ast.Call]:
    return (call for name, call in calls(tree) if name.endswith(".add_api_route"))


def _endpoints(call: ast.Call, tree: ast.Module) -> list[_Function]:
    """Return the functions of this file that a call of `add_api_route` names, or that the maker it calls makes."""
    endpoint = call.args[1] if len(call.args) > 1 else None
    maker = dotted(endpoint.func) if isinstance(endpoint, ast.Call) else None
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    if maker is None:
        return [node for node in functions if endpoint is not None and node.name == dotted(endpoint)]
    return [
        inner
        for node in functions
        if node.name == maker
        for inner in ast.walk(node)
        if isinstance(inner, _Function) and inner is not node
    ]


def _is_route(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return False
    return decorator.func.attr in METHODS


def _is_public(function: _Function) -> bool:
    return any(dotted(decorator).split(".")[-1] == "public" for decorator in function.decorator_list)


def _parameter_types(function: _Function) -> set[str]:
    arguments = function.args
    annotations = [item.annotation for item in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return {dotted(part).split(".")[-1] for note in annotations if note is not None for part in ast.walk(note)}
