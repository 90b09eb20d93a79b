"""The vocabulary: which words there are, how they are misspelled, and how many movies have each."""

from collections import Counter, defaultdict

from django.db.models import F

from movies.models.search import SearchSpelling, SearchWord
from rest.chunks import chunks
from rest.database.scripts import is_unspaced

BATCH = 2000  # rows a statement


def deletions(word: str) -> set[str]:
    """`word` and every text that is `word` less one letter.

    Two words have one of these in common exactly if they are one insertion, deletion, substitution or transposition
    of neighbours apart (and a few more pairs, which is welcome). A pair of letters of a script that does not set words
    apart has no misspellings: every other pair would be one.
    """
    if is_unspaced(word):
        return {word}
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def get_or_create_words(texts: set[str]) -> dict[str, int]:
    """The ids of these words by their texts. Those that the vocabulary lacks are created, with their spellings."""
    known = ids_of_words(texts)
    # Sorted, so that two writers with new words in common wait for each other instead of deadlocking.
    new = sorted(texts - known.keys())
    if new:
        SearchWord.objects.bulk_create((SearchWord(text=text) for text in new), ignore_conflicts=True, batch_size=BATCH)
        added = ids_of_words(set(new))
        SearchSpelling.objects.bulk_create(
            (
                SearchSpelling(text=spelling, word_id=added[text])
                for text in new
                for spelling in sorted(deletions(text))
            ),
            ignore_conflicts=True,
            batch_size=BATCH,
        )
        known |= added
    return known


def ids_of_words(texts: set[str]) -> dict[str, int]:
    """The ids of those of these words that the vocabulary has, by their texts."""
    ids: dict[str, int] = {}
    for batch in chunks(sorted(texts), BATCH):
        ids |= dict(SearchWord.objects.filter(text__in=batch).values_list("text", "pk"))
    return ids


def add_word_counts(differences: Counter[int]) -> None:
    """Adds to how many movies have each word (by its id): to be called last in a transaction, but for the tallies.

    Last, because nearly every movie has "the": whoever holds that row must not wait for anything else. And in the
    order of the ids, so that two writers wait for each other instead of deadlocking.
    """
    changed = sorted(word_id for word_id, difference in differences.items() if difference)
    for batch in chunks(changed, BATCH):
        # Not FOR UPDATE, which would wait for everybody who refers to the word from a new posting.
        list(SearchWord.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk").values_list("pk"))
        by_difference: dict[int, list[int]] = defaultdict(list)
        for word_id in batch:
            by_difference[differences[word_id]].append(word_id)
        for difference, word_ids in by_difference.items():
            SearchWord.objects.filter(pk__in=word_ids).update(movies_count=F("movies_count") + difference)
