"""Benchmarks, run by ./om bench."""
