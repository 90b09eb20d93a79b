"""Accounts and logins: registering, logging in and out, renewing, renaming, leaving."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from config.tests.machine.looking import Looking, numbers, step, ways
from config.tests.machine.model import Session, User
from config.tests.machine.world import API, SERVER, expect

AUTH = {  # dialect → where its accounts are; compact has no slash at the end
    "api": "/api/v1/auth/{}/",
    "showcase": "/api/auth/{}/",
    "compact": "/api/auth/{}",
    "community": "/{}/",
    "classic": "/account/{}/",
}
doors = st.sampled_from(list(AUTH))
MOST_USERS, MOST_SESSIONS = 5, 10
FEWEST_USERS, FEWEST_SESSIONS = 3, 3  # sam among them: where nobody is logged in little can happen
PASSWORDS = ["machine-horse-battery-1", "machine-horse-battery-2"]


class Accounts(Looking):
    def opened(self, user: User, said: dict[str, Any]) -> Session:
        """Keeps the login that was answered. classic gives its opaque token alone."""
        secrets = [said[name] for name in ("token", "access") if name in said]
        session = Session(user, 0, secrets, [(0, said["refresh"])] if "refresh" in said else [])
        user.sessions.append(session)
        own = expect(self.world.send("GET", f"{API}users/me/sessions/", session), 200)["results"]
        session.id = next(row["id"] for row in own if row["is_current"])
        self.look_at_account(session)
        return session

    def look_at_account(self, session: Session) -> None:
        user = session.user
        me = self.read(f"{API}users/me/", session)
        shown = (me["id"], me["username"], me["email"], me["is_staff"], me["pending_email"])
        assert shown == (user.id, user.name, user.email, user.is_staff, None), me
        rows = self.whole(f"{API}users/me/sessions/", session)
        expected = sorted((one.id for one in user.sessions), reverse=True)
        assert [row["id"] for row in rows] == expected, f"{user.name}'s logins are {rows}, should be {expected}"
        assert [row["id"] for row in rows if row["is_current"]] == [session.id]

    def end(self, *sessions: Session) -> None:
        """Takes the logins out of the model, and tries what is left of them."""
        self.model.end(*sessions)
        for session in sessions:
            for secret in session.secrets:
                for method, path in (("GET", "movies/"), ("POST", "movies/1/like/")):
                    expect(self.world.send(method, f"{API}{path}", secret), 401)

    @precondition(lambda self: len(self.model.users) < MOST_USERS)
    @step(door=doors, way=ways)
    def register(self, door: str, way: str) -> None:
        name = self.new_name("user")
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORDS[0]}
        body |= {"password2": PASSWORDS[0]} if door == "classic" else {}
        said = expect(self.world.send("POST", AUTH[door].format("register"), None, body, way), 201)
        user = User(0, name, body["email"], PASSWORDS[0])
        self.model.users.append(user)
        user.id = expect(self.world.send("GET", f"{API}users/me/", said["token"]), 200)["id"]
        self.opened(user, said)
        again = self.world.send("POST", AUTH[door].format("register"), None, body, way)
        expect(again, 400)

    @precondition(lambda self: len(self.model.sessions) < MOST_SESSIONS)
    @step(number=numbers, door=doors, way=ways, by_email=st.booleans())
    def log_in(self, number: int, door: str, way: str, by_email: bool) -> None:
        if user := self.pick(self.model.users, number):
            wrong = {"username": user.name, "password": f"{user.password}x"}
            expect(self.world.send("POST", AUTH[door].format("login"), None, wrong), 401)
            body = {"username": user.email if by_email else user.name, "password": user.password}
            self.opened(user, expect(self.world.send("POST", AUTH[door].format("login"), None, body, way), 200))

    @precondition(lambda self: len(self.model.sessions) > FEWEST_SESSIONS)
    @step(number=numbers, other=numbers, door=doors, way=ways, how=st.sampled_from(["here", "one", "all others"]))
    def end_logins(self, number: int, other: int, door: str, way: str, how: str) -> None:
        if how == "here":
            self.end_all_other_logins(number, way)
            self.log_out(number, door, way)
        elif how == "one":
            self.end_a_login(number, other, way)
        else:
            self.end_all_other_logins(number, way)

    def log_out(self, number: int, door: str, way: str) -> None:
        session = self.somebody(number)
        if session and not session.user.is_staff:
            status = 204 if door in ("api", "compact", "showcase") else 200
            expect(self.world.send("POST", AUTH[door].format("logout"), session, way=way), status)
            self.end(session)

    @step(number=numbers, times=st.integers(1, 3))
    def renew(self, number: int, times: int) -> None:
        """Each time with the latest token, or with the first again: that works until a later one has been used."""
        renewable = [session for session in self.model.sessions if session.refresh and not session.user.is_staff]
        session = self.pick(renewable, number)
        for turn in range(times if session else 0):
            assert session
            generation, token = session.refresh[0 if turn == 2 else (number + turn) % 2 - 1]
            answer = self.world.send("POST", f"{API}auth/refresh/", None, {"refresh": token})
            if generation < session.generation:
                expect(answer, 401)
                self.end(session)
                return
            said = expect(answer, 200)
            session.generation = generation
            session.refresh.append((generation + 1, said["refresh"]))
            session.secrets[-1:] = [said["access"]]
            self.look_at_account(session)

    def end_a_login(self, number: int, other: int, way: str) -> None:
        """One's own; another's is none (404)."""
        session, ended = self.somebody(number), self.somebody(other)
        if session is None or ended is None or ended.user.is_staff:
            return
        is_own = ended.user is session.user
        answer = self.world.send("DELETE", f"{API}users/me/sessions/{ended.id}/", session, way=way)
        expect(answer, 204 if is_own else 404)
        if is_own:
            self.end(ended)

    def end_all_other_logins(self, number: int, way: str) -> None:
        if session := self.somebody(number):
            place = self.model.users.index(session.user)
            self.log_in(number=place, door="community", way=way, by_email=False)
            expect(self.world.send("POST", f"{API}users/me/sessions/end-others/", session, way=way), 204)
            self.end(*[one for one in session.user.sessions if one is not session])
            self.look_at_account(session)

    @step(number=numbers)
    def change_the_password(self, number: int) -> None:
        """Ends all logins of the account, this one included."""
        session = self.somebody(number)
        if session and not session.user.is_staff:
            user = session.user
            new = PASSWORDS[1 - PASSWORDS.index(user.password)]
            body = {"current_password": user.password, "new_password": new}
            expect(self.world.send("POST", f"{API}users/me/password/", session, body), 204)
            user.password = new
            self.end(*list(user.sessions))
            self.log_in(number=self.model.users.index(user), door="api", way=SERVER, by_email=False)

    @step(number=numbers, way=ways)
    def rename(self, number: int, way: str) -> None:
        """Whatever shows the name shows the new one from then on."""
        session = self.somebody(number)
        if session and not session.user.is_staff:
            name = self.new_name("user")
            expect(self.world.send("PATCH", f"{API}users/me/", session, {"username": name}, way), 200)
            session.user.name = name
            self.look_at_account(session)
            for movie in [one for one in self.model.movies.values() if one.owner is session.user][:2]:
                self.look_at(movie, session)

    @step(number=numbers)
    def look_at_the_users(self, number: int) -> None:
        caller = self.anybody(number)
        rows = self.whole(f"{API}users/", caller)
        assert [(row["id"], row["username"]) for row in rows] == [(user.id, user.name) for user in self.model.users]
        assert all(("email" in row) == bool(caller and caller.user.is_staff) for row in rows)
