from pathlib import Path

import pytest

GOLD = Path(__file__).parent / "gold"
SHARED = Path(__file__).resolve().parents[2].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    if not (SHARED / "data" / "reading").is_dir():
        pytest.skip("../shared/data/reading is not here")
    return SHARED


@pytest.fixture(scope="session")
def marra() -> str:
    return (GOLD / "marra.txt").read_text(encoding="utf-8")
