"""Search on the vocabulary and posting tables, as SQLAlchemy expressions."""

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.contestants.fastapi_models import Posting, Spelling, Stats, Word

EXACT, PREFIX, MISSPELLED = 10, 7, 5
MOST = 200


async def alternatives(session: AsyncSession, word: str, *, is_last: bool) -> dict[int, int]:
    """The words that `word` may stand for, and how well each does."""
    if is_last:
        found = await session.execute(
            select(Word.id, Word.text)
            .where(Word.text >= word, Word.text < word + "\U0010ffff")
            .order_by(func.length(Word.text), Word.text)
            .limit(MOST)
        )
    else:
        found = await session.execute(select(Word.id, Word.text).where(Word.text == word))
    if quality := {word_id: EXACT if text == word else PREFIX for word_id, text in found}:
        return quality
    spellings = {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
    near = (
        select(Spelling.word_id).where(Spelling.text.in_(spellings)).distinct().order_by(Spelling.word_id).limit(MOST)
    )
    return dict.fromkeys(await session.scalars(near), MISSPELLED)


async def find(session: AsyncSession, words: list[str], *, offset: int, limit: int) -> tuple[list[int], int]:
    """The ids of one page of the movies that have all words, best first, and how many such movies there are."""
    found = [await alternatives(session, word, is_last=n == len(words)) for n, word in enumerate(words, start=1)]
    quality: dict[int, int] = {}
    for of_word in found:
        for word_id, match in of_word.items():
            quality[word_id] = max(match, quality.get(word_id, 0))
    if not quality or not all(found):
        return [], 0
    of_match = {match: [word_id for word_id, best in quality.items() if best == match] for match in quality.values()}
    matched = case(*((Posting.word_id.in_(ids), match) for match, ids in of_match.items()))
    relevance = func.sum(Posting.weight * matched).label("relevance")
    ranked = select(Posting.movie_id, relevance).where(Posting.word_id.in_(quality))
    ranked = ranked.group_by(Posting.movie_id)
    for of_word in found if len(found) > 1 else []:
        ranked = ranked.having(func.max(case((Posting.word_id.in_(of_word), 1), else_=0)) == 1)
    matching = ranked.subquery()
    popularity = Stats.favorites_count + Stats.likes_count + Stats.ratings_count
    page = (
        select(matching.c.movie_id, func.count().over())
        .join(Stats, Stats.movie_id == matching.c.movie_id)
        .order_by(matching.c.relevance.desc(), popularity.desc(), matching.c.movie_id.desc())
        .offset(offset)
        .limit(limit)
    )
    rows = (await session.execute(page)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0
