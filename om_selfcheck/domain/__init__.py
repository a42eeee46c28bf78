"""The rules of the field: values, enums and pure functions over values and dates.

Nothing here knows a framework, a database, a file or the clock; what a rule needs it gets as an argument.
The codes in docstrings (R04, D5) are explained in docs/rules.md.
"""
