"""The nouns of the design as frozen pydantic models. Imports nothing else of retest."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable, and strict about keys: an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
