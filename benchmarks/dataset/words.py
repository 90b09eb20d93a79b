# ruff: noqa: SIM905 - a list of words reads best as words
"""What names and titles are made of. Everything is ASCII, so that LOWER() folds it as `rest.database.text` does."""

GENRES = (
    "Drama Comedy Thriller Action Romance Horror Documentary Adventure Crime Family Fantasy Mystery Animation "
    "Biography History Music War Western Sport Noir"
).split()

# The most frequent words of titles, the most frequent first.
COMMON = (
    "the of love night man day house last dark city girl dead life lost little black secret world king blood woman "
    "time red heart story summer white moon star river return home war island road death wild dream fire queen ghost "
    "golden street train mountain winter light shadow silent garden letter stranger mother father sister brother "
    "hunter dancer soldier captain doctor teacher child wedding murder murderer escape journey bridge tower castle "
    "forest desert ocean storm thunder rain snow wind stone iron silver crystal diamond mirror window door key "
    "station harbor village kingdom empire paradise heaven angel devil witch wolf tiger horse eagle raven snake "
    "spider rose orange apple bread wine coffee music song piano violin circus carnival theatre cinema picture "
    "portrait painter writer singer lover thief robber gangster detective lawyer judge prisoner sailor pilot driver "
    "farmer butcher tailor beggar widow orphan twin cousin neighbor friend enemy rival master servant monster robot "
    "planet comet galaxy machine engine rocket signal number code cipher puzzle game player champion winner loser "
    "first second third seven twelve hundred thousand million morning evening midnight yesterday tomorrow forever"
).split()

FIRST_NAMES = (
    "Ada Alan Alice Amara Anders Anita Anton Bela Bruno Carla Cecil Clara Dario Diana Dmitri Edith Elena Emil Erika "
    "Fatima Felix Flora Franz Gloria Greta Hanna Hector Helga Henri Ines Irma Ivan Jonas Judith Karim Laszlo Leila "
    "Lucia Marek Mira Nadia Nils Olga Oscar Paula Pedro Rosa Samir Sofia Viktor"
).split()

# The rest of the vocabulary: every beginning with every middle and every end.
BEGINNINGS = (
    "al an ar bel ber bra cal car cor dal del dor el fal fen gal gor har hel jor kal kel lan lor mal mar mor nor ol "
    "pel quin ral ros sal sel tal tor ul val wil"
).split()
MIDDLES = "a e i o an en in on ar er ir or as es is os".split()
ENDS = (
    "bury by crest dale den don dor field ford gate ham hurst land ley lin low mark mere mont more port quist rick "
    "shire stead ston thal ton vale ville ward wick"
).split()
