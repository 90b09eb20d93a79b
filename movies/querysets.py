"""The catalogue's vocabulary for many rows: what views and services ask for by name."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery, Value

from rest.database.text import fold_accents, fold_case

if TYPE_CHECKING:
    from accounts.models import User

MOST_LIKED_LIMIT, MOST_LIKED_MAX = 10, 50
NEWEST_LIMIT = 5
CATEGORY_SIZE = 5


class NamedQuerySet(models.QuerySet[Any]):
    """Rows known by a name that is unique without case."""

    def named(self, name: str) -> Self:
        return self.filter(name_key=fold_case(name))

    def get_or_create_named(self, name: str) -> Any:
        """The row of that name, created when it is new."""
        return self.get_or_create(name_key=fold_case(name), defaults={"name": " ".join(name.split())})[0]

    def usual_names(self, names: Collection[str]) -> dict[str, str]:
        """For each of these names the one that the row has, or a new row gets."""
        return {name: name for name in names}

    def matching(self, reference: str) -> Self:
        """By id where `reference` is the id of one, else by name ("1984" may be either)."""
        return self.filter(pk__in=self.meant_by([reference])[reference])

    def ids_of(self, references: Iterable[str]) -> list[set[int]]:
        """The ids that each reference means: of the row with that id or name, else of those with it but for accents.

        A reference that is no row's name may be several, separated by commas.
        """
        parts = {text: [part for part in text.split(",") if part.strip()] for text in references}
        meant = self.meant_by({name for text in parts for name in (text, *parts[text])})
        return [
            ids
            for text in parts
            for ids in ([meant[text]] if meant[text] or "," not in text else map(meant.__getitem__, parts[text]))
        ]

    def meant_by(self, references: Collection[str]) -> dict[str, set[int]]:
        """The ids that each of these single references means."""
        by_id = Q(pk__in={int(reference) for reference in references if is_id(reference)})
        by_name = Q(name_key__in=set(map(fold_case, references)))
        plainly = Q(plain_name__in=set(map(fold_accents, references)))
        rows = self.filter(by_id | by_name | plainly).order_by().values_list("pk", "name_key", "plain_name")
        found: dict[str, set[int]] = defaultdict(set)
        for pk, name, plain in rows:
            for key in (f"id {pk}", f"name {name}", f"plain {plain}"):
                found[key].add(pk)
        return {
            reference: (is_id(reference) and found.get(f"id {int(reference)}"))
            or found.get(f"name {fold_case(reference)}")
            or found.get(f"plain {fold_accents(reference)}", set())
            for reference in references
        }


class GenreQuerySet(NamedQuerySet):
    """Genres, which are known by their usual other names, too (`GenreAlias`)."""

    def usual_names(self, names: Collection[str]) -> dict[str, str]:
        from movies.models import GenreAlias

        known = set(self.filter(name_key__in=set(map(fold_case, names))).values_list("name_key", flat=True))
        unknown = [name for name in names if fold_case(name) not in known]
        return super().usual_names(names) | (GenreAlias.objects.usual_names(unknown) if unknown else {})

    def meant_by(self, references: Collection[str]) -> dict[str, set[int]]:
        from movies.models import GenreAlias

        meant = super().meant_by(references)
        unknown = [reference for reference, ids in meant.items() if not ids]
        usual = GenreAlias.objects.usual_names(unknown) if unknown else {}
        of_usual = super().meant_by(set(usual.values())) if usual else {}
        return meant | {reference: of_usual[name] for reference, name in usual.items()}


def is_id(reference: str) -> bool:
    """Whether a text can be an id: ASCII digits, few enough for any database."""
    return reference.isascii() and reference.isdecimal() and len(reference) < 19


class MovieQuerySet(models.QuerySet[Any]):
    def complete(self) -> Self:
        """With everything that a movie's representation shows, in three queries however many movies there are."""
        from movies.models import MovieDirector, MovieGenre

        return self.select_related("director", "stats", "user").prefetch_related(
            Prefetch("director_links", MovieDirector.objects.select_related("director")),
            Prefetch("genre_links", MovieGenre.objects.select_related("genre")),
        )

    def as_seen_by(self, user: "User | Any") -> Self:
        """With `favorite`, `liked` and `my_half_stars` of `user` (false, false and null for anonymous)."""
        from movies.models import Favorite, Like, Rating

        if not user.is_authenticated:
            return self.annotate(
                favorite=Value(False),
                liked=Value(False),
                my_half_stars=Value(None, output_field=models.PositiveSmallIntegerField()),
            )
        own = {"user": user, "movie": OuterRef("pk")}
        return self.annotate(
            favorite=Exists(Favorite.objects.filter(**own)),
            liked=Exists(Like.objects.filter(**own)),
            my_half_stars=Subquery(Rating.objects.filter(**own).values("half_stars")[:1]),
        )

    def directed_by(self, director_ids: Collection[int]) -> Self:
        """Those by any of these directors, as the first or as another one."""
        from movies.models import MovieDirector

        if len(director_ids) == 1:  # an equation, so that the index also has them in order; a movie has a director once
            return self.filter(director_links__director=next(iter(director_ids)))
        return self.filter(pk__in=MovieDirector.objects.filter(director__in=director_ids).order_by().values("movie"))

    def in_genre(self, genre_id: int) -> Self:
        """Those of one genre. A movie has it once: so this can be a join, which leaves the planner more ways."""
        return self.filter(genre_links__genre=genre_id)

    def of_genres(self, genre_ids: Collection[int]) -> Self:
        """Those of any of these genres."""
        return self.in_genre(next(iter(genre_ids))) if len(genre_ids) == 1 else self.filter(has_genre(genre_ids))

    def not_of_genres(self, genre_ids: Collection[int]) -> Self:
        """Those of none of these genres."""
        return self.exclude(has_genre(genre_ids))

    def titled(self, part: str) -> "MovieQuerySet":
        """Those whose title contains `part`, without case."""
        from movies.search.titles import containing

        return containing(self, part)


def has_genre(genre_ids: Collection[int]) -> Exists:
    """Whether a movie is of any of these genres."""
    from movies.models import MovieGenre

    return Exists(MovieGenre.objects.filter(genre__in=genre_ids, movie=OuterRef("pk")))


class FeedbackQuerySet(models.QuerySet[Any]):
    def by(self, user: "User | Any") -> Self:
        return self.filter(user=user)

    def distribution(self) -> dict[int, int]:
        """How many ratings there are of each number of half stars."""
        counted = self.order_by().values_list("half_stars").annotate(n=Count("id"))
        return dict(counted)


class CommentQuerySet(FeedbackQuerySet):
    def shown(self) -> Self:
        """Without those of accounts whose comments are hidden."""
        return self.filter(is_hidden=False)

    def known_to(self, user: "User | Any") -> Self:
        """Those that are shown, one's own, and for moderators all."""
        if user.is_authenticated and user.has_perm("movies.delete_comment"):
            return self
        return self.filter(Q(is_hidden=False) | Q(user=user.pk))


class CommentReportQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Those that no moderator has dismissed yet."""
        return self.filter(dismissed_at__isnull=True)
