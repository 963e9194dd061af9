"""How hypothesis works here: no deadlines, for a busy machine is no failure."""

from hypothesis import HealthCheck, settings

settings.register_profile("suket", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suket")
