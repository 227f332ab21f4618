"""Two ways to ask a server: the OpenAI chat interface, and Ollama's own; one request in either, chosen by the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["address_of", "as_choices", "in_dialect"]

_OLLAMA = "/api/chat"


def address_of(url: str) -> str:
    """Where requests go: ``/chat/completions`` below the address, or Ollama's ``/api/chat`` where it ends with ``/api``.

    >>> address_of("http://localhost:11434"), address_of("http://localhost:11434/api")
    ('http://localhost:11434/v1/chat/completions', 'http://localhost:11434/api/chat')
    """
    base = url.rstrip("/")
    if base.endswith(("/chat/completions", _OLLAMA)):
        return base
    if base.endswith("/api"):
        return base + "/chat"
    return base + ("/chat/completions" if urlsplit(base).path else "/v1/chat/completions")


def in_dialect(address: str, body: str, context: int) -> str:
    """The request as the server at this address understands it.

    Parameters
    ----------
    address : str
        From :func:`address_of`.
    body : str
        A request of the OpenAI chat interface, as JSON.
    context : int
        Tokens of request and reply together, which Ollama's own interface is told.
    """
    if not address.endswith(_OLLAMA):
        return body
    asked = json.loads(body)
    own: dict[str, Any] = {
        "model": asked["model"],
        "messages": asked["messages"],
        "stream": False,
        "options": {"temperature": asked.get("temperature", 0), "num_ctx": context},
    }
    form = asked.get("response_format")
    if form:
        own["format"] = form["json_schema"]["schema"]
    return json.dumps(own, ensure_ascii=False)


def as_choices(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A reply of Ollama's own interface in the form of the OpenAI one; any other as it is."""
    message = data.get("message")
    if "choices" in data or not isinstance(message, dict):
        return data
    choice = {"message": message, "finish_reason": data.get("done_reason")}
    usage = {"prompt_tokens": data.get("prompt_eval_count"), "completion_tokens": data.get("eval_count")}
    return {"choices": [choice], "usage": usage}
