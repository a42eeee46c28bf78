"""Tests mirror the package. Hypothesis sets no time limits on a shared machine and says how to repeat a failure."""

from hypothesis import HealthCheck, settings

settings.register_profile("om", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("om")
