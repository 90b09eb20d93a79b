"""Search on the vocabulary and posting tables, as SQLAlchemy expressions: the best of each word by the index.

Of one or two words all that is found is found here; a search that finds nothing tries nothing else.
"""

from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Integer, Row, Select, case, cast, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.contestants.fastapi_models import Movie, Posting, Spelling, Word

EXACT, PREFIX, MISSPELLED = 10, 7, 5
MOST, BEGINNINGS, NAMESAKES = 50, 1000, 50
COMMON = 1000  # a word of so many movies is not taken for a beginning
FOUND, EXAMINED = 1000, 500  # movies that are found, and postings that are looked at for two words


class Alternative(NamedTuple):
    """A word that a word of the query may stand for."""

    word_id: int
    quality: int
    movies_count: int


Group = list[Alternative]


def best(words: list[Row[Any]], quality: int) -> Group:
    ordered = sorted(words, key=lambda word: (-word.movies_count, word.id))
    return [Alternative(word.id, quality, word.movies_count) for word in ordered[:MOST]]


async def group_of(session: AsyncSession, word: str, *, is_last: bool) -> Group:
    """The words that `word` may stand for."""
    columns = select(Word.id, Word.text, Word.movies_count)
    exact = list(await session.execute(columns.where(Word.text == word, Word.movies_count > 0)))
    found = best(exact, EXACT)
    if is_last and not (exact and exact[0].movies_count >= COMMON):
        beginnings = columns.where(Word.text > word, Word.text < word + "\U0010ffff").order_by(Word.text)
        beginning = beginnings.limit(BEGINNINGS).subquery()
        longer = select(beginning).where(beginning.c.movies_count > 0)
        longer = longer.order_by(beginning.c.movies_count.desc(), beginning.c.id).limit(MOST)
        found += best(list(await session.execute(longer)), PREFIX)
    if found:
        return found
    spellings = {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
    spelled = select(Spelling.word_id).where(Spelling.text.in_(spellings))
    return best(list(await session.execute(columns.where(Word.id.in_(spelled), Word.movies_count > 0))), MISSPELLED)


def best_of_each(group: Group, depth: int, *, has_lateral: bool) -> Select[Any]:
    """The best postings of each word of the group: (movie_id, score, popularity)."""
    order = Posting.weight.desc(), Posting.popularity.desc(), Posting.movie_id.desc()
    columns = select(Posting.movie_id, Posting.weight, Posting.popularity).order_by(*order).limit(depth)
    if has_lateral:
        # Arrays rather than VALUES, which SQLAlchemy would compile anew each time.
        ids = cast([alternative.word_id for alternative in group], ARRAY(BigInteger))
        qualities = cast([alternative.quality for alternative in group], ARRAY(Integer))
        word = func.unnest(ids, qualities).table_valued("word_id", "quality", name="word").render_derived()
        top = columns.where(Posting.word_id == word.c.word_id).lateral("top")
        score = (top.c.weight * word.c.quality).label("score")
        return select(top.c.movie_id, score, top.c.popularity).select_from(word.join(top, true()))
    tops = [(columns.where(Posting.word_id == word_id).subquery(), quality) for word_id, quality, _ in group]
    parts = [select(top.c.movie_id, (top.c.weight * quality).label("score"), top.c.popularity) for top, quality in tops]
    return select(union_all(*parts).subquery())


def score_of(group: Group) -> Any:
    first, last = group[0].quality, group[-1].quality  # there are no others in between
    well_matching = [alternative.word_id for alternative in group if alternative.quality == first]
    return Posting.weight * case((Posting.word_id.in_(well_matching), first), else_=last)


def words_of(group: Group) -> Any:
    return Posting.word_id.in_([alternative.word_id for alternative in group])


def depth_of(group: Group, most: int) -> int:
    """How many postings of each word make `most` in all."""
    counts = sorted(alternative.movies_count for alternative in group)
    for done, count in enumerate(counts):
        share = most // (len(counts) - done)
        if count > share:
            return max(1, share)
        most -= count
    return counts[-1]


async def find(session: AsyncSession, words: list[str], *, offset: int, limit: int) -> tuple[list[int], int]:
    """The ids of one page of the movies that have all words, best first, and how many such movies there are."""
    groups = [await group_of(session, word, is_last=n == len(words)) for n, word in enumerate(words, start=1)]
    if not all(groups):
        return [], 0
    groups.sort(key=lambda group: sum(alternative.movies_count for alternative in group))
    newest = select(Movie.id).where(Movie.title_key == " ".join(words)).limit(NAMESAKES + 1)
    namesakes = list(await session.scalars(newest.order_by((Movie.id + 0).desc()) if len(words) > 1 else newest))
    if len(groups) == 1:
        return await find_one(session, groups[0], namesakes, offset, limit)
    return await page_of(session, groups, namesakes, depth_of(groups[0], EXAMINED), offset, limit)


async def find_one(
    session: AsyncSession, group: Group, namesakes: list[int], offset: int, limit: int
) -> tuple[list[int], int]:
    most = max(alternative.movies_count for alternative in group)
    namesakes = namesakes if len(namesakes) <= NAMESAKES else []
    total = min(most, FOUND) if len(group) == 1 or most >= FOUND else None
    depth = max(offset + limit, 1 if total else depth_of(group, FOUND + FOUND // 10))
    ids, counted = await page_of(session, [group], namesakes, depth, offset, limit)
    if not total and counted < FOUND and depth < most:
        _, counted = await page_of(session, [group], namesakes, FOUND, offset, limit)
    return ids, total or counted


async def page_of(
    session: AsyncSession, groups: list[Group], namesakes: list[int], depth: int, offset: int, limit: int
) -> tuple[list[int], int]:
    """The movies that have a word of each group, of the best `depth` of each word of the first group."""
    first, *others = groups
    top = best_of_each(first, depth, has_lateral=session.bind.dialect.name == "postgresql")
    if namesakes:
        chosen = select(Posting.movie_id, score_of(first).label("score"), Posting.popularity)
        top = union_all(top, chosen.where(words_of(first), Posting.movie_id.in_(namesakes)))
    every = top.subquery()
    best_score, popularity = func.max(every.c.score).label("score"), func.max(every.c.popularity).label("popularity")
    found = select(every.c.movie_id, best_score, popularity).group_by(every.c.movie_id).cte("found")
    for n, group in enumerate(others):
        of_group = select(func.max(score_of(group))).where(words_of(group), Posting.movie_id == found.c.movie_id)
        score = (found.c.score + of_group.scalar_subquery()).label("score")
        found = select(found.c.movie_id, score, found.c.popularity).cte(f"found_{n}")
    order = [found.c.score.desc(), found.c.popularity.desc(), found.c.movie_id.desc()]
    if 0 < len(namesakes) <= NAMESAKES:
        order.insert(0, case((found.c.movie_id.in_(namesakes), 0), else_=1))
    page = select(found.c.movie_id, func.count().over()).where(found.c.score.is_not(None)).order_by(*order)
    rows = (await session.execute(page.offset(offset).limit(limit))).all()
    return [row[0] for row in rows], min(rows[0][1], FOUND) if rows else 0
