"""What every test shares: no test depends on how fast the machine is."""

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
