"""The use cases: `verb_noun(session, *, …, now)`, each of three beats: load, ask the rules, store.

They return frozen dataclasses or raise a DomainError. They never render, print, send or read the clock, and leave the
commit to whoever calls (only `installation` commits by itself).
"""
