"""What a questionnaire file has to hold: every key, every text in both languages, nothing else."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from om_selfcheck.catalogue.text_rules import bounded, formed, read_minutes
from om_selfcheck.catalogue.yaml_reader import Place, Plain
from om_selfcheck.domain.questionnaire import Questionnaire
from om_selfcheck.domain.text import LINE_LENGTH, TEXT_LENGTH

_NUMBER = "(0|[1-9][0-9]{0,3})"
_HTTPS = r"https://[a-z0-9-]+(\.[a-z0-9-]+)+([/?][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?"

Line = Annotated[str, AfterValidator(bounded(LINE_LENGTH))]
Paragraph = Annotated[str, AfterValidator(bounded(TEXT_LENGTH))]
Address = Annotated[
    str, AfterValidator(bounded(TEXT_LENGTH)), AfterValidator(formed(_HTTPS, "is not an https address"))
]
Slug = Annotated[str, AfterValidator(formed("[a-z0-9-]{1,40}", "must be 1 to 40 small letters, digits or hyphens"))]
Version = Annotated[str, AfterValidator(formed(rf"{_NUMBER}\.{_NUMBER}", "must look like 1.0 or 1.10"))]
Minutes = Annotated[int, BeforeValidator(read_minutes)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _ShortText(_Part):
    de: Line
    en: Line


class _LongText(_Part):
    de: Paragraph
    en: Paragraph


class _FirstStep(_Part):
    title: _ShortText
    description: _LongText
    follow_up: _LongText


class _Measure(_Part):
    ref: str
    practice: _LongText
    good: _LongText
    first_step: _FirstStep


class _Aid(_Part):
    title: _ShortText
    publisher: Line
    address: Address


class _Checkpoint(_Part):
    ref: str
    title: _ShortText
    question: _LongText
    aids: list[_Aid]
    measures: Annotated[list[_Measure], Field(min_length=1)]


class _Topic(_Part):
    ref: str
    title: _ShortText
    benefit: _LongText
    minutes: Minutes
    checkpoints: Annotated[list[_Checkpoint], Field(min_length=1)]


class _File(_Part):
    slug: Slug
    version: Version
    publisher: Line
    licence: Line
    title: _ShortText
    summary: _LongText
    topics: Annotated[list[_Topic], Field(min_length=1)]


_DOMAIN = TypeAdapter(Questionnaire)

_KEYS = {part.__name__: ", ".join(part.model_fields) for part in _Part.__subclasses__()}

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key known here",
    "string_type": "must be a text",
    "list_type": "must be a list",
    "too_short": "must have at least one entry",
}


def check_schema(data: Plain) -> Iterator[tuple[Place, str]]:
    """Yield everything that is missing, unknown or of the wrong form; refs are looked at elsewhere."""
    try:
        _File.model_validate(data)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            if details["input"] is not None:  # an alias, which has been complained about
                yield details["loc"], _put_in_words(details)


def build_questionnaire(data: Plain, content_hash: str) -> Questionnaire:
    """Return the domain's questionnaire made of data that were found to be good."""
    content = _File.model_validate(data).model_dump()
    return _DOMAIN.validate_python(content | {"content_hash": content_hash})


def _put_in_words(details: ErrorDetails) -> str:
    if details["type"] == "model_type":
        return f"must have the keys {_KEYS[details['ctx']['class_name']]}"
    return _WORDS.get(details["type"], details["msg"])
