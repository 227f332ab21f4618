"""What every test shares: no test depends on how fast the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "zopa",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    print_blob=True,
)
settings.load_profile("zopa")
