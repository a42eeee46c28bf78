"""Benchmarks, run by ./om bench: each figure stands beside a floor that was measured in the same run.

`server`, `browser` and `processes` also carry the proofs in tests/proofs.
"""
