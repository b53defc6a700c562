"""What a principal may do and see by one request: decisions, of which nothing is kept here."""

from __future__ import annotations

from typing import Final

from ...domain.errors import Forbidden, InvalidQuery, InvalidTask
from ...domain.principal import NOWHERE, Principal, Scope
from ...domain.result_key import Address, check_namespace
from .scopes import Rule

HEADER: Final = "X-Fleeting-Namespace"

LONGEST_FUNCTION: Final = 128


class Rights:
    """Decides by a principal, the rule of an operation and the namespace that a request names."""

    __slots__ = ("_named", "_namespace", "_rule", "principal")

    def __init__(self, principal: Principal, *, rule: Rule, named: str) -> None:
        self.principal = principal
        self._rule = rule
        self._named = named
        self._namespace: str | None = None

    @property
    def namespace(self) -> str:
        """The namespace that the request is about: the one it names, else the principal's only one.

        It stays the same, whatever the principal becomes.

        Raises:
            InvalidQuery: the header names none.
            Forbidden: the principal has several, and the default one is not among them.
        """
        if self._namespace is None:
            self._namespace = self._checked() or self._own()
        return self._namespace

    @property
    def known_namespace(self) -> str:
        """The namespace, once it has been asked for."""
        return self._namespace or ""

    def enter(self) -> None:
        """Be let in by the scope alone; what the call is about is decided later.

        Raises:
            Forbidden: the token does not give the scope anywhere.
        """
        if isinstance(self._rule, Scope):
            if not self.principal.has(self._rule):
                error = Forbidden(f"your token does not give the scope {self._rule}")
                error.scope = self._rule
                raise error
        elif not self.principal.scopes:
            raise Forbidden("your token gives no scope of fleeting")

    def enter_namespace(self) -> str:
        """The namespace to look around in; `sees` tells what may be seen of it.

        Raises:
            Forbidden: nothing may be seen there.
        """
        scope, namespace = self._scope, self.namespace
        if not self.principal.enters(scope, namespace):
            raise Forbidden(f"your token does not give {scope} in namespace {namespace}")
        return namespace

    def check(self, function: str) -> None:
        """Return if the call is allowed for a function.

        Raises:
            Forbidden: it is not, in this namespace.
        """
        if not self.sees(function):
            where = f"namespace {self.namespace}" if self.namespace else "the default namespace"
            shown = function[:LONGEST_FUNCTION]
            raise Forbidden(
                f"your token does not give {self._scope} for function {shown!r} in {where}"
            )

    def sees(self, function: str) -> bool:
        """Whether a function may be seen in a list."""
        return self.principal.may(self._scope, namespace=self.namespace, function=function)

    def place(self, named: Address) -> Address:
        """Where to look for a task: where nothing is, if it may not be touched."""
        return self.principal.place(self._scope, named)

    def account(self) -> str:
        """The namespace that the request counts in; one for all that may not be entered.

        Else a caller could name another one each time, and never meet a limit.
        """
        if not isinstance(self._rule, Scope):
            return ""
        try:
            name = self._checked() or self.principal.only_namespace or ""
        except InvalidQuery:
            return NOWHERE
        return name if self.principal.enters(self._rule, name) else NOWHERE

    @property
    def _scope(self) -> Scope:
        if not isinstance(self._rule, Scope):
            raise TypeError(f"{self._rule!r} is no scope, so nothing can be decided by it")
        return self._rule

    def _checked(self) -> str:
        try:
            return check_namespace(self._named)
        except InvalidTask as exc:
            raise InvalidQuery(f"{HEADER}: {exc.message}") from None

    def _own(self) -> str:
        only = self.principal.only_namespace
        if only is None and not self.principal.enters(self._scope, ""):
            raise Forbidden(
                f"your token is for several namespaces: name one with the header {HEADER}, "
                "or --namespace on the command line"
            )
        return only or ""
