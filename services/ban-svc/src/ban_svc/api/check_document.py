"""OpenAPI of the two checks, written by hand; a test compares it with what they answer."""

from typing import Any

_TEXT = {"type": "string"}
_USER = {"type": "string", "minLength": 1, "maxLength": 1024, "description": "A user name, as MediaWiki compares names."}
_WIKI = {"type": "string", "pattern": "^[a-z0-9_]{2,64}$", "description": "The wiki that asks; a global ban is the same on all."}
_IP = {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "description": "An address, or a range that is covered when it lies wholly inside a banned one.",
}
_EVENT = {
    "type": "string",
    "pattern": "^[a-z0-9-]{1,64}$",
    "description": "The id of an event; answered to a steward whom a confirmed grant of its list names, and to the auditor.",
}
_AT = {"type": "string", "format": "date-time", "description": "A moment; one in the past is answered to the auditor alone."}

SCHEMAS: dict[str, Any] = {
    "CheckSubject": {
        "title": "CheckSubject",
        "type": "object",
        "additionalProperties": False,
        "description": "Either `user`, with or without `wiki`, or `ip`.",
        "properties": {"user": _USER, "wiki": _WIKI, "ip": _IP},
    },
    "Check": {
        "title": "Check",
        "type": "object",
        "required": ["subject", "banned", "covers"],
        "properties": {
            "subject": {"$ref": "#/components/schemas/CheckSubject"},
            "banned": {"type": "boolean", "description": "A name that nobody knows is not banned."},
            "covers": {"type": "array", "items": {"type": "string", "enum": ["everywhere", "event", "address"]}},
            "reference": {"type": "string", "description": "For this subject and this caller; equal to no other id and no other answer."},
            "until": {"type": "string", "format": "date-time", "description": "Its end, absent where there is none."},
        },
    },
}

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PROBLEMS = {
    "401": {"description": "There is no token, or it is not good.", "content": _PROBLEM},
    "403": {"description": "The token has none of the roles, or the past or this event is not for it.", "content": _PROBLEM},
    "422": {
        "description": "A name, an address, a moment or a parameter cannot be read.",
        "content": _PROBLEM,
    },
    "503": {"description": "The bans are still being loaded, or revocations cannot be read. See Retry-After.", "content": _PROBLEM},
}
_ANSWER = {
    "subject": {"user": "Loud visitor", "wiki": "examplewiki"},
    "banned": True,
    "covers": ["everywhere"],
    "reference": "666f72206f6e652063616c6c657231",
}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


ASK: dict[str, Any] = {
    "operationId": "check_ban",
    "tags": ["bans"],
    "summary": "Ask whether an account or an address is banned",
    "description": (
        "Name `user` or `ip`. Answers about global bans and range blocks in force, now or at `at`; with `event`, about bans from it at its "
        "start, or at the moment asked about where that is later. Never why."
    ),
    "parameters": [
        _parameter("user", _USER),
        _parameter("ip", _IP),
        _parameter("wiki", _WIKI),
        _parameter("event", _EVENT),
        _parameter("at", _AT),
    ],
    "responses": {
        "304": {"description": "The answer is the one you have, by the ETag in `If-None-Match`."},
        "200": {
            "description": "Yes or no.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Check"}, "example": _ANSWER}},
        },
        **_PROBLEMS,
    },
}

ASK_MANY: dict[str, Any] = {
    "operationId": "check_bans",
    "tags": ["bans"],
    "summary": "Ask about up to 1,000 accounts and addresses at once",
    "description": "The answers come in the order of the subjects.",
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["subjects"],
                    "additionalProperties": False,
                    "properties": {
                        "subjects": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/CheckSubject"}},
                        "event": _EVENT,
                        "at": _AT,
                    },
                },
                "example": {"subjects": [{"user": "Loud visitor", "wiki": "examplewiki"}, {"ip": "192.0.2.7"}]},
            }
        },
    },
    "responses": {
        "200": {
            "description": "One answer for each subject.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["results"],
                        "properties": {"results": {"type": "array", "items": {"$ref": "#/components/schemas/Check"}}},
                    },
                    "example": {"results": [_ANSWER, {"subject": {"ip": "192.0.2.7"}, "banned": False, "covers": []}]},
                }
            },
        },
        "413": {"description": "The body is too large.", "content": _PROBLEM},
        **_PROBLEMS,
    },
}
