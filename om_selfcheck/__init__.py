"""OM-Selbstcheck: from a company's self-assessment to its self-declaration.

Importing this package, or its domain, loads no framework; `om_selfcheck.factory` puts the application together.
"""

__version__ = "0.1.0"
