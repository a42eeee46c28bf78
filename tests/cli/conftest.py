"""An instance folder for commands."""

from pathlib import Path

import pytest


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OM_DATABASE_URL", "OM_BASE_URL", "OM_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OM_INSTANCE_DIR", str(tmp_path))
    return tmp_path
