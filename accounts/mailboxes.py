"""Which mailbox an address names: case and `+tag` make no other one, and neither does another way to write a domain."""

from django.utils.encoding import punycode

from rest.database.text import fold_case


def mailbox(address: str) -> str:
    """The mailbox behind an address, in one form: "Alice+films@Example.com" → "alice@example.com"."""
    local, _, domain = fold_case(address).rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain_key(domain)}"


def domain_key(domain: str) -> str:
    """A domain in one form: folded, and its letters beyond ASCII as the domain name system has them."""
    folded = fold_case(domain).strip(".")
    try:
        return punycode(folded)
    except UnicodeError:  # of no form that the domain name system knows: no mail goes there
        return folded


def names_of(address: str) -> list[str]:
    """What may stand in a list for the address: its mailbox, its domain, and each domain above that one."""
    box = mailbox(address)
    labels = box.rpartition("@")[2].split(".")
    return [box, *(".".join(labels[number:]) for number in range(len(labels)))]
