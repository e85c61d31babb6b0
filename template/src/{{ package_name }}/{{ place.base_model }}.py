"""What all tables have in common."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from uuid_utils.compat import uuid7


class Base(DeclarativeBase):
    """Base of the models; constraints get names that errors and migrations can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}

    @declared_attr.directive
    def __mapper_args__(self) -> dict[str, Any]:
        """Fetch what the database computes at once; a later access could not await."""
        return {"eager_defaults": True}

    def __repr__(self) -> str:
        """Show the class and the primary key, and nothing that could be secret."""
        return f"{type(self).__name__}(id={self.__dict__.get('id')})"


class Record(Base):
    """A table with a sortable id, the times and number of its changes, and soft deletion."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now()
    )
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(
        server_default=text("1"), onupdate=text("version + 1")
    )
