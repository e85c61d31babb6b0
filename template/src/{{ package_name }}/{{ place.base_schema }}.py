"""What all data objects have in common."""

from pydantic import BaseModel, ConfigDict, field_validator


class Schema(BaseModel):
    """Immutable data, made from JSON or from an object's attributes."""

    model_config = ConfigDict(
        frozen=True, from_attributes=True, str_strip_whitespace=True
    )

    @field_validator("*")
    @classmethod
    def _refuse_nul(cls, value: object) -> object:
        """PostgreSQL cannot store the character."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("must not contain the NUL character")
        return value
