"""The tables of the gallery."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Common base of the tables."""


class GalleryRow(Base):
    """One visitor's gallery, known only by the hash of its key. Times are UTC."""

    __tablename__ = "gallery"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    seen: Mapped[datetime] = mapped_column(index=True)
    people: Mapped[list["PersonRow"]] = relationship(
        back_populates="gallery", cascade="all, delete-orphan"
    )
    marks: Mapped[list["LabelledPairRow"]] = relationship(
        back_populates="gallery", cascade="all, delete-orphan", order_by="LabelledPairRow.id"
    )
    heads: Mapped[list["HeadRow"]] = relationship(
        back_populates="gallery", cascade="all, delete-orphan"
    )


class PersonRow(Base):
    """A name in a gallery."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("gallery_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    gallery_id: Mapped[int] = mapped_column(ForeignKey("gallery.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    gallery: Mapped[GalleryRow] = relationship(back_populates="people")
    photos: Mapped[list["PhotoRow"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )


class PhotoRow(Base):
    """What is kept of a photo: 128 little-endian float32, chip as PNG, network and time."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    embedding: Mapped[bytes] = mapped_column("encoding", LargeBinary(512))
    chip: Mapped[bytes] = mapped_column(LargeBinary)
    model: Mapped[str] = mapped_column(String(40))
    added: Mapped[datetime]
    person: Mapped[PersonRow] = relationship(back_populates="photos")


class LabelledPairRow(Base):
    """A pair whose verdict a visitor marked: two embeddings, and the unit that was taught by it.

    `unit` is 129 little-endian float64, weights and bias.
    """

    __tablename__ = "mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    gallery_id: Mapped[int] = mapped_column(
        ForeignKey("gallery.id", ondelete="CASCADE"), index=True
    )
    a: Mapped[bytes] = mapped_column(LargeBinary(512))
    b: Mapped[bytes] = mapped_column(LargeBinary(512))
    same: Mapped[bool]
    unit: Mapped[bytes] = mapped_column(LargeBinary(1032))
    gallery: Mapped[GalleryRow] = relationship(back_populates="marks")


class HeadRow(Base):
    """The head that a visitor trained and uses, one a gallery: an npz without pickles."""

    __tablename__ = "head"

    id: Mapped[int] = mapped_column(primary_key=True)
    gallery_id: Mapped[int] = mapped_column(
        ForeignKey("gallery.id", ondelete="CASCADE"), index=True, unique=True
    )
    weights: Mapped[bytes] = mapped_column(LargeBinary)
    gallery: Mapped[GalleryRow] = relationship(back_populates="heads")
