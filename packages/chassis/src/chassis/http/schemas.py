"""Names of schemas in OpenAPI: short, one for one thing, and told apart by their service where two mean different things by a word.

FastAPI names two classes of one name after their modules, which are ours alone, and leaves their titles alike, from which clients are
generated: a generator then leaves out most of the document.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

REF = "#/components/schemas/"
Document = dict[str, Any]


def shortened(document: Document) -> Document:
    """Name each schema of one service by its class: `intake_svc__api__views__LetterView` becomes `LetterView`.

    Where two classes of the service share a name, its module stands before it, or what comes in is a form and what goes out a view.
    """
    schemas: Document = document.get("components", {}).get("schemas", {})
    meaning = {name: _meaning(name, schemas) for name in schemas}
    short = {name: _short(name, schemas) for name in schemas}
    meant: dict[str, set[str]] = defaultdict(set)
    for name, found in short.items():
        meant[found].add(meaning[name])
    told_by = {meaning[name]: _module(name) + short[name] for name in sorted(schemas) if "__" in name}

    def called(name: str) -> str:
        if len(meant[short[name]]) == 1:
            return short[name]
        # What comes in and what goes out has no module in its name; it may have one elsewhere, as the class that it is.
        way = "Form" if name.endswith("-Input") else "View" if name.endswith("-Output") else ""
        return told_by.get(meaning[name], short[name] + way)

    return _renamed(document, called)


def merged(documents: Mapping[str, Document]) -> Document:
    """Put the documents of services, by their names, into one; schemas that mean the same are one, others carry their service's name."""
    meant: dict[str, set[str]] = defaultdict(set)
    for document in documents.values():
        for name in document["components"]["schemas"]:
            meant[name].add(_meaning(name, document["components"]["schemas"]))
    found: Document = {"paths": {}, "schemas": {}}
    for service, document in documents.items():
        own = _renamed(document, lambda name, service=service: name if len(meant[name]) == 1 else f"{service.capitalize()}{name}")  # type: ignore[misc]  # mypy cannot type the default of a lambda
        for path, methods in own["paths"].items():
            found["paths"].setdefault(path, {}).update(methods)
        found["schemas"] |= own["components"]["schemas"]
    return found


def _short(name: str, schemas: Document) -> str:
    if "Page_" in name:
        # FastAPI tells two pages of one class name apart by a number alone.
        pointer: str = schemas[name]["properties"]["items"]["items"]["$ref"]
        return f"{_short(pointer.removeprefix(REF), schemas)}Page"
    return name.rpartition("__")[2].removesuffix("-Input").removesuffix("-Output")


def _module(name: str) -> str:
    return name.split("__")[-2].title().replace("_", "")


def _meaning(name: str, schemas: Document, seen: tuple[str, ...] = ()) -> str:
    """Write a schema with all that it refers to and without its prose, so that two can be compared."""

    def follow(value: Any) -> Any:
        if isinstance(value, dict):
            pointer = value.get("$ref")
            if isinstance(pointer, str):
                target = pointer.removeprefix(REF)
                return target if target in seen or target not in schemas else _meaning(target, schemas, (*seen, name))
            return {key: follow(inner) for key, inner in value.items() if not (key == "description" and isinstance(inner, str))}
        return [follow(inner) for inner in value] if isinstance(value, list) else value

    return json.dumps({**follow(schemas[name]), "title": ""}, sort_keys=True)


def _renamed(document: Document, new: Callable[[str], str]) -> Document:
    """Give a copy in which every schema and every reference has its new name, which is its title too.

    Raises:
        ValueError: two that mean different things would have one name.
    """
    document = deepcopy(document)
    schemas: Document = document.setdefault("components", {}).setdefault("schemas", {})
    names = {name: new(name) for name in schemas}
    meanings: dict[str, str] = {}
    for name, found in names.items():
        if meanings.setdefault(found, _meaning(name, schemas)) != _meaning(name, schemas):
            raise ValueError(f"two schemas are called {found}; one is {name}")
    document["components"]["schemas"] = {names[name]: {**schema, "title": names[name]} for name, schema in schemas.items()}
    _point(document, {f"{REF}{name}": f"{REF}{found}" for name, found in names.items()})
    return document


def _point(value: Any, names: Mapping[str, str]) -> None:
    if isinstance(value, dict):
        if isinstance(pointer := value.get("$ref"), str):
            value["$ref"] = names.get(pointer, pointer)
        for inner in value.values():
            _point(inner, names)
    elif isinstance(value, list):
        for inner in value:
            _point(inner, names)
