"""Which reasons each rule may give against something, read from the rules' own text: code, sentence, source."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PARTS = 3  # code, says, cite


@dataclass(frozen=True, slots=True)
class Against:
    """One reason that a rule may give; what differs from case to case is written `…`."""

    code: str
    says: str
    cite: str


def reasons_of(tree: ast.Module, rule: ast.FunctionDef) -> list[Against]:
    """List what a rule may say against something: its own reasons, and those that its module keeps aside for it, in order, each once."""
    aside = dict(_kept_aside(tree))
    found: dict[str, Against] = {}
    for reason in _within(rule, aside, seen={rule.name}):
        found.setdefault(reason.code, reason)
    return list(found.values())


def _within(node: ast.AST, aside: Mapping[str, ast.AST], seen: set[str]) -> Iterator[Against]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "Reason" and len(inner.args) == _PARTS:
            yield Against(*(_text(part) for part in inner.args))
        elif isinstance(inner, ast.Name) and inner.id in aside and inner.id not in seen:
            seen.add(inner.id)
            yield from _within(aside[inner.id], aside, seen)


def _kept_aside(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Give the reasons that have a name, and the private questions that a rule is made of."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.FunctionDef(name=name) if name.startswith("_"):
                yield name, node


def _text(part: ast.expr) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else "…" for one in values)
        case _:
            return "…"
