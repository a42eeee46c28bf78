"""Questionnaire files become domain objects: read, checked down to the line, kept for the life of the process.

Reading takes libraries that nothing else needs; who wants that asks `catalogue.loader` for it.
"""

from om_selfcheck.catalogue.complaints import CatalogueError, Complaint
from om_selfcheck.catalogue.versions import Catalogue

__all__ = ["Catalogue", "CatalogueError", "Complaint"]
