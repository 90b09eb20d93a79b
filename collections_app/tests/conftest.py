from accounts.tests.conftest import at_once, server

__all__ = ["at_once", "server"]
