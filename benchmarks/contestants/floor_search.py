"""The floor's search: what `movies.search` finds, by prepared statements. The first page alone, of one or two words."""

import json
import re
from collections.abc import Callable
from typing import Any

LIMIT, EXAMINED, COMMON, ALTERNATIVES, BEGINNINGS, NAMESAKES = 1000, 500, 1000, 50, 1000, 50
EXACT, PREFIX, MISSPELLED = 10, 7, 5
PAGE_SIZE = 20
LAST_LETTER = "\U0010ffff"

Row = tuple[Any, ...]
Group = list[tuple[int, int, int]]  # (id of a word, quality, how many movies have it)
Rows = Callable[..., list[Row]]  # of a prepared statement

POSTINGS = "movies_searchposting"
BEST_FIRST = "ORDER BY weight DESC, popularity DESC, movie_id DESC LIMIT {deep}"
AMONG = {"postgresql": "= ANY({})", "sqlite": "IN (SELECT value FROM json_each({}))"}
BEGINS = {
    "postgresql": "text ~>=~ $2 AND text ~<~ $3 ORDER BY text USING ~<~",
    "sqlite": "text >= $2 AND text < $3 ORDER BY text",
}
GROUP = {  # the words of a group, from one parameter or two
    "postgresql": "unnest({ids}::bigint[], {qualities}::int[]) AS a (word_id, quality)",
    "sqlite": "(SELECT CAST(i.value AS integer) AS word_id, q.value AS quality FROM json_each({ids}) AS i "
    "JOIN json_each({qualities}) AS q ON q.key = i.key) AS a",
}
BEST = {  # of each word of the group
    "postgresql": "{group} CROSS JOIN LATERAL (SELECT movie_id, weight, popularity FROM movies_searchposting "
    "WHERE word_id = a.word_id {best}) AS p",
    # SQLite has no LATERAL, but a table of an array, of which each element here packs three numbers.
    "sqlite": "(SELECT quality, j.value & 0xffffffff AS movie_id, (j.value >> 32) & 0xff AS popularity, "
    "j.value >> 40 AS weight FROM (SELECT quality, (SELECT json_group_array(packed) FROM ("
    "SELECT (weight << 40) | (popularity << 32) | movie_id AS packed FROM movies_searchposting "
    "WHERE word_id = a.word_id {best})) AS best FROM {group}) AS b, json_each(b.best) AS j) AS p",
}


def statements(vendor: str, complete: Callable[..., str]) -> dict[str, str]:
    """`complete(source, order, extra=…)`: the statement that gives whole movies of a page of ids, with its total."""
    among, group = AMONG[vendor], GROUP[vendor]
    words = "SELECT id, text, movies_count FROM movies_searchword"
    beginnings = f"SELECT * FROM ({words} WHERE {BEGINS[vendor]} LIMIT {BEGINNINGS}) AS b WHERE movies_count > 0"
    vocabulary = (
        f"{words} WHERE text {among.format('$1')} AND movies_count > 0 UNION ALL "
        f"SELECT * FROM ({beginnings} ORDER BY movies_count DESC, id LIMIT {ALTERNATIVES}) AS b UNION ALL "
        f"SELECT * FROM (SELECT id, '', 0 FROM movies_movie WHERE title_key = $4 {{order}} LIMIT {NAMESAKES + 1}) AS m"
    )
    near = (
        f"SELECT id, text, movies_count FROM movies_searchword WHERE movies_count > 0 AND id IN (SELECT word_id "
        f"FROM movies_searchspelling WHERE text {among.format('$1')}) ORDER BY movies_count DESC, id LIMIT {ALTERNATIVES}"
    )
    of_word = (
        f"SELECT movie_id, 0 AS place, weight AS score, popularity, 0 AS total FROM {POSTINGS} WHERE word_id = $1 "
        + BEST_FIRST.format(deep=PAGE_SIZE)
    )
    best = BEST[vendor].format(group=group.format(ids="$2", qualities="$3"), best=BEST_FIRST.format(deep="$4"))
    namesakes = (
        f"SELECT p.movie_id, p.weight * a.quality, p.popularity FROM {group.format(ids='$2', qualities='$3')} "
        f"JOIN {POSTINGS} AS p ON p.word_id = a.word_id AND p.movie_id {among.format('$5')}"
    )
    quality = "a.quality" if vendor == "postgresql" else "p.quality"
    found = (
        "SELECT movie_id, MAX(score) AS score, MAX(popularity) AS popularity FROM (SELECT p.movie_id, "
        f"p.weight * {quality} AS score, p.popularity FROM {best} UNION ALL {namesakes}) AS every GROUP BY movie_id"
    )
    weight = f"(SELECT p.weight FROM {POSTINGS} AS p WHERE p.word_id = {{word}} AND p.movie_id = f.movie_id)"
    one, several = (
        f"SELECT f.movie_id, f.popularity, f.score + {score} AS score FROM found AS f"
        for score in (
            f"$7 * {weight.format(word='$6')}",
            f"(SELECT MAX(a.quality * {weight.format(word='a.word_id')}) "
            f"FROM {group.format(ids='$6', qualities='$7')})",
        )
    )
    chosen = (
        f"SELECT movie_id, CASE WHEN movie_id {among.format('{preferred}')} THEN 0 ELSE 1 END AS place, score, popularity, "
        "COUNT(*) OVER () AS total FROM {table} WHERE score IS NOT NULL "
        f"ORDER BY place, score DESC, popularity DESC, movie_id DESC LIMIT {PAGE_SIZE}"
    )
    order = "ORDER BY page.place, page.score DESC, page.popularity DESC, m.id DESC"
    return {
        "vocabulary_1": vocabulary.format(order=""),
        "vocabulary_2": vocabulary.format(order="ORDER BY id + 0 DESC"),
        "near": near,
        "search_word": page(complete, f"WITH page AS ({of_word}) ", order, known="$2"),
        "search_group": page(
            complete,
            f"WITH found AS MATERIALIZED ({found}), page AS ({chosen.format(table='found', preferred='$5')}) ",
            order,
            known="$1",
        ),
        **{
            name: page(
                complete,
                f"WITH found AS MATERIALIZED ({found}), pair AS MATERIALIZED ({both}), "
                f"page AS ({chosen.format(table='pair', preferred='$8')}) ",
                order,
                known="$1",
            )
            for name, both in (("search_pair", one), ("search_pair_of_several", several))
        },
    }


