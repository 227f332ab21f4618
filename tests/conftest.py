"""What every test shares: no test depends on how fast the machine is; the main job runs once on the example."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "zopa",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    print_blob=True,
)
settings.register_profile(
    "first failure", settings.get_profile("zopa"), phases=(Phase.explicit, Phase.generate), print_blob=False
)  # for mutants.py: that something fails is enough
settings.load_profile("zopa")


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk():
    """What is written need not outlive a power cut; the order of writing and syncing has tests of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture(scope="session")
def example_study():
    """The main job on the example in its default readings. Answers are frozen: tests cannot change it."""
    import zopa

    return zopa.run(zopa.load("ukraine-2025"))


@pytest.fixture(scope="session")
def example_report(example_study, tmp_path_factory) -> list[Path]:
    """The files of its report; only to be read."""
    import zopa

    return zopa.report(example_study, tmp_path_factory.mktemp("example-report"))
