"""REPOSTO_LLM: what it may be, that its key stays unseen, and that without it nothing of it is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reposto.app.llm.config import ModelConfig
from reposto.app.llm.make import make_reader
from reposto.app.settings import load_settings, share_model, shared_model
from reposto.model.errors import SettingInvalid

KEY = "sk-not-for-logs-9471"


@pytest.mark.parametrize("name", ["openai:gpt-x", "anthropic:claude-y", "google:gemini-z", "ollama:llama3:8b"])
def test_a_model_is_named_by_its_api_and_its_name(tmp_path: Path, name: str) -> None:
    model = load_settings(tmp_path, llm=name, llm_key=KEY, llm_url="http://127.0.0.1:1/v1", llm_seconds=3).model
    kind, _, called = name.partition(":")
    assert model == ModelConfig(kind, called, url="http://127.0.0.1:1/v1", key=KEY, seconds=3.0)
    assert model.title == name


def test_there_is_none_unless_one_is_named(tmp_path: Path) -> None:
    assert load_settings(tmp_path).model is None
    assert make_reader(None) is None


@pytest.mark.parametrize(
    "given",
    [
        {"llm": "gpt-x"},
        {"llm": "openai:"},
        {"llm": "mistral:x"},
        {"llm_url": "file:///x"},
        {"llm_seconds": 0},
        {"llm_seconds": 31},
    ],
)
def test_a_wrong_one_stops_the_start_with_its_name(tmp_path: Path, given: dict[str, object]) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        load_settings(tmp_path, llm_key=KEY, **given)
    assert f"REPOSTO_{next(iter(given)).upper()}" in refusal.value.message_pt
    assert KEY not in refusal.value.message_pt + refusal.value.message_en


def test_the_key_is_in_no_text_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, llm="openai:x", llm_key=KEY)
    assert KEY not in f"{settings!r} {settings} {settings.model!r} {settings.model}"


def test_workers_get_it_from_the_process_that_starts_them(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, llm="openai:x", llm_key=KEY, llm_seconds=4)
    share_model(settings)
    assert shared_model() == settings.model
    share_model(load_settings(tmp_path))
    assert shared_model() is None


def test_missing_packages_are_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_ai", None)
    monkeypatch.delitem(sys.modules, "reposto.app.llm.reader", raising=False)
    with pytest.raises(SettingInvalid) as refusal:
        make_reader(ModelConfig("openai", "x"))
    assert "reposto[llm]" in refusal.value.message_pt


def test_without_a_model_none_of_its_packages_is_loaded() -> None:
    code = (
        "import sys, reposto.app.server, reposto.app.child, reposto.app.llm.worker as w\n"
        "assert w.phraser() is None\n"
        "print([name for name in ('pydantic_ai', 'openai', 'anthropic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
