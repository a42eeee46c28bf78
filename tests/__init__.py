"""Tests mirror the package. Hypothesis tries no faster than a shared machine allows, and says how to repeat a failure."""

from hypothesis import HealthCheck, settings

settings.register_profile("om", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("om")