def page(complete: Callable[..., str], tables: str, order: str, *, known: str) -> str:
    """`known`: the parameter that says the total, or 0 where the rows have to be counted."""
    known = f"CAST({known} AS bigint)"
    total = f"CASE WHEN {known} > 0 THEN {known} WHEN page.total > {LIMIT} THEN {LIMIT} ELSE page.total END"
    return tables + complete("page JOIN movies_movie AS m ON m.id = page.movie_id", order, extra=total)


def best(words: list[Row], quality: int) -> Group:
    return [(word[0], quality, word[2]) for word in sorted(words, key=lambda word: (-word[2], word[0]))]


def depth(group: Group, most: int) -> int:
    counts = sorted(count for _, _, count in group)
    for done, count in enumerate(counts):
        share = most // (len(counts) - done)
        if count > share:
            return max(1, share)
        most -= count
    return counts[-1]


def find(text: str, rows: Rows, array: Callable[[list[Any]], Any]) -> list[Row]:
    """The rows of whole movies, each with the total. `array`: a list as a parameter of the database."""
    typed = re.findall(r"\w+", text.lower())
    found = rows(f"vocabulary_{len(typed)}", array(typed), typed[-1], typed[-1] + LAST_LETTER, text.lower())
    known = {word[1]: word for word in found if word[1]}
    namesakes = [word[0] for word in found if not word[1]]
    groups = []
    for word in typed:
        group = best([known[word]], EXACT) if word in known else []
        if word == typed[-1] and not (group and group[0][2] >= COMMON):
            group += best([row for longer, row in known.items() if longer.startswith(word) and longer != word], PREFIX)
        if not group:
            spellings = [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]
            group = best(rows("near", array(spellings)), MISSPELLED)
        groups.append(group)
    groups.sort(key=lambda group: sum(count for _, _, count in group))
    ids, qualities = (array(list(column)) for column in list(zip(*groups[0], strict=True))[:2])
    if len(groups) == 2:
        preferred = namesakes if len(namesakes) <= NAMESAKES else []
        deep = depth(groups[0], EXAMINED)
        first = (0, ids, qualities, deep, array(namesakes))
        if len(groups[1]) == 1:
            word_id, quality, _ = groups[1][0]
            return rows("search_pair", *first, word_id, quality, array(preferred))
        others, their = (array(list(column)) for column in list(zip(*groups[1], strict=True))[:2])
        return rows("search_pair_of_several", *first, others, their, array(preferred))
    if len(namesakes) > NAMESAKES:
        namesakes = []
    return of_one(groups[0], ids, qualities, namesakes, rows, array)


def of_one(
    group: Group, ids: Any, qualities: Any, namesakes: list[int], rows: Rows, array: Callable[..., Any]
) -> list[Row]:
    most = max(count for _, _, count in group)
    if len(group) == 1 and not namesakes:
        return rows("search_word", group[0][0], min(most, LIMIT))
    total = min(most, LIMIT) if len(group) == 1 or most >= LIMIT else 0
    deep = PAGE_SIZE if total else max(PAGE_SIZE, depth(group, LIMIT + LIMIT // 10))
    page = rows("search_group", total, ids, qualities, deep, array(namesakes))
    if not total and page[0][23] < LIMIT and deep < most:
        return rows("search_group", 0, ids, qualities, LIMIT, array(namesakes))
    return page


def json_array(values: list[Any]) -> str:
    return json.dumps(values)
