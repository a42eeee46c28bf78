"""Questionnaire files become domain objects: read, checked down to the line, kept for the life of the process."""

from om_selfcheck.catalogue.complaints import CatalogueError, Complaint
from om_selfcheck.catalogue.loader import Catalogue, load_catalogue, load_questionnaire

__all__ = ["Catalogue", "CatalogueError", "Complaint", "load_catalogue", "load_questionnaire"]
